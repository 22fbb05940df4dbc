# Les pages de qui signale. Simple, court, honnête : beaucoup lisent dans la peur, à la hâte ou en langue seconde.

## Sur chaque page

day = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
number = { $number }
files = { $count ->
    [0] aucun fichier
    [one] { $count } fichier
   *[other] { $count } fichiers
}
skip = Aller au contenu
leave = Quitter vite
languages = Langue
tagline = Service de signalement
footer-key = Clé de cette autorité
footer-help = Aide et sécurité
footer-home = Accueil
optional = facultatif
error-title = Veuillez vérifier ce qui suit
error-prefix = Erreur :

## Accueil

landing-title = Signaler la corruption en toute confiance
landing-lead = Vous pouvez signaler ici sans donner votre nom. Vous recevez un code de dossier de 24 chiffres secrets, pour lire les réponses et compléter votre signalement.
door-report = Faire un signalement
door-report-hint = Environ dix minutes. Il suffit d’écrire ce qui s’est passé.
door-case = Suivre mon dossier
door-case-hint = Il vous faut les 24 chiffres de votre code de dossier.
readers-title = Qui lit votre signalement
readers-lead = Vous choisissez le service. Seuls ses enquêteurs et leurs responsables lisent votre signalement.
protect-title = Comment il est protégé
protect-sealed = Notre serveur scelle votre signalement dès son arrivée. Ensuite, seul le service choisi peut l’ouvrir : ni ceux qui gèrent le serveur, ni qui en volerait les disques.
protect-honest = À ce moment-là, le serveur traite vos mots en clair. Il n’en garde aucune copie lisible.
protect-logs = Nous ne gardons ni adresse réseau, ni cookie, ni heure : seulement la date.
protect-name = Si vous donnez votre nom, il est scellé à part. { $count ->
    [one] Un gardien doit intervenir pour l’ouvrir.
   *[other] { $count } gardiens doivent agir ensemble pour l’ouvrir.
}
protect-noname = Votre nom ne vous est pas demandé.
safer-title = Pour plus de sécurité
safer-device = N’utilisez ni téléphone, ni ordinateur, ni réseau de votre travail. Ils peuvent enregistrer ce que vous faites.
safer-tor = Utilisez Tor Browser : votre réseau ne saura pas que vous êtes venu ici.
safer-onion = Dans Tor Browser, ouvrez cette adresse :
safer-private = Sinon, ouvrez une fenêtre privée et fermez-la à la fin.
safer-write = N’écrivez rien qui vous désigne, comme un fait que vous seul pouvez connaître, sauf si l’affaire l’exige.
safer-more = En savoir plus sur la sécurité
key-title = Ce site est-il le vrai ?
key-lead = Comparez ces 40 chiffres avec ceux de l’affiche de l’autorité ou du journal officiel. Si un seul diffère, ne signalez rien ici.

## Signalement

report-title = Faire un signalement
report-lead = Écrivez dans la langue de votre choix. Laissez vide ce que vous ne savez pas.
report-unit = Quel service doit le lire ?
report-unit-hint = Choisissez un service qui n’est pas lui-même mis en cause.
report-one-unit = Qui le lira
report-category = De quoi s’agit-il ?
report-what = Que s’est-il passé ?
report-what-hint = Avec vos mots. Les faits aident le plus : ce que vous avez vu, entendu ou lu.
report-details = Plus de détails, si vous en avez
report-details-hint = Chaque réponse aide, aucune n’est obligatoire.
report-when = Quand ?
report-when-hint = Un jour, une période, ou « depuis mars environ ».
report-where = Où ?
report-who = Qui est en cause ?
report-who-hint = Noms, fonctions, entreprises. Aussi les personnes qui en savent plus.
report-how-much = Quelle somme ou quel avantage est en jeu ?
report-how-known = Comment le savez-vous ?
report-how-known-hint = Si la réponse peut vous désigner, restez vague.
report-told = À qui en avez-vous parlé ?
report-told-hint = Un bureau, la police, un supérieur, et ce qui en est sorti.
report-danger = Quelqu’un est-il en danger à cause de cela ?
report-danger-hint = Les signalements ne sont pas lus jour et nuit. En cas de danger immédiat, appelez d’abord les secours.
danger-no = Non
danger-yes = Oui
danger-unsure = Je ne sais pas
report-identity = Voulez-vous donner votre nom ?
identity-anonymous = Non, je reste anonyme
identity-anonymous-hint = Personne n’apprend qui vous êtes. Vous pouvez tout de même lire les réponses et écrire.
identity-confidential = Oui, en confidence
identity-confidential-hint = Votre nom est scellé à part. { $count ->
    [one] Un gardien doit intervenir pour l’ouvrir ; l’enquêteur seul ne le peut pas.
   *[other] { $count } gardiens doivent agir ensemble pour l’ouvrir ; l’enquêteur seul ne le peut pas.
}
identity-details = Votre nom et comment vous joindre
identity-name = Nom
identity-contact = Téléphone, courriel ou adresse
identity-safe-contact = Quand et comment vous joindre sans risque ?
identity-safe-contact-hint = Par exemple : seulement le soir, jamais au travail.
report-files = Fichiers
report-files-hint = Au plus { $count ->
    [one] { $count } fichier
   *[other] { $count } fichiers
}, de { $size } Mo chacun. Un fichier peut contenir des traces cachées, comme le nom d’un appareil ou le lieu d’une photo. Nous les scellons tels quels.
report-send = Sceller et envoyer
report-send-hint = Le serveur scelle votre signalement dès son arrivée. De gros fichiers peuvent prendre plusieurs minutes : gardez cette page ouverte.
files-again = Tout ce que vous avez écrit est encore là. Seuls les fichiers sont à choisir de nouveau, à la fin du formulaire.
queue-title = L’envoi n’est pas encore fait
queue-wait = Les envois sont très nombreux en ce moment. Le vôtre attendra son tour environ { $minutes ->
    [one] une minute
   *[other] { $minutes } minutes
}.
queue-words-stay = S’il ne peut pas être pris tout de suite, le formulaire revient avec tout ce que vous avez écrit.
queue-kept = Votre place dans la file est gardée une demi-heure. Laissez cette page ouverte, attendez, puis appuyez de nouveau sur le bouton.
queue-not-kept = Laissez cette page ouverte, attendez, puis appuyez de nouveau sur le bouton.

