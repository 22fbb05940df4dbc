# La réponse à un signalement venu par courriel. Ce qui se copie (code, adresses) est sur des lignes à part.

mail-subject = Votre message est arrivé
mail-received = Votre message a été scellé et enregistré le { $day }. Désormais, seul le service suivant peut l’ouvrir : { $unit }.
mail-token = Votre code de dossier. Notez-le sur papier ; personne ne peut vous le redonner :
mail-return = Il vous permet de lire les réponses et de compléter votre signalement sur la page de signalement de l’autorité, sous « Suivre mon dossier ». Les réponses ne viennent jamais par courriel.
mail-return-at = Il vous permet de lire les réponses et de compléter votre signalement sur cette page. Les réponses ne viennent jamais par courriel :
mail-readable = Le courriel n’est pas confidentiel. Votre fournisseur de messagerie, et tous ceux qui gèrent les serveurs intermédiaires, peuvent voir que vous avez écrit et pourraient lire votre message et celui-ci. N’utilisez ni une adresse ni un appareil de votre employeur.
mail-delete = Effacez votre message et celui-ci, aussi dans « envoyés » et dans la corbeille, dès que vous avez noté le code. Écrivez toute la suite sur la page, de préférence avec le navigateur Tor.
mail-move = Ce code a voyagé par courriel. Sur la page, sous « Passer à un code bien à vous », vous en recevez un nouveau que vous seul connaissez.
mail-name = Si vous voulez donner votre nom en confiance, faites-le sur la page, dans un nouveau signalement : il y est scellé à part.
mail-no-thread = Ne répondez pas à ce message : tout ce que vous envoyez à cette adresse devient un nouveau signalement.
