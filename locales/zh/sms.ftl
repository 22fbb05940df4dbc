# 短信答复。每条连同最长的值不超过两段，每段67个字符。电话公司可以看到所有短信。

sms-filed = 您的举报已加密封存。案件码：
    { $token }
    请抄在纸上并删除这些短信：电话公司能看到短信。要补充，请继续发短信。发“引导”：我们问5个问题；“状态”加案件码：查进展；“帮助”：更多说明
sms-joined = 已加入您的举报。
sms-report-first = 请先用短信写明发生了什么，然后发“引导”，我们再提问。
sms-ask-where = 1/5 在哪里发生的？（或发“跳过”）
sms-ask-when = 2/5 什么时候发生的？（或发“跳过”）
sms-ask-who = 3/5 谁参与了？姓名、职务、公司。（或发“跳过”）
sms-ask-how-much = 4/5 涉及多少钱，或其他什么利益？（或发“跳过”）
sms-ask-how-known = 5/5 您是怎么知道的？如果回答会暴露您，请不要写细节。（或发“跳过”）
sms-asked = 谢谢，问题问完了。如果还有要说的，请继续发短信。
sms-status = { $state }（{ $day }）。{ $answers }
sms-state-received = 已收到，部门尚未确认
sms-state-acknowledged = 部门已读过您的举报，正在决定如何处理
sms-state-open = 部门正在办理您的案件
sms-state-closed = 部门已结束办理，您仍可以写给它
sms-answers = { $count ->
    [0] 还没有答复。
   *[other] 有{ $count }条答复：发“阅读”加案件码
}
sms-answer = { $day } 的答复：
sms-no-answer = 还没有答复。
sms-read-off = 该部门不用短信发送答复。请在网站上用案件码阅读。网址：发“帮助”
sms-added = 已加入您的案件。
sms-nothing-to-add = 没有加入任何内容：案件码后面没有文字。请把“补充”、案件码和文字放在同一条短信里发送。
sms-forgets = 到{ $day }，此案件码将失效，答复将被销毁。部门会保留您的举报。在此之前只要使用案件码，就会取消。
sms-called-off = 您使用了案件码，所以它不会被忘记。如仍要忘记：发“忘记”加案件码
sms-help = 您正在写给{ $unit }。电话公司能看到短信。网站更安全，在那里还可以换一个从未发过短信的案件码；网址见下一条。“状态”“阅读”“补充”“忘记”加案件码；“引导”；“停止”
sms-web = Web: { $address }
sms-onion = Tor: { $address }
sms-key = Key: { $fingerprint }
sms-stopped = 这里已忘记本次对话。案件仍在，案件码仍可打开。现在请删除手机里的这些短信。
sms-typo-missing = 请在同一条短信里，把24位案件码写在这个词后面。
sms-typo-length = 案件码有24位数字，这里有{ $count }位。请检查是否漏了或重复了数字，再全部重发。
sms-typo-letter = 案件码里有字母。请改正后全部重发。
sms-typo-digits = 案件码里有一位数字不对。请四位四位地与您记下的核对，再全部重发。
sms-not-found = 没有案件使用这个案件码。请与您记下的核对。已忘记的案件无法再打开。
sms-moved = 该案件已换用另一个案件码。旧的不能再打开任何内容。
sms-closed = 这部手机发来了太多不存在的案件码。没有进行查找。请稍后再试。
sms-cannot-file = 您的短信未被接收：目前这里无法保存任何内容。请稍后再试，或使用网站。
sms-later = 您的短信未被接收。请过几分钟再发一次。
sms-slow-down = 短信太多。最后一条未被接收。请等几分钟再发一次。