category-other = Autre chose, ou je ne sais pas
category-bribery = Corruption : argent, cadeaux ou faveurs contre une décision
category-embezzlement = Détournement d’argent ou de biens publics
category-trading-in-influence = Trafic d’influence : vendre ses relations
category-abuse-of-functions = Abus de fonctions
category-illicit-enrichment = Fortune inexpliquée
category-procurement = Marchés et achats publics
category-conflict-of-interest = Conflit d’intérêts
category-laundering = Blanchiment d’argent
category-obstruction-of-justice = Entrave à la justice
category-retaliation = Représailles contre une personne qui a signalé

refusal-unit = Choisissez le service qui doit lire votre signalement.
refusal-category = Choisissez dans la liste de quoi il s’agit.
refusal-what = Écrivez ce qui s’est passé. Quelques mots suffisent pour commencer.
refusal-danger = Indiquez si quelqu’un est en danger.
refusal-identity = Indiquez si vous voulez donner votre nom.
refusal-name = Donnez un nom ou un moyen de vous joindre, ou choisissez de rester anonyme.
refusal-too-long = Cette réponse est trop longue. Raccourcissez-la, ou joignez-la comme fichier.
refusal-files-many = Trop de fichiers. Choisissez-en { $count } au plus ; vous pourrez en ajouter plus tard avec votre code de dossier.
refusal-file-large = Un fichier est trop lourd. Choisissez des fichiers de { $size } Mo au plus chacun.
refusal-message = Écrivez un message ou choisissez un fichier.

## Reçu

receipt-title = Votre signalement est scellé et enregistré
receipt-token = Votre code de dossier
receipt-write = Notez ce code maintenant. Il n’est montré qu’une fois, et personne ne peut le retrouver : ni l’autorité, ni ceux qui gèrent le serveur.
receipt-why = Il sert à lire les réponses et à compléter votre signalement. Qui l’a en main peut le faire aussi : gardez-le là où personne ne regarde, et pas dans les photos de votre téléphone.
receipt-unit = Lu par
receipt-day = Enregistré le
receipt-by = Première réponse attendue d’ici le
receipt-next-title = La suite
receipt-next-read = Le service lit votre signalement et le confirme ici, en règle générale sous { $days ->
    [one] { $days } jour
   *[other] { $days } jours
}.
receipt-next-return = Revenez avec votre code une fois par semaine environ. Une question vous attend peut-être.
receipt-next-leave = Une fois le code noté, fermez cette fenêtre. Le bouton « retour » pourrait le montrer de nouveau.
receipt-check = C’est noté : suivre mon dossier
receipt-print-note = Cette feuille montre qu’un signalement a été fait. Gardez-la en lieu sûr ou détruisez-la.

## Suivre mon dossier

