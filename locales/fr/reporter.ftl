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
protect-sealed = Votre signalement est scellé sur votre propre appareil ; sans JavaScript, par notre serveur dès son arrivée. Ensuite, seul le service choisi peut l’ouvrir : ni ceux qui gèrent le serveur, ni qui en volerait les disques.
protect-honest = Sans JavaScript, le serveur traite un instant vos mots en clair. Il n’en garde aucune copie lisible. La page dit lequel des deux a lieu.
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
key-lead = Comparez ces 40 chiffres, ou les 16 mots, avec ceux de l’affiche de l’autorité ou du journal officiel. Si un seul diffère, ne signalez rien ici.
key-more = Comment comparer, et ce que cela vaut

## Signalement

report-title = Faire un signalement
report-lead = Écrivez dans la langue de votre choix. Laissez vide ce que vous ne savez pas.
report-unit = Quel service doit le lire ?
report-unit-hint = Choisissez un service qui n’est pas lui-même mis en cause.
report-one-unit = Qui le lira
conflict-title = L’une de ces personnes est-elle en cause ?
conflict-hint = Chacune lira votre signalement, sauf si vous la cochez ici. Une personne cochée ne pourra jamais l’ouvrir. Ses collègues voient qui a été écarté.
conflict-show = Montrer qui le lit
conflict-unsaid = Quelqu’un ici, mais je préfère ne pas dire qui
conflict-unsaid-hint = Votre signalement va alors à ce service : { $unit }. Personne du service choisi plus haut ne pourra l’ouvrir.
conflict-custodians = L’un de ces gardiens est-il en cause ?
conflict-custodians-hint = Ils ouvrent les noms ensemble. Qui est coché n’y prend aucune part.
conflict-reads = Sera lu par
conflict-cannot = Ne pourra jamais être ouvert par
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
}, de { $size } Mo chacun. Les données cachées des photos, comme le lieu, sont retirées quand c’est possible. Les autres fichiers peuvent aussi contenir des traces cachées et sont scellés tels quels.
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
refusal-named-unknown = Une personne cochée n’est plus dans la liste. Relisez la liste et cochez qui est en cause.
refusal-named-late = Le choix des personnes en cause est arrivé après les fichiers. Rien n’a été enregistré : choisissez de nouveau les fichiers et envoyez.
refusal-all-named = Vous avez coché tous ceux qui pourraient lire votre signalement ici. Choisissez un autre service, ou décochez quelqu’un.
refusal-all-named-oversight = Vous avez coché tous ceux qui pourraient lire votre signalement ici. Choisissez un autre service, ou cochez « Quelqu’un ici, mais je préfère ne pas dire qui » : il ira alors au service de contrôle.
refusal-custodians = Sans les personnes cochées, il reste trop peu de gardiens pour ouvrir votre nom. Restez anonyme : vous pourrez tout de même lire les réponses et écrire.
refusal-category = Choisissez dans la liste de quoi il s’agit.
refusal-what = Écrivez ce qui s’est passé. Quelques mots suffisent pour commencer.
refusal-danger = Indiquez si quelqu’un est en danger.
refusal-identity = Indiquez si vous voulez donner votre nom.
refusal-name = Donnez un nom ou un moyen de vous joindre, ou choisissez de rester anonyme.
refusal-too-long = Cette réponse est trop longue. Raccourcissez-la, ou joignez-la comme fichier.
refusal-files-many = Trop de fichiers. Choisissez-en { $count } au plus, originaux compris ; vous pourrez en ajouter plus tard avec votre code de dossier.
refusal-file-large = Un fichier est trop lourd. Choisissez des fichiers de { $size } Mo au plus chacun.
refusal-message = Écrivez un message ou choisissez un fichier.

## Reçu

