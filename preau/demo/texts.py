"""Texts that the demo towns share, each with its own name in it."""


def terms(*, the_town: str, product: str, contact: str) -> str:
    """Return the terms of use of a demo town, in Markdown, one ## per section."""
    return f"""## À quoi sert ce service

{product} est le guichet en ligne que vous ouvre {the_town}. Vous y retrouvez votre dossier famille, les activités de
vos enfants et vos demandes. Tout ce que vous faites ici peut aussi se faire au guichet ou par téléphone.

- **Réserver** : vous choisissez les jours, vous relisez, vous validez. La réponse est immédiate.
- **Suivre** : chaque demande porte un numéro et reste à la même adresse.
- **Comprendre** : les dates limites et les places restantes sont écrites sur la page, avant de choisir.
- **Conserver** : vos demandes et leurs réponses restent consultables pendant l’année scolaire.

## Votre espace personnel

Votre espace est créé par le service, à partir de votre dossier, ou à votre demande. Il est personnel : chaque
responsable de l’enfant a le sien. Choisissez un mot de passe long, que vous n’utilisez nulle part ailleurs, et ne le
donnez à personne. Un agent ne vous le demandera jamais.

## Votre adresse électronique

Nous l’utilisons pour confirmer vos demandes et vous prévenir d’un changement. Indiquez une adresse que vous lisez.
Vous pouvez la faire corriger auprès du service.

## Ce que vous validez

Une réservation validée retient une place. Elle peut être retirée jusqu’à la date limite affichée. Passé ce délai,
adressez-vous au service : il peut encore vous aider dans certains cas.

Vous déclarez des informations exactes et vous signalez les changements : adresse, téléphone, personnes autorisées.

## Vos données

Vos données servent à gérer l’inscription et l’accueil des enfants, des missions de service public que remplit
{the_town}. Seuls les agents chargés de ces activités y accèdent, chacun dans la limite de ses fonctions. Vos
données ne servent à aucune publicité. Vous pouvez les consulter, les faire corriger et demander leur effacement quand
la loi le permet : {contact}.

## Disponibilité

Le service est ouvert jour et nuit. S’il est interrompu un jour de date limite, {the_town} en tient compte.

## Évolution de ces conditions

Si ces conditions changent, la nouvelle version vous est présentée à votre prochaine connexion, avant toute autre page.
"""


def legal(*, organisation: str, address: str, phone: str) -> str:
    """Return the legal notice of a demo town, in Markdown."""
    return f"""## Éditeur

{organisation}, {address}. Téléphone : {phone}. Responsable de la publication : la personne qui préside l’assemblée.

## Hébergement

Ce site de démonstration est hébergé par la personne qui l’a installé. Les familles et les agents qu’il montre sont
inventés.

## Logiciel

Ce portail fonctionne avec Préau, un logiciel libre sous licence AGPL 3.0 ou ultérieure.
"""


def privacy(*, the_town: str, contact: str) -> str:
    """Return the page on personal data of a demo town, in Markdown."""
    return f"""## Pourquoi nous traitons vos données

Pour inscrire vos enfants, organiser l’accueil et vous répondre. C’est une mission d’intérêt public, que remplit
{the_town} (RGPD, article 6, 1, e).

## Qui les voit

Les agents des services concernés, selon leurs fonctions. Chaque parent voit les données de l’enfant et les siennes,
jamais celles de l’autre parent.

## Combien de temps

Le dossier est gardé tant que l’enfant fréquente une activité, puis deux ans. Les demandes sont gardées deux ans.

## Vos droits

Accès, rectification, opposition, limitation : écrivez à {contact}. Vous pouvez aussi saisir la CNIL.

## Témoins de connexion

Un seul témoin est nécessaire : celui qui vous garde connecté. Aucun ne mesure votre visite.
"""
