# The reporter's pages. Plain, short and honest: many readers are frightened, hurried or new to the language.

## On every page

day = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
number = { $number }
files = { $count ->
    [0] no files
    [one] { $count } file
   *[other] { $count } files
}
skip = Skip to the content
leave = Leave now
languages = Language
tagline = Reporting service
footer-key = Key of this authority
footer-help = Help and safety
footer-home = Start page
optional = optional
error-title = Please check the following
error-prefix = Error:

## Start page

landing-title = Report corruption in confidence
landing-lead = You can report here without giving your name. You get a case token, 24 secret digits, with which to read answers and add to your report.
door-report = Make a report
door-report-hint = About ten minutes. You only need to write what happened.
door-case = Check my case
door-case-hint = You need the 24 digits of your case token.
readers-title = Who reads your report
readers-lead = You choose the unit. Only its investigators and their leads read your report.
protect-title = How it is protected
protect-sealed = Your report is sealed on your own device; without JavaScript, by our server as it arrives. After that only the unit you chose can open it: not the people who run the server, nor anyone who steals its disks.
protect-honest = Without JavaScript, for one moment the server itself handles your words. It keeps no readable copy. The page says which of the two happens.
protect-logs = We keep no network address, no cookies and no time of day: only the date.
protect-name = If you give your name, it is sealed apart. { $count ->
    [one] A custodian must act to open it.
   *[other] { $count } custodians must act together to open it.
}
protect-noname = You are not asked for your name.
safer-title = How to be safer
safer-device = Do not use a phone, computer or network of your workplace. They may record what you do.
safer-tor = Use Tor Browser: it hides from your network that you were here.
safer-onion = In Tor Browser, open this address:
safer-private = Otherwise, use a private window, and close it when you are done.
safer-write = Do not write what points to you, such as something only you could know, unless the case needs it.
safer-more = More about safety
key-title = Is this site real?
key-lead = Compare these 40 digits, or the 16 words, with those on the authority’s poster or in its official gazette. If one differs, do not report here.
key-more = How to compare, and what it is worth

## Report

report-title = Make a report
report-lead = Write in any language. Leave blank what you do not know.
report-unit = Which unit should read it?
report-unit-hint = Choose one that is not involved itself.
report-one-unit = Who will read it
conflict-title = Is one of them involved?
conflict-hint = Each of them will read your report, unless you tick them here. Whoever is ticked can never open it. Their colleagues see who was left out.
conflict-show = Show who reads it
conflict-unsaid = Someone here, but I would rather not say whom
conflict-unsaid-hint = Your report then goes to { $unit } instead, and nobody in the unit chosen above can open it.
conflict-custodians = Is one of these involved?
conflict-custodians-hint = They open names together. Whoever is ticked takes no part in it.
conflict-reads = Will be read by
conflict-cannot = Can never be opened by
report-category = What is it about?
report-what = What happened?
report-what-hint = In your own words. Facts help most: what you saw, heard or read.
report-details = More, if you know it
report-details-hint = Each answer helps, none is needed.
report-when = When did it happen?
report-when-hint = A day, a period, or “since about March”.
report-where = Where?
report-who = Who is involved?
report-who-hint = Names, positions, companies. People who know more, too.
report-how-much = How much money or what else is at stake?
report-how-known = How do you know?
report-how-known-hint = If the answer could point to you, stay vague.
report-told = Whom have you told?
report-told-hint = An office, the police, a superior, and what came of it.
report-danger = Is anyone in danger because of this?
report-danger-hint = Reports are not read day and night. In immediate danger call the emergency services first.
danger-no = No
danger-yes = Yes
danger-unsure = I am not sure
report-identity = Do you want to give your name?
identity-anonymous = No, stay anonymous
identity-anonymous-hint = Nobody learns who you are. You can still read answers and write back.
identity-confidential = Yes, in confidence
identity-confidential-hint = Your name is sealed apart from the report. { $count ->
    [one] A custodian must act to open it; the investigator alone cannot.
   *[other] { $count } custodians must act together to open it; the investigator alone cannot.
}
identity-details = Your name and how to reach you
identity-name = Name
identity-contact = Phone, e-mail or address
identity-safe-contact = When and how is it safe to contact you?
identity-safe-contact-hint = For example: only in the evening, never at work.
report-files = Files
report-files-hint = Up to { $count ->
    [one] { $count } file
   *[other] { $count } files
}, each at most { $size } MB. Hidden data in photos, such as the place, is taken out where that is possible. Other files can hold hidden traces too and are sealed as they are.
report-send = Seal and send
report-send-hint = The server seals your report as it arrives. Large files may take minutes: keep this page open.
files-again = Your words are all still here. Only files must be chosen again, at the end of the form.
queue-title = This has not been sent yet
queue-wait = Much is arriving just now. What you send will wait for its turn, about { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}.
queue-words-stay = If it cannot be taken at once, the form comes back with all your words.
queue-kept = Your place in the queue is kept for half an hour. Leave this page open, wait, and press the button again.
queue-not-kept = Leave this page open, wait, and press the button again.