receipt-title = Votre signalement est scellé et enregistré
receipt-token = Votre code de dossier
receipt-write = Notez ce code maintenant. Il n’est montré qu’une fois, et personne ne peut le retrouver : ni l’autorité, ni ceux qui gèrent le serveur.
receipt-why = Il sert à lire les réponses et à compléter votre signalement. Qui l’a en main peut le faire aussi : gardez-le là où personne ne regarde, et pas dans les photos de votre téléphone.
receipt-unit = Lu par
receipt-instead = Vous avez dit que quelqu’un de ce service est en cause : { $unit }. Personne n’y pourra donc ouvrir votre signalement, et le service nommé ici le lit à sa place.
receipt-day = Enregistré le
receipt-by = Première réponse attendue d’ici le
told-title = Données cachées dans vos fichiers
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
token-unknown = Aucun dossier ne porte ce code ici. Il a peut-être été oublié à la demande de son auteur, ou relève d’une autre autorité. Un signalement scellé dans un fichier n’a un dossier ici qu’une fois ce fichier envoyé.

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
called-off-title = Une demande d’oubli de ce dossier a été annulée
called-off = Quelqu’un l’avait faite par SMS, avec votre code. Votre retour l’annule : rien n’a été détruit. Si ce n’était pas vous, quelqu’un d’autre a votre code.
called-off-forget = Pour oublier le dossier malgré tout, choisissez « Oublier ce dossier… » sur la page de votre dossier. L’effet est immédiat.

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
help-how-file = Vous choisissez un service et écrivez votre signalement. Il est scellé pour que seul ce service puisse l’ouvrir : sur votre propre appareil ou, sans JavaScript, par le serveur dès son arrivée.
help-how-token = Vous recevez un code de dossier de 24 chiffres. C’est la seule clé de votre côté du dossier. Personne d’autre ne l’a, et personne ne peut le retrouver.
help-how-answer = Le service lit le signalement sur ses propres machines et répond sous signature. Vous lisez les réponses ici, avec votre code.
help-ways-title = Deux façons de sceller
help-ways-device = Sur votre appareil : le formulaire affiche alors « { sealed-title } ». Le serveur ne voit jamais vos mots. La plupart des navigateurs le peuvent, et Tor Browser aux niveaux de sécurité Normal et Plus sûr.
help-ways-server = Par le serveur, dès l’arrivée : sans JavaScript, comme au niveau Le plus sûr de Tor Browser. Rien ne s’exécute alors dans votre navigateur, mais le serveur traite un instant vos mots en clair.
help-is-title = Ce qui est protégé
help-is-content = Ce que vous écrivez et joignez : qui vole les disques ou les sauvegardes du serveur n’y trouve que des données scellées.
help-is-you = Qui vous êtes, autant que nous le pouvons : pas de compte, pas de cookie, pas d’adresse réseau, rien de plus précis que la date.
help-is-name = Votre nom, si vous le donnez : il est scellé à part du signalement, et confié à des gardiens.
help-is-answers = Les réponses : chacune porte la signature d’un membre, vérifiée avant que vous la voyiez.
help-not-title = Ce qui n’est pas protégé
help-not-moment = Sans JavaScript, c’est le serveur qui scelle vos mots. Qui aurait pris en secret le contrôle du serveur pourrait les lire à ce moment-là.
help-not-page = Une page altérée. Qui aurait pris le contrôle du serveur pourrait vous envoyer une page qui ressemble seulement à celle-ci et livre vos mots.
help-not-device = Un téléphone ou un ordinateur surveillé. Qui le contrôle voit ce que vous voyez.
help-not-network = Votre visite. Sans Tor Browser, votre réseau peut voir que vous êtes venu sur ce site, mais pas ce que vous avez écrit.
help-not-words = Vos propres mots et fichiers, s’ils vous désignent.
help-not-number = Votre dossier, si quelqu’un trouve votre code.
help-conflict-title = Si quelqu’un du service est en cause
help-conflict = Le formulaire montre qui lit les signalements de chaque service. Cochez qui est en cause : votre signalement est scellé de sorte que cette personne ne pourra jamais l’ouvrir, et rien de ce qui est conservé sur le serveur ne montre qui a été écarté. Si vous préférez ne pas dire qui, le formulaire peut l’envoyer au service de contrôle, s’il y en a un.
help-leave-title = Quitter vite
help-leave = Ce bouton, présent sur chaque page, vous mène aussitôt à une page ordinaire. Il n’efface pas l’historique de votre navigateur, et le bouton « retour » fonctionne toujours. Utilisez une fenêtre privée ou Tor Browser pour ne pas laisser d’historique.
help-tor-title = Tor Browser
help-tor = Tor Browser est un navigateur gratuit qui cache qui visite quoi. Prenez-le sur torproject.org, de préférence ailleurs que sur le réseau de votre employeur. Là où Tor est surveillé ou interdit, un réseau public loin de chez vous et de votre travail peut être plus sage.
help-danger-title = Si une erreur peut vous coûter la liberté
help-danger = Ne dépendez pas des pages de ce site. Le programme Amparo interroge, scelle et lit sur votre propre machine, passe par Tor, et s’arrête si les clés ne sont pas celles de l’empreinte que vous lui donnez. Prenez-le à sa source, pas ici.
help-danger-new = fait un signalement, ou le scelle dans un fichier à envoyer plus tard, d’ailleurs
help-danger-read = lit les réponses
help-danger-token = donne à un dossier ouvert ici un code que seule votre machine a vu
help-number-title = Votre code de dossier
help-number = Notez-le sur papier, sans dire à quoi il sert. Si vous pensez que quelqu’un d’autre l’a, ouvrez le dossier et choisissez de l’oublier.
help-real-title = Est-ce bien cette autorité ?
help-real-source = Prenez ailleurs que sur ce site ce à quoi vous comparez : une affiche, le journal officiel, la presse. Les chiffres et les mots disent la même chose : l’un des deux suffit. Les mots se lisent mieux à voix haute.
help-real-outside = D’autres peuvent regarder de l’extérieur. Qui a le programme compare ce que ce site envoie avec son code source ; de plusieurs endroits et par Tor, pour que le site ne sache pas qui regarde :
help-real-worth = Les bons chiffres montrent pour qui les signalements sont scellés ici. Ils ne montrent pas que la page elle-même est la bonne : un serveur tombé en de mauvaises mains peut montrer de vrais chiffres sur une fausse page, et à un seul lecteur.
help-sms-title = SMS
help-sms = Cette autorité ne reçoit pas de signalements par SMS. Ne vous fiez à aucun numéro qui prétend le contraire.

