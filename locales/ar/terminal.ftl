# ما يسأله ويقوله `amparo report` و`amparo case` في الطرفية.

terminal-intro = تُختم كلماتك على هذا الجهاز. أجب بأي لغة؛ سطر فارغ ينهي الإجابة أو يتخطى السؤال.
terminal-left-out = هل أحدهم متورط؟ اكتب أرقامهم وبينها مسافات. لن يستطيعوا قراءة البلاغ أبدًا. سطر فارغ لا يستبعد أحدًا.
terminal-readers = سيقرؤه:
terminal-left-out-names = لن يستطيع قراءته أبدًا:
terminal-found = { $file }: أُزيل منه: { $found }
terminal-cannot = { $file }: { $why }
terminal-sealing = يجري ختم { $file }
terminal-sent = خُتم بلاغك وحُفظ.
terminal-saved = بلاغك مختوم في { $file }. لا يفتحه إلا الوحدة التي اخترتها. أرسله بالأمر `amparo report send` من هذا الجهاز أو من غيره.
terminal-token = رمز قضيتك. اكتبه الآن، فلن يظهر إلا مرة واحدة:
terminal-token-why = به تقرأ الردود وتضيف إلى بلاغك. لا يستطيع أحد أن يعطيك إياه مرة أخرى.
terminal-maybe = انقطع الاتصال قبل تأكيد الخادم. ربما حُفظ البلاغ: احتفظ بهذا الرمز وجرّبه لاحقًا.
terminal-type-back = للتأكد من أنه معك: اكتب المجموعة { $number } من الست. سطر فارغ يتخطى هذه الخطوة.
terminal-typed-right = صحيح.
terminal-typed-wrong = هذه ليست المجموعة { $number }. انظر إلى الرمز مرة أخرى:
terminal-screen = امسح الشاشة وسجلّها عندما تنتهي.
terminal-message = رسالتك؛ سطر فارغ ينهيها:
terminal-message-sent = خُتمت رسالتك وحُفظت.
terminal-forget = يُلغى وصولك فورًا: لن يفتح هذا الرمز شيئًا بعد الآن وتُتلف الردود. تحتفظ الهيئة ببلاغك وترى أنك انسحبت. اكتب "yes" للمتابعة:
terminal-forgotten = تم. لم يعد الرمز يفتح شيئًا.
terminal-not-forgotten = لم يتغير شيء.
terminal-moved = انتقلت القضية إلى هذا الرمز الجديد. الرمز القديم لم يعد يفتح شيئًا.
terminal-old-token = انتقلت هذه القضية إلى رمز آخر. هذا الرمز لم يعد يفتح شيئًا.
terminal-answer = { $day }، { $office }:
terminal-filed = { $day }: قدّمت البلاغ
terminal-wrote = كتبتَ إلى الهيئة
terminal-unreadable = { $count ->
    [one] رد واحد ({ $count }) خُتم بطريقة لا يستطيع أحد قراءتها. اطلبه مرة أخرى.
    [two] ردان ({ $count }) خُتما بطريقة لا يستطيع أحد قراءتها. اطلبهما مرة أخرى.
   *[other] { $count } ردود خُتمت بطريقة لا يستطيع أحد قراءتها. اطلبها مرة أخرى.
}
