# What `amparo report` and `amparo case` ask and say on a terminal.

terminal-intro = Your words are sealed on this machine. Answer in any language; an empty line ends an answer, and leaves out a question.
terminal-left-out = Is one of them involved? Type their numbers, with spaces between. They will never be able to read it. An empty line leaves nobody out.
terminal-originals = Seal the originals of the cleaned pictures as well, as evidence? The unit then also sees that data, such as the place and the device.
terminal-sent = Your report is sealed and stored.
terminal-saved = Your report is sealed in { $file }. It opens only for the unit you chose. Send it with `amparo report send`, from this machine or another.
terminal-token = Your case token. Write it down now; it is shown only once:
terminal-token-why = With it you read answers and add to your report. Nobody can give it to you again.
terminal-maybe = The connection broke before the server confirmed. The report may have been stored: keep this token and try it later.
terminal-type-back = To be sure that you have it: type group { $number } of the six. An empty line skips this.
terminal-typed-right = Right.
terminal-typed-wrong = That is not group { $number }. Look at the token again:
terminal-screen = Clear the screen and its history when you are done.
terminal-message = Your message; an empty line ends it:
terminal-message-sent = Your message is sealed and stored.
terminal-forget = This takes your access away at once: this token opens nothing any more, and answers are destroyed. The authority keeps your report and sees that you withdrew. Type "yes" to go on:
terminal-forgotten = Done. The token opens nothing any more.
terminal-not-forgotten = Nothing was changed.
terminal-called-off = A request to forget this case, made by text message with your token, was cancelled because you came back. If it was not you, somebody else has your token. To forget the case at once, use `amparo case forget`.
terminal-moved = The case has moved to this new token. The old one opens nothing any more.
terminal-answer = { $day }, { $office }:
terminal-filed = { $day }: you filed the report
terminal-wrote = You wrote to the authority
terminal-unreadable = { $count ->
    [one] { $count } answer was sealed in a way that nobody can read. Ask for it again.
   *[other] { $count } answers were sealed in a way that nobody can read. Ask for them again.
}