category-other = Something else, or I am not sure
category-bribery = Bribery: money, gifts or favours for a decision
category-embezzlement = Embezzlement: public money or goods taken
category-trading-in-influence = Trading in influence: selling one’s connections
category-abuse-of-functions = Abuse of office
category-illicit-enrichment = Wealth that cannot be explained
category-procurement = Public contracts and purchases
category-conflict-of-interest = Conflict of interest
category-laundering = Money laundering
category-obstruction-of-justice = Obstruction of justice
category-retaliation = Retaliation against someone who reported

refusal-unit = Choose the unit that should read your report.
refusal-named-unknown = Somebody you ticked is not in the list any more. Look through the list again and tick who is involved.
refusal-named-late = Who is involved arrived after the files. Nothing was filed: choose the files again and send.
refusal-all-named = You ticked everybody who could read your report here. Choose another unit, or leave somebody unticked.
refusal-all-named-oversight = You ticked everybody who could read your report here. Choose another unit, or tick “Someone here, but I would rather not say whom”: then it goes to the oversight unit.
refusal-custodians = Without those you ticked, too few custodians are left to open your name. Stay anonymous: you can still read answers and write back.
refusal-category = Choose what the report is about from the list.
refusal-what = Write what happened. A few words are enough to begin.
refusal-danger = Choose whether anyone is in danger.
refusal-identity = Choose whether you want to give your name.
refusal-name = Give a name or a way to reach you, or choose to stay anonymous.
refusal-too-long = This answer is too long. Shorten it, or attach it as a file.
refusal-files-many = Too many files. Choose at most { $count }, originals included; you can add others later with your case token.
refusal-file-large = A file is too large. Choose files of at most { $size } MB each.
refusal-message = Write a message or choose a file.

## Receipt

receipt-title = Your report has been sealed and filed
receipt-token = Your case token
receipt-write = Write this token down now. It is shown only once, and nobody can recover it: not the authority, nor the people who run the server.
receipt-why = With it you read answers and add to your report. Whoever has it can do so too: keep it where nobody looks, and not in your phone’s photos.
receipt-unit = Read by
receipt-instead = You said that somebody in this unit is involved: { $unit }. So nobody there can open your report, and the unit named here reads it instead.
receipt-day = Filed on
receipt-by = First answer expected by
told-title = Hidden data in your files
receipt-next-title = What happens next
receipt-next-read = The unit reads your report and confirms it here, as a rule within { $days ->
    [one] { $days } day
   *[other] { $days } days
}.
receipt-next-return = Come back with your token every week or so. There may be a question for you.
receipt-next-leave = Once you have written the token down, close this window. The back button could show it again.
receipt-check = I have written it down: check my case
receipt-print-note = This sheet shows that a report was made. Keep it safe or destroy it.

## Check my case

case-entry-title = Check my case
case-entry-lead = Enter the token from your receipt.
case-entry-token = Case token, 24 digits
case-entry-token-hint = With or without spaces, in digits of any script.
case-entry-open = Open my case
case-entry-lost-title = Lost the token?
case-entry-lost = Nobody can recover it, for it is stored nowhere. You can make a new report and mention the earlier one.
token-missing = Enter your case token.
token-typo = A digit is wrong or missing. Compare with what you wrote down.
token-unknown = There is no case with this token here. It may have been forgotten at the reporter’s wish, or belong to another authority. A report that was sealed to a file has a case here only once that file was sent.