## Scellé sur cet appareil : ce que disent les pages quand leur script fonctionne

sealed-checking = Vérification des clés de l’autorité…
sealed-title = Scellé sur cet appareil
sealed-lead = Ce que vous écrivez et joignez est scellé ici, avant de partir. Le serveur ne peut pas le lire.
sealed-compare = Comparez ces chiffres, ou les mots, avec l’affiche de l’autorité. Si un seul diffère, n’allez pas plus loin.
sealed-send-hint = Votre signalement est scellé sur cet appareil, puis envoyé. De gros fichiers peuvent prendre plusieurs minutes : gardez cette page ouverte.
sealed-unable = Ce navigateur ne peut pas sceller sur l’appareil. Cette page continue comme sans JavaScript : le serveur scelle vos mots dès leur arrivée.
sealed-files = Les données cachées des photos sont retirées sur cet appareil ; ce qui est trouvé est indiqué ci-dessous.
sealed-answer = Ouvert et vérifié sur cet appareil.

stage-keys = Création des clés de votre code de dossier…
stage-files = Scellement et envoi de vos fichiers…
stage-work = Calcul d’une petite énigme qui protège le site des envois en masse…
stage-sealing = Scellement de vos mots…
stage-sending = Envoi…
stage-waiting = La connexion est coupée, ou le serveur est occupé. L’envoi reprendra de lui-même ; gardez cette page ouverte.
stage-left = Encore { $minutes } min environ
stage-left-short = Encore moins d’une minute
stage-all = Tout ensemble
stage-cancel = Annuler
stage-cancelled = Annulé. Rien n’a été enregistré, et ce que vous avez écrit est toujours là.

