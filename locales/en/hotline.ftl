# What a hotline operator reads out to a caller or visitor. Spoken language: short sentences, no word that needs explaining.

hotline-intro = I will write down what you tell me. It is sealed here and goes to the unit that you choose. Once it is sent, only that unit can open it. You need not say who you are. Leave out what you do not want to say.
hotline-read-back = I will now read to you what I have written down. Tell me what is wrong or missing. You can also leave this out.
hotline-recording = Only if you agree: may a recording of this talk be added?
hotline-token = I will now give you your case token: 24 digits, in six groups of four. Please write them down. I can tell them only now. With them you can hear answers and add to your report, here or on our website. Whoever has them can do so too, so keep them where nobody looks.
hotline-say-back = Please say group { $number } of your token back to me.
hotline-next = The unit reads your report and confirms it, as a rule within seven days. Call again every week or so, or look on our website, with your token. There may be a question for you.

# The words for the digits 0 to 9, in this order, with spaces between.
spoken-digits = zero one two three four five six seven eight nine