case-title = Your case
case-unit = Read by
case-filed = Filed on
state-since = Since { $day }
state-received = Received
state-received-means = Your report has arrived sealed. The unit has not confirmed it yet.
state-acknowledged = Acknowledged
state-acknowledged-means = The unit has read your report and decides what to do.
state-open = Open
state-open-means = The unit is working on your case.
state-closed = Closed
state-closed-means = The unit has ended its work on your case. You can still write to it.
timeline-title = What has happened so far
timeline-filed = You filed your report
timeline-sent = You sent a message
timeline-moved = You moved the case to another token
timeline-answer = Answer from { $office }
timeline-state = The case is now: { $state }
timeline-checked = Signature checked
timeline-unreadable = Something that cannot be read
timeline-unreadable-means = A member of the unit signed it, but sealed it in a way that cannot be opened here. Ask them to write it again.
timeline-yours = What you sent is sealed to the unit and cannot be shown here again.
message-title = Add to your case
message-text = Message
message-send = Seal and send
forget-offer-title = Forget this case
forget-offer = You can destroy your way into this case for good.
forget-offer-button = Forget this case…
case-leave = When you are done, close this window. The back button could show this page again.
called-off-title = A request to forget this case was cancelled
called-off = Somebody asked for it by text message, with your token. Coming back cancels it: nothing was destroyed. If it was not you, somebody else has your token.
called-off-forget = To forget the case after all, choose “Forget this case…” on the page of your case. That happens at once.

sent-title = Your message has been sealed and sent
sent-lead = The unit you chose can now read it. Sent on { $day }, with { $files }.
sent-back = Back to my case

forget-title = Forget this case?
forget-lead = If you go on, this happens at once and cannot be undone:
forget-number = Your case token stops working, for you and for everyone else.
forget-answers = The answers written to you are destroyed on this server.
forget-keeps = The unit keeps your report and can go on with it. It is told that you have withdrawn.
forget-backups = Copies made for backup may last until they are overwritten. They stay sealed.
forget-yes = Yes, forget this case
forget-no = No, back to my case
forgotten-title = This case has been forgotten
forgotten-lead = Your case token no longer opens anything. Destroy what you wrote down, and close this window.

## Help

help-title = Help and safety
help-how-title = How it works
help-how-file = You choose a unit and write your report. It is sealed so that only that unit can open it: on your own device or, without JavaScript, by the server as it arrives.
help-how-token = You get a case token of 24 digits. It is the only key to your side of the case. Nobody else has it, and nobody can recover it.
help-how-answer = The unit reads the report on its own machines and answers under signature. You read the answers here, with your token.
help-ways-title = Two ways of sealing
help-ways-device = On your device: the form then says “{ sealed-title }”. The server never sees your words. Most browsers can do this; so can Tor Browser at its security levels Standard and Safer.
help-ways-server = By the server, as your report arrives: without JavaScript, as at Tor Browser’s level Safest. Nothing runs in your browser then, but for one moment the server handles your words.
help-is-title = What is protected
help-is-content = What you write and attach: whoever steals the server’s disks or backups finds only sealed data.
help-is-you = Who you are, as far as we can: no account, no cookies, no network address, nothing finer than the date.
help-is-name = Your name, if you give it: it is sealed apart from the report, in the care of custodians.
help-is-answers = Answers: each carries a member’s signature, which is checked before you see it.
help-not-title = What is not protected
help-not-moment = Without JavaScript the server itself seals your words. Someone who had taken over the server in secret could read them at that moment.
help-not-page = An altered page. Someone who had taken over the server could send you a page that only looks like this one and gives your words away.
help-not-device = A watched phone or computer. Whoever controls it sees what you see.
help-not-network = That you were here. Without Tor Browser, your network can see that you visited this site, but not what you wrote.
help-not-words = Your own words and files, if they point to you.
help-not-number = Your case, if somebody finds your case token.
help-conflict-title = If somebody in the unit is involved
help-conflict = The form lists who reads the reports of each unit. Tick whoever is involved: your report is sealed so that they can never open it, and nothing stored on the server shows who was left out. If you would rather not say who it is, the form can send it to the oversight unit, where there is one.
help-leave-title = Leave now
help-leave = The button on each page takes you at once to an ordinary page. It does not erase your browser’s history, and the back button still works. Use a private window or Tor Browser so that no history is kept.
help-tor-title = Tor Browser
help-tor = Tor Browser is a free browser that hides who visits what. Get it from torproject.org, best on a network that is not your employer’s. Where Tor is watched or forbidden, a public network away from home and work may be wiser.
help-danger-title = If a mistake could cost you your freedom
help-danger = Do not depend on the pages of this site. The program Amparo asks, seals and reads on a machine of your own, goes through Tor, and stops when the keys are not those of the fingerprint that you give it. Get it from its source, not from here.
help-danger-new = makes a report, or seals one to a file that is sent later, from elsewhere
help-danger-read = reads the answers
help-danger-token = moves a case made here to a token that only your machine has seen
help-number-title = Your case token
help-number = Write it on paper, without saying what it is for. If you think that somebody else has it, open the case and choose to forget it.
help-real-title = Is this really them?
help-real-source = Take what you compare with from elsewhere, not from this site: a poster, the official gazette, a newspaper. Digits and words say the same, so one of the two is enough. Words are easier to read aloud.
help-real-outside = Others can look from outside. Whoever has the program compares what this site serves with its source; from several places and through Tor, so that the site cannot tell who looks:
help-real-worth = The right digits show for whom reports are sealed here. They do not show that the page itself is right: a server in the wrong hands can show true digits on a false page, and to one reader only.
help-sms-title = Text messages
help-sms = This authority does not take reports by text message. Do not trust a number that claims to.