file-looking = Recherche de données cachées…
file-clean = Aucune donnée cachée trouvée.
file-cleaned = Données cachées retirées : { $found }.
file-image = Ce type d’image n’est pas nettoyé et peut contenir le lieu, l’heure et l’appareil. Elle est scellée telle quelle.
file-other = Ce type de fichier peut contenir des données cachées. Il est scellé tel quel.
file-text = Du texte seul : il n’y a rien de caché à retirer.
file-pdf = Un PDF peut contenir le nom de son auteur, d’anciennes versions et des commentaires. Il est scellé tel quel.
file-office = Un document bureautique peut contenir des noms, d’anciennes versions et des commentaires. Il est scellé tel quel.
file-media = Un son ou une vidéo peut contenir le lieu, l’heure et l’appareil, et montrer plus que vous ne voulez. Le fichier est scellé tel quel.
file-archive = Un dossier compressé peut contenir des fichiers et des noms cachés. Il est scellé tel quel.
file-damaged = Cette image est abîmée ou inhabituelle et n’a pas pu être nettoyée. Elle est scellée telle quelle.
file-uncleaned = Cette image est trop lourde pour être nettoyée ici. Elle est scellée telle quelle et peut contenir le lieu, l’heure et l’appareil.
file-original = Sceller aussi l’original, comme preuve
file-original-hint = Cela concerne les photos dont des données cachées sont retirées. Le service voit alors aussi ces données, comme le lieu et l’appareil.
file-original-sealed = L’original est scellé lui aussi.
file-remove = Retirer
file-empty = Ce fichier est vide.
file-large = Ce fichier est trop lourd ; { $size } au plus. Retirez-le.
file-unreadable = Ce fichier n’est plus lisible. Retirez-le et choisissez-le de nouveau.
files-many = Trop de fichiers ; { $count } au plus, originaux compris. Retirez-en ; vous pourrez les ajouter plus tard avec votre code de dossier.
files-total = Ensemble, les fichiers sont trop lourds ; { $size } au plus. Retirez-en ; vous pourrez les ajouter plus tard avec votre code de dossier.
found-place = lieu
found-time = heure
found-camera = appareil ou téléphone
found-serial = numéro de série
found-owner = nom
found-software = logiciel
found-comment = commentaire
found-thumbnail = aperçu
found-picture = seconde image
found-maker-note = notes du fabricant
found-history = historique des modifications
found-color-profile = profil de couleurs
found-after-end = données après la fin
found-other = autres données
size-kb = { $size } Ko
size-mb = { $size } Mo