case-entry-title = Suivre mon dossier
case-entry-lead = Entrez le code de votre reçu.
case-entry-token = Code de dossier, 24 chiffres
case-entry-token-hint = Avec ou sans espaces, en chiffres de toute écriture.
case-entry-open = Ouvrir mon dossier
case-entry-lost-title = Code perdu ?
case-entry-lost = Personne ne peut le retrouver, car il n’est conservé nulle part. Vous pouvez faire un nouveau signalement et mentionner le premier.
token-missing = Entrez votre code de dossier.
token-typo = Un chiffre est faux ou manque. Comparez avec ce que vous avez noté.
token-unknown = Aucun dossier ne porte ce code ici. Il a peut-être été oublié à la demande de son auteur, ou relève d’une autre autorité.

case-title = Votre dossier
case-unit = Lu par
case-filed = Enregistré le
state-since = Depuis le { $day }
state-received = Reçu
state-received-means = Votre signalement est arrivé scellé. Le service ne l’a pas encore confirmé.
state-acknowledged = Confirmé
state-acknowledged-means = Le service a lu votre signalement et décide de la suite.
state-open = En cours
state-open-means = Le service travaille sur votre dossier.
state-closed = Clos
state-closed-means = Le service a terminé son travail sur votre dossier. Vous pouvez encore lui écrire.
timeline-title = Ce qui s’est passé jusqu’ici
timeline-filed = Vous avez fait votre signalement
timeline-sent = Vous avez envoyé un message
timeline-moved = Vous avez transféré le dossier vers un autre code
timeline-answer = Réponse : { $office }
timeline-state = Le dossier est maintenant : { $state }
timeline-checked = Signature vérifiée
timeline-unreadable = Un élément illisible
timeline-unreadable-means = Un membre du service l’a signé, mais l’a scellé d’une manière qui ne s’ouvre pas ici. Demandez-lui de l’écrire à nouveau.
timeline-yours = Ce que vous avez envoyé est scellé pour le service et ne peut plus être montré ici.
message-title = Compléter votre dossier
message-text = Message
message-send = Sceller et envoyer
forget-offer-title = Oublier ce dossier
forget-offer = Vous pouvez détruire pour toujours votre accès à ce dossier.
forget-offer-button = Oublier ce dossier…
case-leave = Quand vous avez fini, fermez cette fenêtre. Le bouton « retour » pourrait montrer cette page de nouveau.

sent-title = Votre message est scellé et envoyé
sent-lead = Le service choisi peut maintenant le lire. Envoyé le { $day }, avec { $files }.
sent-back = Retour à mon dossier

forget-title = Oublier ce dossier ?
forget-lead = Si vous continuez, voici ce qui se passe aussitôt, sans retour possible :
forget-number = Votre code de dossier ne fonctionne plus, ni pour vous ni pour personne.
forget-answers = Les réponses qui vous ont été écrites sont détruites sur ce serveur.
forget-keeps = Le service garde votre signalement et peut poursuivre son travail. Il apprend que vous vous êtes retiré.
forget-backups = Des copies de sauvegarde peuvent subsister jusqu’à ce qu’elles soient remplacées. Elles restent scellées.
forget-yes = Oui, oublier ce dossier
forget-no = Non, retour à mon dossier
forgotten-title = Ce dossier est oublié
forgotten-lead = Votre code de dossier n’ouvre plus rien. Détruisez ce que vous avez noté, et fermez cette fenêtre.

## Aide

help-title = Aide et sécurité
help-how-title = Comment cela marche
help-how-file = Vous choisissez un service et écrivez votre signalement. Le serveur le scelle dès son arrivée, pour que seul ce service puisse l’ouvrir.
help-how-token = Vous recevez un code de dossier de 24 chiffres. C’est la seule clé de votre côté du dossier. Personne d’autre ne l’a, et personne ne peut le retrouver.
help-how-answer = Le service lit le signalement sur ses propres machines et répond sous signature. Vous lisez les réponses ici, avec votre code.
help-is-title = Ce qui est protégé
help-is-content = Ce que vous écrivez et joignez : qui vole les disques ou les sauvegardes du serveur n’y trouve que des données scellées.
help-is-you = Qui vous êtes, autant que nous le pouvons : pas de compte, pas de cookie, pas d’adresse réseau, rien de plus précis que la date.
help-is-name = Votre nom, si vous le donnez : il est scellé à part du signalement, et confié à des gardiens.
help-is-answers = Les réponses : chacune porte la signature d’un membre, vérifiée avant que vous la voyiez.
help-not-title = Ce qui n’est pas protégé
help-not-moment = Cette page fonctionne sans scripts : c’est donc le serveur qui scelle vos mots. Qui aurait pris en secret le contrôle du serveur pourrait les lire à ce moment-là.
help-not-device = Un téléphone ou un ordinateur surveillé. Qui le contrôle voit ce que vous voyez.
help-not-network = Votre visite. Sans Tor Browser, votre réseau peut voir que vous êtes venu sur ce site, mais pas ce que vous avez écrit.
help-not-words = Vos propres mots et fichiers, s’ils vous désignent.
help-not-number = Votre dossier, si quelqu’un trouve votre code.
help-leave-title = Quitter vite
help-leave = Ce bouton, présent sur chaque page, vous mène aussitôt à une page ordinaire. Il n’efface pas l’historique de votre navigateur, et le bouton « retour » fonctionne toujours. Utilisez une fenêtre privée ou Tor Browser pour ne pas laisser d’historique.
help-tor-title = Tor Browser
help-tor = Tor Browser est un navigateur gratuit qui cache qui visite quoi. Prenez-le sur torproject.org, de préférence ailleurs que sur le réseau de votre employeur. Là où Tor est surveillé ou interdit, un réseau public loin de chez vous et de votre travail peut être plus sage.
help-number-title = Votre code de dossier
help-number = Notez-le sur papier, sans dire à quoi il sert. Si vous pensez que quelqu’un d’autre l’a, ouvrez le dossier et choisissez de l’oublier.
help-sms-title = SMS
help-sms = Cette autorité ne reçoit pas de signalements par SMS. Ne vous fiez à aucun numéro qui prétend le contraire.

