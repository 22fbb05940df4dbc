# The answer to a report that came by e-mail. What is copied from it (token, addresses) stands on lines of its own.

mail-subject = Your message has arrived
mail-received = Your message was sealed and filed on { $day }. From here on only { $unit } can open it.
mail-token = Your case token. Write it down on paper; nobody can give it to you again:
mail-return = With it you read answers and add to your report on the authority’s reporting page, under “Check my case”. Answers never come by e-mail.
mail-return-at = With it you read answers and add to your report on this page. Answers never come by e-mail:
mail-readable = E-mail is not confidential. Your e-mail provider, and everyone who runs the servers in between, can see that you wrote and could read your message and this one. Do not use an address or a machine of your employer.
mail-delete = Delete your message and this one, also from “sent” and from the bin, once you have the token. Write everything further on the page, best with Tor Browser.
mail-move = This token has travelled by e-mail. On the page, under “Move to a token of your own”, you get a new one that only you know.
mail-name = If you want to give your name in confidence, do so on the page, in a new report: there it is sealed apart.
mail-no-thread = Do not answer this message: whatever you send to this address becomes a new report.