failure-check = Arrêt : une vérification a échoué. Rien n’a été envoyé.
failure-other = Cela n’a pas fonctionné
failure-script = La partie de cette page qui scelle n’a pas pu être chargée, ou n’est pas la bonne.
failure-script-todo = Rechargez cette page. Si cela persiste, prenez un autre navigateur, ou signalez sans JavaScript si vous pouvez vous fier au serveur.
failure-manifest = La liste des clés de l’autorité est illisible.
failure-manifest-todo = Rechargez cette page. Si cela persiste, le site est en panne ou altéré : joignez l’autorité autrement.
failure-unsigned = La liste des clés n’est pas signée par l’autorité. Quelqu’un y a peut-être mis sa propre clé pour lire votre signalement.
failure-unsigned-todo = Ne signalez rien ici. Prévenez l’autorité autrement, depuis un autre appareil et un autre réseau.
failure-root = Les clés signées sont celles d’une autre autorité que celle qu’affiche cette page.
failure-root-todo = Ne signalez rien ici. Comparez les chiffres ou les mots avec l’affiche, et joignez l’autorité autrement.
failure-expired = La liste des clés de l’autorité n’est plus à jour ; rien ne peut donc être scellé en sûreté. Vérifiez aussi la date de votre appareil.
failure-expired-todo = Réessayez demain, ou joignez l’autorité autrement. Les dossiers existants restent accessibles.
failure-older = Le site montre une liste de clés plus ancienne qu’il y a un instant. Quelqu’un veut peut-être remettre en service une clé retirée.
failure-older-todo = Ne signalez rien ici aujourd’hui. Joignez l’autorité autrement.
failure-history = La liste des clés ne découle pas de celle sous laquelle votre dossier a été enregistré. Elle a peut-être été échangée.
failure-history-todo = N’écrivez rien ici. Joignez l’autorité autrement et prévenez-la.
failure-card = Le dossier montré par le serveur n’est pas celui créé avec votre code. Il a été échangé ou altéré.
failure-card-todo = Ne vous fiez pas à ce que montre ce site. Joignez l’autorité autrement et prévenez-la.
failure-member = Un élément de votre dossier n’est pas signé par un membre de votre service. Quelqu’un se fait peut-être passer pour l’autorité.
failure-member-todo = Il n’est pas affiché. N’écrivez rien ici ; joignez l’autorité autrement et prévenez-la.
failure-reply = Une réponse n’est pas celle qui a été signée. Elle a été échangée en chemin.
failure-reply-todo = Elle n’est pas affichée. Réessayez plus tard ; si cela persiste, joignez l’autorité autrement et prévenez-la.
failure-withheld = Le serveur retient une partie de votre dossier : un élément signé manque.
failure-withheld-todo = Réessayez plus tard. Si cela persiste, joignez l’autorité autrement et prévenez-la.
failure-timeline = Les éléments de votre dossier se contredisent. L’un d’eux a été omis, doublé ou déplacé.
failure-timeline-todo = Réessayez plus tard. Si cela persiste, joignez l’autorité autrement et prévenez-la.
failure-file = Un fichier n’a pas pu être lu. Il a peut-être été déplacé ou modifié depuis que vous l’avez choisi.
failure-file-todo = Retirez-le, choisissez-le de nouveau et renvoyez. Ce que vous avez écrit est toujours là.
failure-offline = Le serveur est resté longtemps injoignable.
failure-offline-todo = Réessayez avec une meilleure connexion. Ce que vous avez écrit reste là tant que cette page est ouverte.
failure-full = L’espace de stockage du serveur est plein. Il ne prend rien qu’il ne pourrait garder.
failure-full-todo = Réessayez plus tard, ou sans fichiers.
failure-large = Ce que vous envoyez dépasse ce que ce site reçoit en une fois.
failure-large-todo = Retirez des fichiers et renvoyez. Vous pourrez les ajouter plus tard avec votre code de dossier.
failure-refused = Le serveur a refusé ce que cette page a scellé.
failure-refused-todo = Réessayez une fois. Si cela persiste, rechargez cette page, après avoir gardé une copie de vos mots.
failure-server = Le serveur n’a pas pu terminer ce que vous demandiez.
failure-server-todo = Réessayez dans quelques minutes. Ce que vous avez écrit reste là tant que cette page est ouverte.
failure-own = Cette page a commis elle-même une erreur et s’est arrêtée.
failure-own-todo = Rechargez-la, après avoir gardé une copie de vos mots. Si cela persiste, prenez un autre navigateur.

receipt-device = Ce code a été créé sur cet appareil. Le serveur ne l’a jamais vu, pas plus que vos mots.
receipt-copy = Copier
receipt-copied = Copié. Videz le presse-papiers une fois le code conservé.
receipt-copy-failed = La copie a échoué. Notez le code.
receipt-print = Imprimer
receipt-picture = Enregistrer en image
receipt-pictured = L’image ne montre que les chiffres. Gardez-la là où personne ne regarde.
receipt-hide = Masquer
receipt-show = Montrer
receipt-hidden = Le code est masqué.
receipt-ask-title = L’avez-vous noté ?
receipt-ask = Tapez le groupe { $number } des six, d’après ce que vous avez noté.
receipt-ask-label = Groupe { $number }, quatre chiffres
receipt-ask-check = Vérifier
receipt-ask-right = C’est juste. Votre code est entre vos mains ; vous pouvez fermer cette fenêtre.
receipt-ask-wrong = Ce n’est pas le même. Comparez ce que vous avez noté avec les chiffres ci-dessus.
receipt-ask-skip = Passer
receipt-ask-skipped = Comme vous voulez. Sans le code, vous ne pourrez pas revenir à ce dossier.