## Sealed on this device: what the pages say when their script runs

sealed-checking = Checking the authority’s keys…
sealed-title = Sealed on this device
sealed-lead = What you write and attach is sealed here, before it leaves. The server cannot read it.
sealed-compare = Compare these digits, or the words, with the authority’s poster. If one differs, do not go on.
sealed-send-hint = Your report is sealed on this device and then sent. Large files may take minutes: keep this page open.
sealed-unable = This browser cannot seal on the device. This page goes on as it does without JavaScript: the server seals as your words arrive.
sealed-files = Hidden data in photos is taken out on this device; what is found is listed below.
sealed-answer = Opened and checked on this device.

stage-keys = Making the keys of your case token…
stage-files = Sealing and sending your files…
stage-work = Solving a small puzzle that keeps floods out…
stage-sealing = Sealing your words…
stage-sending = Sending…
stage-waiting = The connection is lost, or the server is busy. This goes on by itself; keep this page open.
stage-left = About { $minutes } min left
stage-left-short = Less than a minute left
stage-all = All together
stage-cancel = Cancel
stage-cancelled = Cancelled. Nothing was filed, and what you wrote is still here.

file-looking = Looking for hidden data…
file-clean = No hidden data was found.
file-cleaned = Hidden data was taken out: { $found }.
file-image = This kind of picture is not cleaned and can hold place, time and device. It is sealed as it is.
file-other = This kind of file may hold hidden data. It is sealed as it is.
file-text = Text only: there is nothing hidden to take out.
file-pdf = A PDF can hold its author’s name, earlier versions and comments. It is sealed as it is.
file-office = An office file can hold names, earlier versions and comments. It is sealed as it is.
file-media = Sound and video can hold place, time and device, and show more than you mean. It is sealed as it is.
file-archive = A packed folder can hold hidden files and names. It is sealed as it is.
file-damaged = This picture is damaged or unusual, so it could not be cleaned. It is sealed as it is.
file-uncleaned = This picture is too large to be cleaned here. It is sealed as it is, and can hold place, time and device.
file-original = Seal the original as well, as evidence
file-original-hint = This concerns photos that hidden data is taken out of. The unit then also sees that data, such as the place and the device.
file-original-sealed = The original is sealed as well.
file-remove = Remove
file-empty = This file is empty.
file-large = This file is too large; { $size } is the most. Remove it.
file-unreadable = This file cannot be read any more. Remove it and choose it again.
files-many = Too many files; { $count } is the most, originals included. Remove some; you can add them later with your case token.
files-total = The files are too large together; { $size } is the most. Remove some; you can add them later with your case token.
found-place = place
found-time = time
found-camera = camera or phone
found-serial = serial number
found-owner = name
found-software = program
found-comment = comment
found-thumbnail = small preview
found-picture = second picture
found-maker-note = maker’s notes
found-history = editing history
found-color-profile = colour profile
found-after-end = data after the end
found-other = other data
size-kb = { $size } kB
size-mb = { $size } MB

