# Ce que l’opérateur lit à voix haute à la personne qui appelle ou vient sur place. Langue parlée, phrases courtes.

hotline-intro = Je vais écrire ce que vous me dites. C’est scellé ici, puis transmis au service que vous choisissez. Une fois envoyé, seul ce service peut l’ouvrir. Rien ne vous oblige à dire qui vous êtes. Vous pouvez passer ce que vous ne voulez pas dire.
hotline-read-back = Je vais maintenant vous lire ce que j’ai écrit. Dites-moi ce qui est faux ou ce qui manque. Vous pouvez aussi vous en passer.
hotline-recording = Seulement si vous êtes d’accord : peut-on joindre un enregistrement de cet entretien ?
hotline-token = Je vais maintenant vous donner votre code de dossier : 24 chiffres, en six groupes de quatre. Veuillez les noter. Je ne peux les dire que maintenant. Avec eux, vous pourrez entendre les réponses et compléter votre signalement, ici ou sur notre site. Quiconque les a le peut aussi : gardez-les là où personne ne regarde.
hotline-say-back = Veuillez me redire le groupe { $number } de votre code.
hotline-next = Le service lit votre signalement et le confirme, en règle générale dans les sept jours. Rappelez à peu près chaque semaine, ou regardez sur notre site, avec votre code. Une question vous attendra peut-être.

# Les mots pour les chiffres de 0 à 9, dans cet ordre, séparés par des espaces.
spoken-digits = zéro un deux trois quatre cinq six sept huit neuf