move-title = Passer à un code bien à vous
move-lead = Si votre code a été créé ailleurs (par le serveur sans JavaScript, par SMS ou par téléphone), qui l’a vu peut lire vos réponses et parler à votre place. Un nouveau code, créé sur cet appareil, y met fin.
move-offer = Créer un nouveau code…
move-means = Votre dossier reçoit un nouveau code. L’ancien dira seulement que le dossier a changé de code, sans retour possible. Prenez de quoi écrire.
move-yes = Oui, changer de code
move-no = Non, ne rien changer
moved-title = Votre dossier a changé de code
moved-lead = Désormais, seul le nouveau code l’ouvre.

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

## Un signalement scellé ailleurs

send-title = Envoyer un signalement scellé
send-lead = Vous pouvez envoyer ici un signalement scellé sur un autre appareil et enregistré dans un fichier. Seul le service destinataire peut l’ouvrir, pas même la personne qui le transporte.
send-file = Le signalement scellé
send-file-hint = Un fichier qui se termine par .amparo.
send-button = Envoyer
refusal-not-sealed = Ce n’est pas un signalement scellé complet pour cette autorité. Choisissez le fichier enregistré au moment du scellement ; s’il a plus d’un mois, scellez le signalement à nouveau.
taken-title = Le signalement est enregistré
taken-lead = Le signalement du { $day } est enregistré, scellé comme il l’était.
taken-next = Supprimez maintenant le fichier. Les réponses se lisent avec le code de dossier montré au moment du scellement.

## Une page gardée comme fichier, qui scelle sans ce site

report-offline = En grand danger ? Scellez sans ce site
send-how = Comment sceller un signalement sans ce site
help-offline-title = Si vous êtes en grand danger
help-offline = Vous pouvez sceller votre signalement avec une page que vous gardez comme fichier et que vous vérifiez avant de l’utiliser. Alors, même un site pris en main par d’autres ne peut pas lire vos mots. Le fichier scellé s’envoie plus tard, depuis n’importe quel autre appareil.

offline-title = Sceller un signalement sans ce site
offline-lead = Une page que vous gardez comme fichier. Elle scelle votre signalement sur votre propre appareil, sans aucun réseau, et personne ne peut plus la changer une fois que vous l’avez vérifiée.
offline-when-title = Quand l’utiliser
offline-when = Quand vous êtes en grand danger, ou craignez que ce site ait été pris en main par d’autres. La page fonctionne aussi sur un appareil qui ne va jamais en ligne.
offline-else = Sinon, le formulaire de ce site suffit : avec JavaScript, il scelle sur votre appareil de la même façon.
offline-get-title = Obtenir la page
offline-get = Télécharger la page
offline-get-size = un fichier, { $size } ko
offline-get-hint = Enregistrez-la ; ne l’ouvrez pas d’ici. Elle porte le nom de l’autorité : gardez-la là où personne ne regarde, de préférence sur une clé USB.
offline-check-title = La vérifier avant de l’utiliser
offline-check-sum = Calculez la somme du fichier, avec la première ligne sous Linux et la seconde sous Windows :
offline-check-same = Ce doit être celle-ci. Consultez aussi cette page depuis d’autres endroits, de préférence par Tor Browser : elle doit dire la même chose.
offline-check-other = Mieux encore, quelqu’un en qui vous avez confiance fabrique le fichier lui-même, à partir du code source publié, et compare. La commande est :
offline-check-key = La page ouverte montre 40 chiffres. Comparez-les avec l’affiche de l’autorité ou le journal officiel. Si l’un diffère, ne l’utilisez pas.
offline-use-title = Comment l’utiliser
offline-use-open = Ouvrez le fichier dans un navigateur avec JavaScript, de préférence sur un appareil sans réseau.
offline-use-seal = Écrivez votre signalement. La page crée votre code de dossier et scelle le tout dans un seul fichier, report.amparo. Notez le code et enregistrez le fichier.
offline-use-send = Portez le fichier vers un autre appareil et un autre réseau, et envoyez-le dans les { $days ->
    [one] { $days } jour
   *[other] { $days } jours
} :
offline-not-device = Un appareil surveillé. Qui le contrôle voit ce que vous tapez, avec ou sans réseau.
offline-not-found = Le fichier scellé, s’il est trouvé. Il ne peut pas être lu, mais il montre qu’un signalement a été fait, pour quel service, quel jour, et à peu près de quelle taille.
offline-not-copy = Les fichiers supprimés. On peut souvent les retrouver : utilisez une clé USB que vous pouvez détruire, ou un système qui oublie, comme Tails.