failure-check = Stop: a check has failed. Nothing was sent.
failure-other = This did not work
failure-script = The part of this page that seals could not be loaded, or is not the one that belongs to it.
failure-script-todo = Load this page again. If it stays so, use another browser, or report without JavaScript if you can trust the server.
failure-manifest = The list of the authority’s keys cannot be read.
failure-manifest-todo = Load this page again. If it stays so, the site is broken or altered: reach the authority another way.
failure-unsigned = The list of keys is not signed by the authority. Somebody may have put in a key of their own to read your report.
failure-unsigned-todo = Do not report here. Tell the authority another way, from another device and network.
failure-root = The signed keys belong to another authority than the one this page shows.
failure-root-todo = Do not report here. Compare the digits or words with the poster, and reach the authority another way.
failure-expired = The authority’s list of keys is out of date, so nothing can be sealed safely. Check also that your device’s date is right.
failure-expired-todo = Try again tomorrow, or reach the authority another way. Existing cases can still be checked.
failure-older = The site showed an older list of keys than a moment ago. Somebody may be bringing back a key that was withdrawn.
failure-older-todo = Do not report here today. Reach the authority another way.
failure-history = The list of keys does not follow from the one that your case was filed under. It may have been exchanged.
failure-history-todo = Do not write here. Reach the authority another way and tell them.
failure-card = The case that the server showed is not the one made with your token. It was exchanged or altered.
failure-card-todo = Do not trust what this site shows. Reach the authority another way and tell them.
failure-member = Something in your case is not signed by a member of your unit. Somebody may be posing as the authority.
failure-member-todo = It is not shown. Do not write here; reach the authority another way and tell them.
failure-reply = An answer is not the one that was signed. It was exchanged on its way.
failure-reply-todo = It is not shown. Try again later; if it stays so, reach the authority another way and tell them.
failure-withheld = The server keeps back part of your case: something that was signed is missing.
failure-withheld-todo = Try again later. If it stays so, reach the authority another way and tell them.
failure-timeline = The parts of your case contradict each other. Something was left out, doubled or put in another place.
failure-timeline-todo = Try again later. If it stays so, reach the authority another way and tell them.
failure-file = A file could not be read. It may have been moved or changed since you chose it.
failure-file-todo = Remove it, choose it again, and send again. What you wrote is still here.
failure-offline = The server could not be reached for a long time.
failure-offline-todo = Try again on a better connection. What you wrote is still here while this page stays open.
failure-full = The server’s storage is full. It takes nothing it could not keep.
failure-full-todo = Try again later, or without files.
failure-large = What you sent is larger than this site takes in one go.
failure-large-todo = Remove files and send again. You can add them later with your case token.
failure-refused = The server refused what this page sealed.
failure-refused-todo = Try once more. If it stays so, load this page again; keep a copy of your words first.
failure-server = The server could not finish what you asked.
failure-server-todo = Try again in a few minutes. What you wrote is still here while this page stays open.
failure-own = This page made a mistake of its own, so it stopped.
failure-own-todo = Load it again; keep a copy of your words first. If it stays so, use another browser.

receipt-device = This token was made on this device. The server has never seen it, nor your words.
receipt-copy = Copy
receipt-copied = Copied. Empty the clipboard once you have kept the token.
receipt-copy-failed = It could not be copied. Write it down.
receipt-print = Print
receipt-picture = Save as picture
receipt-pictured = The picture shows the digits only. Keep it where nobody looks.
receipt-hide = Hide
receipt-show = Show
receipt-hidden = The token is hidden.
receipt-ask-title = Did you write it down?
receipt-ask = Type group { $number } of the six, from what you wrote.
receipt-ask-label = Group { $number }, four digits
receipt-ask-check = Check
receipt-ask-right = Right. Your token is safe with you; you can close this window.
receipt-ask-wrong = Not the same. Compare what you wrote with the digits above.
receipt-ask-skip = Skip
receipt-ask-skipped = As you like. Without the token you cannot come back to this case.

