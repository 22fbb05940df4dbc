# Ce que `amparo report` et `amparo case` demandent et disent sur un terminal.

terminal-intro = Vos mots sont scellés sur cette machine. Répondez dans la langue de votre choix ; une ligne vide termine une réponse, ou passe une question.
terminal-left-out = L’une de ces personnes est-elle impliquée ? Tapez leurs numéros, séparés par des espaces. Elles ne pourront jamais lire le signalement. Une ligne vide n’écarte personne.
terminal-originals = Sceller aussi les originaux des images nettoyées, comme preuve ? Le service voit alors aussi ces données, comme le lieu et l’appareil.
terminal-sent = Votre signalement est scellé et enregistré.
terminal-saved = Votre signalement est scellé dans { $file }. Seul le service choisi peut l’ouvrir. Envoyez-le avec `amparo report send`, depuis cette machine ou une autre.
terminal-token = Votre code de dossier. Notez-le maintenant ; il n’est montré qu’une fois :
terminal-token-why = Il vous permet de lire les réponses et de compléter votre signalement. Personne ne peut vous le redonner.
terminal-maybe = La connexion s’est coupée avant la confirmation du serveur. Le signalement est peut-être enregistré : gardez ce code et essayez-le plus tard.
terminal-type-back = Pour être sûr de l’avoir : tapez le groupe { $number } des six. Une ligne vide passe cette étape.
terminal-typed-right = C’est juste.
terminal-typed-wrong = Ce n’est pas le groupe { $number }. Regardez encore le code :
terminal-screen = Effacez l’écran et son historique quand vous avez fini.
terminal-message = Votre message ; une ligne vide le termine :
terminal-message-sent = Votre message est scellé et enregistré.
terminal-forget = Votre accès est supprimé tout de suite : ce code n’ouvrira plus rien et les réponses seront détruites. L’autorité garde votre signalement et voit que vous vous êtes retiré. Tapez « yes » pour continuer :
terminal-forgotten = C’est fait. Le code n’ouvre plus rien.
terminal-not-forgotten = Rien n’a été changé.
terminal-called-off = Une demande d’oubli de ce dossier, faite par SMS avec votre code, a été annulée par votre retour. Si ce n’était pas vous, quelqu’un d’autre a votre code. Pour oublier le dossier tout de suite : `amparo case forget`.
terminal-moved = Le dossier est passé à ce nouveau code. L’ancien n’ouvre plus rien.
terminal-answer = { $day }, { $office } :
terminal-filed = { $day } : vous avez déposé le signalement
terminal-wrote = Vous avez écrit à l’autorité
terminal-unreadable = { $count ->
    [one] { $count } réponse a été scellée de telle sorte que personne ne peut la lire. Redemandez-la.
   *[other] { $count } réponses ont été scellées de telle sorte que personne ne peut les lire. Redemandez-les.
}