offline-file-lead = Cette page fonctionne sans aucun réseau et n’envoie rien. Elle scelle votre signalement dans un fichier, que vous enverrez plus tard, depuis un autre endroit.
offline-unable-title = Cette page ne peut pas encore sceller
offline-unable = Il lui faut JavaScript et un navigateur qui n’a pas plus de cinq ans environ. Rien ne peut être saisi d’ici là. Autorisez JavaScript pour elle (dans Tor Browser, avec le niveau de sécurité « Normal » ou « Plus sûr »), et ouvrez-la de nouveau.
offline-seal = Sceller dans un fichier
offline-seal-hint = Votre signalement est scellé sur cet appareil dans un fichier. Rien n’est envoyé. De gros fichiers peuvent prendre des minutes : gardez cette page ouverte.
offline-stage-files = Scellement de vos fichiers…
offline-stage-cancelled = Annulé. Rien n’a été scellé, et ce que vous avez écrit est toujours là.
offline-failure-check = Arrêt : une vérification a échoué. Rien ne peut être scellé.
offline-failure-manifest = La liste des clés de l’autorité contenue dans cette page ne peut pas être lue.
offline-failure-unsigned = La liste des clés contenue dans cette page n’est pas signée par l’autorité. Quelqu’un a pu y mettre sa propre clé pour lire votre signalement.
offline-failure-copy-todo = N’utilisez pas cet exemplaire. Obtenez la page de nouveau depuis un autre endroit, vérifiez-la, et prévenez l’autorité par une autre voie.
offline-failure-expired = La liste des clés contenue dans cette page est périmée, ou la date de cet appareil est fausse. Rien ne peut être scellé en sécurité.
offline-failure-expired-todo = Vérifiez la date de cet appareil. Si elle est juste, obtenez un exemplaire plus récent de cette page.
offline-sealed-title = Votre signalement est scellé dans un fichier
offline-unsent = Rien n’a encore été envoyé.
offline-save-now = Enregistrez le fichier et notez le code avant de fermer cette page : ils n’existent nulle part ailleurs.
offline-save-title = Le fichier scellé
offline-save = Enregistrer report.amparo
offline-saved = Regardez si le fichier est là. Vous pouvez l’enregistrer encore, à un autre endroit.
offline-save-means = Personne d’autre que les personnes nommées ci-dessous ne peut l’ouvrir, pas même vous. Il ne contient ni votre code ni un mot lisible. Qui le trouve apprend qu’un signalement a été fait, pour quel service, quel jour, et à peu près de quelle taille.
offline-day = Scellé le
offline-until = À envoyer au plus tard le
offline-ask-right = Exact. Votre code est en sûreté avec vous.
offline-next-carry = Portez le fichier vers un appareil et un réseau qui ne mènent pas à vous.
offline-next-send = Ouvrez-y cette adresse, choisissez le fichier et envoyez-le :
offline-next-poster = Ouvrez-y le site de l’autorité ; son adresse est sur l’affiche. Sa page d’aide mène à « Envoyer un signalement scellé ».
offline-next-token = Le code n’ouvre votre dossier qu’une fois le fichier arrivé. Revenez avec lui chaque semaine environ : une question peut vous attendre.
offline-next-delete = Quand le fichier est arrivé, supprimez-le, ainsi que cette page, et videz la corbeille.
offline-licences = Licences de ce que contient cette page

## The poster that `amparo manifest poster` makes

poster-open = Vous pouvez signaler sans donner votre nom. Ouvrez cette adresse dans Tor Browser ou dans une fenêtre privée, sur un appareil et un réseau qui ne sont pas ceux de votre employeur.
poster-compare = Avant de signaler, comparez les chiffres ou les mots ci-dessus avec ceux que montre le site. Si un seul diffère, n’y signalez rien.