move-title = Move to a token of your own
move-lead = If your token was made elsewhere (by the server without JavaScript, by text message or by phone), whoever saw it can read your answers and speak for you. A new token made on this device ends that.
move-offer = Make a new token…
move-means = Your case gets a new token. The old one will only say that the case has moved, and this cannot be undone. Have paper ready.
move-yes = Yes, move my case
move-no = No, leave it
moved-title = Your case has moved
moved-lead = From now on only the new token opens it.

## When something goes wrong

fault-status = Code { $status }
fault-home = Go to the start page

fault-not-found-title = There is no such page
fault-not-found-happened = The address is mistyped, or the page has moved.
fault-not-found-todo = Begin again from the start page.
fault-method-title = This page cannot be opened this way
fault-method-happened = The page expects a form to be sent to it.
fault-method-todo = Begin again from the start page.
fault-slow-title = The connection was too slow
fault-slow-happened = Too little arrived for too long, so we stopped waiting.
fault-slow-todo = Try again on a better connection, with fewer or smaller files. You can add files later with your case token.
fault-already-title = This form was already sent
fault-already-happened = Your report or message has been filed. The same form was sent a second time, and that copy was dropped.
fault-already-todo = If you have your case token, check your case. If you never saw it, make a new report.
fault-moved-title = This case has moved
fault-moved-happened = It was moved to another token, and this one opens it no more.
fault-moved-todo = Open it with the new token. If it was not you who moved it, somebody else knew your token; make a new report if there is more to say.
fault-large-title = That was too much at once
fault-large-happened = What you sent is larger than this site takes in one go.
fault-large-todo = Go back, choose fewer or smaller files, and send again. You can add files later with your case token.
fault-type-title = This kind of form is not understood
fault-type-happened = Your browser or program sent the form in another way than this page does.
fault-type-todo = Use the form on this site, with another browser if need be.
fault-broken-title = The form arrived damaged
fault-broken-happened = Part of it was missing or could not be read. The connection may have broken off.
fault-broken-todo = Go back and send it again.
fault-internal-title = Something went wrong on our side
fault-internal-happened = The server could not finish what you asked.
fault-internal-todo = Try again in a few minutes. If you have a case token, check first whether your message has arrived.
fault-busy-title = The site is very busy
fault-busy-happened = There are more visitors just now than the server can serve.
fault-busy-todo = Go back, wait a few minutes and try again.
fault-expired-title = New reports cannot be taken today
fault-expired-happened = The authority’s list of who may read reports is out of date, so nothing can be sealed safely.
fault-expired-todo = Try again tomorrow, or go to the authority another way. Existing cases can still be checked.
fault-full-title = There is no room for this just now
fault-full-happened = The server’s storage is full. It takes nothing it could not keep.
fault-full-todo = Try again later, or without files. Reports already filed are safe.

## A report sealed elsewhere

send-title = Send a sealed report
send-lead = Here you can send a report that was sealed on another device and saved to a file. Nobody but the unit it is for can open it, not even whoever carries it.
send-file = The sealed report
send-file-hint = A file that ends in .amparo.
send-button = Send
refusal-not-sealed = This is not a whole sealed report for this authority. Choose the file that was saved when the report was sealed; if it is more than a month old, seal the report anew.
taken-title = The report is stored
taken-lead = The report of { $day } is stored, sealed as it was.
taken-next = Delete the file now. Answers are read with the case token that was shown when the report was sealed.

## A page that is kept as a file, and seals without this site

report-offline = In great danger? Seal without this site
send-how = How to seal a report without this site
help-offline-title = If you are in great danger
help-offline = You can seal your report with a page that you keep as a file and check before you use it. Then not even a site that was taken over can read your words. The sealed file is sent later, from any other device.