## Quand quelque chose ne va pas

fault-status = Code { $status }
fault-home = Aller à l’accueil
fault-not-found-title = Cette page n’existe pas
fault-not-found-happened = L’adresse est mal écrite, ou la page a changé de place.
fault-not-found-todo = Recommencez depuis l’accueil.
fault-method-title = Cette page ne s’ouvre pas ainsi
fault-method-happened = La page attend qu’un formulaire lui soit envoyé.
fault-method-todo = Recommencez depuis l’accueil.
fault-slow-title = La connexion était trop lente
fault-slow-happened = Trop peu est arrivé pendant trop longtemps, et nous avons cessé d’attendre.
fault-slow-todo = Réessayez avec une meilleure connexion, ou avec des fichiers moins nombreux ou moins lourds. Vous pourrez en ajouter plus tard avec votre code de dossier.
fault-already-title = Ce formulaire a déjà été envoyé
fault-already-happened = Votre signalement ou message est enregistré. Le même formulaire est arrivé une seconde fois, et cette copie a été écartée.
fault-already-todo = Si vous avez votre code de dossier, suivez votre dossier. Si vous ne l’avez jamais vu, faites un nouveau signalement.
fault-moved-title = Ce dossier a changé de code
fault-moved-happened = Il a été transféré vers un autre code, et celui-ci ne l’ouvre plus.
fault-moved-todo = Ouvrez-le avec le nouveau code. Si ce n’est pas vous qui l’avez transféré, quelqu’un d’autre connaissait votre code ; faites un nouveau signalement si vous avez encore quelque chose à dire.
fault-large-title = C’était trop à la fois
fault-large-happened = Ce que vous avez envoyé dépasse ce que ce site reçoit en une fois.
fault-large-todo = Revenez en arrière, choisissez des fichiers moins nombreux ou moins lourds, et renvoyez. Vous pourrez en ajouter plus tard avec votre code de dossier.
fault-type-title = Ce type de formulaire n’est pas compris
fault-type-happened = Votre navigateur ou programme a envoyé le formulaire autrement que cette page.
fault-type-todo = Utilisez le formulaire de ce site, au besoin avec un autre navigateur.
fault-broken-title = Le formulaire est arrivé abîmé
fault-broken-happened = Une partie manquait ou était illisible. La connexion a peut-être été coupée.
fault-broken-todo = Revenez en arrière et renvoyez-le.
fault-internal-title = Un problème est survenu de notre côté
fault-internal-happened = Le serveur n’a pas pu terminer ce que vous demandiez.
fault-internal-todo = Réessayez dans quelques minutes. Si vous avez un code de dossier, vérifiez d’abord si votre message est arrivé.
fault-busy-title = Le site est très sollicité
fault-busy-happened = Il y a en ce moment plus de visites que le serveur ne peut en servir.
fault-busy-todo = Revenez en arrière, attendez quelques minutes et réessayez.
fault-expired-title = Pas de nouveau signalement possible aujourd’hui
fault-expired-happened = La liste des personnes autorisées à lire les signalements n’est plus à jour ; rien ne peut donc être scellé en sûreté.
fault-expired-todo = Réessayez demain, ou adressez-vous à l’autorité autrement. Les dossiers existants restent accessibles.
fault-full-title = Il n’y a plus de place pour l’instant
fault-full-happened = L’espace de stockage du serveur est plein. Il ne prend rien qu’il ne pourrait garder.
fault-full-todo = Réessayez plus tard, ou sans fichiers. Les signalements déjà enregistrés sont en sûreté.
