# Les réponses par SMS. Chacune tient en deux segments avec ses valeurs les plus longues ; les accents que l’alphabet
# des téléphones n’a pas sont ôtés à l’envoi. L’opérateur peut les lire toutes.

sms-filed = Votre signalement est scellé. Votre code de dossier :
    { $token }
    Notez-le sur papier et effacez ces SMS : l’opérateur peut les lire. Pour ajouter, écrivez à la suite. GUIDE : 5 questions. STATUT + code : où en est le dossier. AIDE : en savoir plus
sms-joined = Ajouté à votre signalement.
sms-report-first = Écrivez d’abord ce qui s’est passé. GUIDE vous posera ensuite des questions.
sms-ask-where = 1/5 Où cela s’est-il passé ? (ou PASSER)
sms-ask-when = 2/5 Quand cela s’est-il passé ? (ou PASSER)
sms-ask-who = 3/5 Qui est impliqué ? Noms, fonctions, entreprises. (ou PASSER)
sms-ask-how-much = 4/5 Combien d’argent, ou quoi d’autre, est en jeu ? (ou PASSER)
sms-ask-how-known = 5/5 Comment le savez-vous ? Si la réponse peut vous désigner, restez vague. (ou PASSER)
sms-asked = Merci, c’étaient les questions. S’il y a autre chose, écrivez à la suite.
sms-status = { $state } ({ $day }). { $answers }
sms-state-received = Reçu ; le service ne l’a pas encore confirmé
sms-state-acknowledged = Le service a lu votre signalement et décide de la suite
sms-state-open = Le service travaille sur votre dossier
sms-state-closed = Le service a terminé son travail ; vous pouvez encore lui écrire
sms-answers = { $count ->
    [0] Pas encore de réponse.
    [one] { $count } réponse : LIRE + code
   *[other] { $count } réponses : LIRE + code
}
sms-answer = Réponse du { $day } :
sms-no-answer = Il n’y a pas encore de réponse.
sms-read-off = Ce service n’envoie pas de réponses par SMS. Lisez-les sur le site avec votre code de dossier. AIDE : l’adresse
sms-added = Ajouté à votre dossier.
sms-nothing-to-add = Rien n’a été ajouté : aucun mot ne suit le code. Envoyez PLUS, le code et votre texte en un seul SMS.
sms-forgets = Le { $day }, ce code n’ouvrira plus rien et les réponses seront détruites. Le service garde votre signalement. Tout usage du code avant ce jour annule cette demande.
sms-called-off = Vous avez utilisé votre code : il ne sera pas oublié. Pour l’oublier quand même : OUBLIER + code
sms-help = Vous écrivez à { $unit }. Tout SMS est un signalement. L’opérateur peut lire les SMS. Le site est plus sûr et peut changer votre code contre un autre, jamais passé par SMS ; l’adresse suit. Envoyez STATUT, LIRE, PLUS ou OUBLIER + code ; GUIDE ; STOP
sms-web = Web: { $address }
sms-onion = Tor: { $address }
sms-key = Key: { $fingerprint }
sms-stopped = Cette conversation est oubliée ici. Votre dossier reste et votre code l’ouvre toujours. Effacez maintenant ces SMS de votre téléphone.
sms-typo-missing = Envoyez votre code de dossier, 24 chiffres, après le mot, dans le même SMS.
sms-typo-length = Un code de dossier a 24 chiffres, celui-ci en a { $count }. Cherchez un chiffre oublié ou tapé deux fois et renvoyez le tout.
sms-typo-letter = Il y a une lettre parmi les chiffres du code. Corrigez et renvoyez le tout.
sms-typo-digits = Un des chiffres du code est faux. Comparez avec votre note, quatre par quatre, et renvoyez le tout.
sms-not-found = Aucun dossier n’a ce code. Comparez avec votre note. Un dossier oublié ne peut plus être ouvert.
sms-moved = Ce dossier a changé de code. L’ancien n’ouvre plus rien.
sms-closed = Trop de codes sans dossier sont venus de ce téléphone. Rien n’a été cherché. Réessayez plus tard.
sms-cannot-file = Votre SMS n’a PAS été pris : rien ne peut être enregistré ici en ce moment. Réessayez plus tard ou sur le site.
sms-later = Votre SMS n’a PAS été pris. Renvoyez-le dans quelques minutes.
sms-slow-down = Trop de SMS à la fois. Le dernier n’a PAS été pris. Attendez quelques minutes et renvoyez-le.