offline-title = Seal a report without this site
offline-lead = A page that you keep as a file. It seals your report on your own device, without any network, and nobody can change it once you have checked it.
offline-when-title = When to use it
offline-when = When you are in great danger, or fear that this site has been taken over. The page also works on a device that never goes online.
offline-else = Otherwise the form on this site is enough: with JavaScript it seals on your device in the same way.
offline-get-title = Get the page
offline-get = Download the page
offline-get-size = one file, { $size } kB
offline-get-hint = Save it; do not open it from here. It holds the authority’s name: keep it where nobody looks, best on a USB stick.
offline-check-title = Check it before you use it
offline-check-sum = Find the sum of the file, with the first line on Linux and the second on Windows:
offline-check-same = It must be this one. Look this page up from other places too, best through Tor Browser: it must say the same.
offline-check-other = Better still, somebody you trust makes the file themselves, from the published source, and compares. The command is:
offline-check-key = The open page shows 40 digits. Compare them with the authority’s poster or gazette. If one differs, do not use it.
offline-use-title = How to use it
offline-use-open = Open the file in a browser with JavaScript, best on a device without network.
offline-use-seal = Write your report. The page makes your case token and seals everything to one file, report.amparo. Write the token down and save the file.
offline-use-send = Take the file to another device and network, and send it within { $days ->
    [one] one day
   *[other] { $days } days
}:
offline-not-device = A watched device. Whoever controls it sees what you type, with or without a network.
offline-not-found = The sealed file, if it is found. It cannot be read, but it shows that a report was made, for which unit, on which day, and about how large it is.
offline-not-copy = Deleted files. They can often be brought back: use a USB stick that you can destroy, or a system that forgets, such as Tails.

offline-file-lead = This page works without any network and sends nothing. It seals your report to a file, which you send later, from another place.
offline-unable-title = This page cannot seal yet
offline-unable = It needs JavaScript and a browser that is not older than about five years. Nothing can be typed until then. Allow JavaScript for it, in Tor Browser with the security level “Standard” or “Safer”, and open it again.
offline-seal = Seal to a file
offline-seal-hint = Your report is sealed on this device to a file. Nothing is sent. Large files may take minutes: keep this page open.
offline-stage-files = Sealing your files…
offline-stage-cancelled = Cancelled. Nothing was sealed, and what you wrote is still here.
offline-failure-check = Stop: a check has failed. Nothing can be sealed.
offline-failure-manifest = The list of the authority’s keys in this page cannot be read.
offline-failure-unsigned = The list of keys in this page is not signed by the authority. Somebody may have put in a key of their own to read your report.
offline-failure-copy-todo = Do not use this copy. Get the page anew from another place, check it, and tell the authority another way.
offline-failure-expired = The list of keys in this page is out of date, or the date of this device is wrong. Nothing can be sealed safely.
offline-failure-expired-todo = Check the date of this device. If it is right, get a newer copy of this page.
offline-sealed-title = Your report is sealed in a file
offline-unsent = Nothing has been sent yet.
offline-save-now = Save the file and write the token down before you close this page: both exist nowhere else.
offline-save-title = The sealed file
offline-save = Save report.amparo
offline-saved = Look whether the file is there. You can save it again, to another place.
offline-save-means = Nobody but those named below can open it, not even you. Neither your token nor a readable word is in it. Whoever finds it learns that a report was made, for which unit, on which day, and about how large it is.
offline-day = Sealed on
offline-until = Send it by
offline-ask-right = Right. Your token is safe with you.
offline-next-carry = Take the file to a device and a network that do not point to you.
offline-next-send = There, open this address, choose the file and send it:
offline-next-poster = There, open the authority’s site, whose address is on the poster. Its help page leads to “Send a sealed report”.
offline-next-token = The token opens your case only once the file has arrived. Come back with it every week or so: there may be a question for you.
offline-next-delete = When the file has arrived, delete it and this page, and empty the bin.
offline-licences = Licences of what is in this page

## The poster that `amparo manifest poster` makes

poster-open = You can report without giving your name. Open this address in Tor Browser or in a private window, on a device and a network that are not your employer’s.
poster-compare = Before you report, compare the digits or the words above with those that the site shows. If one differs, do not report there.
