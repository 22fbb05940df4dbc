# Answers by text message. Each fits two segments in every language with its longest values; a test holds them to it.
# The telephone company can read every one.

sms-filed = Your report is sealed. Your case token:
    { $token }
    Write it on paper and delete these texts: the phone company can read SMS. To add something, just text on. GUIDE: we ask you 5 questions. STATUS + token: what became of it. HELP: more
sms-joined = Added to your report.
sms-report-first = First text us what happened. Then GUIDE asks you about it.
sms-ask-where = 1/5 Where did it happen? (or SKIP)
sms-ask-when = 2/5 When did it happen? (or SKIP)
sms-ask-who = 3/5 Who is involved? Names, positions, companies. (or SKIP)
sms-ask-how-much = 4/5 How much money or what else is at stake? (or SKIP)
sms-ask-how-known = 5/5 How do you know? If the answer could point to you, stay vague. (or SKIP)
sms-asked = Thank you. Those were the questions. If there is more, just text on.
sms-status = { $state } ({ $day }). { $answers }
sms-state-received = Received; the unit has not confirmed it yet
sms-state-acknowledged = The unit has read your report and decides what to do
sms-state-open = The unit is working on your case
sms-state-closed = The unit has ended its work; you can still write to it
sms-answers = { $count ->
    [0] No answer yet.
    [one] There is 1 answer: READ + token
   *[other] There are { $count } answers: READ + token
}
sms-answer = Answer of { $day }:
sms-no-answer = There is no answer yet.
sms-read-off = This unit sends no answers by SMS. Read them on the website with your token. HELP: the address
sms-added = Added to your case.
sms-nothing-to-add = Nothing was added: there were no words behind the token. Send MORE, the token and your words in one text.
sms-forgets = On { $day } this token will stop working and answers will be destroyed. The unit keeps your report. Any use of the token before that day cancels this.
sms-called-off = You used your token, so it will not be forgotten. To forget it after all: FORGET + token
sms-help = You are writing to { $unit }. Any text is a report. The phone company can read SMS. The website is safer and can change your token for one that was never in an SMS; its address follows. Send STATUS, READ, MORE or FORGET + token; GUIDE; STOP
sms-web = Web: { $address }
sms-onion = Tor: { $address }
sms-key = Key: { $fingerprint }
sms-stopped = This conversation is forgotten here. Your case stays; your token still opens it. Now delete these texts from your phone.
sms-typo-missing = Send your case token, 24 digits, behind the word, in the same text.
sms-typo-length = A case token has 24 digits, this has { $count }. Look for one left out or typed twice, and send it all again.
sms-typo-letter = There is a letter among the digits of the token. Correct it and send it all again.
sms-typo-digits = One of the digits of the token is not right. Compare them with your note, four by four, and send it all again.
sms-not-found = No case has this token. Compare it with your note. A case that was forgotten cannot be opened any more.
sms-moved = This case has moved to another token. The old one opens nothing any more.
sms-closed = Too many tokens without a case came from this phone. Nothing was looked up. Try again later.
sms-cannot-file = Your text was NOT taken: no reports can be stored here at present. Try again later or on the website.
sms-later = Your text was NOT taken. Send it again in a few minutes.
sms-slow-down = Too many texts at once. The last one was NOT taken. Wait a few minutes and send it again.
