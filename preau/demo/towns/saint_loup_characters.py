"""The named families of Saint-Loup, one for each situation."""

from preau.demo.builder import Builder, Home, Person, Pupil
from preau.domain.families.enums import Authority, ContactKind
from preau.domain.families.operations.custody import set_authority, set_residence, set_shares
from preau.domain.families.operations.household import link_child
from preau.domain.organisations.models import Site
from preau.kernel.residence import WeekParity

NOT_ACTIVATED = ("Maud", "Lestrade")  # known to the service, e-mail, no account yet


def write_characters(builder: Builder, tilleuls: Site, lavoir: Site) -> tuple[Home, Home]:
    """Write down the named families; return the first one and the one that lives elsewhere."""
    nadia = builder.family(
        [
            Person("Mme", "Nadia", "Ferrand", "deux enfants à l’École des Tilleuls, tout est prêt"),
            Person("M.", "Karim", "Ferrand", "co-représentant de la même famille, son propre identifiant"),
        ],
        [Pupil("Lina", "Ferrand", "CE1", "F", tilleuls), Pupil("Noé", "Ferrand", "MS", "M", tilleuls)],
        is_character=True,
        address="12 rue des Tilleuls",
        contacts=[
            (ContactKind.PICK_UP, "Odile", "Ferrand", "grand-mère"),
            (ContactKind.CALL, "Marc", "Aubertin", "voisin"),
            (ContactKind.FORBIDDEN, "Denis", "Aubertin", "oncle"),
        ],
    )
    builder.family(
        [Person("Mme", *NOT_ACTIVATED), Person("M.", "Rémi", "Lestrade")],
        [Pupil("Margot", "Lestrade", "CP", "F", tilleuls), Pupil("Paul", "Lestrade", "GS", "M", tilleuls)],
        is_character=True,
        address="3 impasse des Mésanges",
    )
    builder.family(
        [Person("M.", "Thomas", "Quéméner", "seul parent, un enfant à l’École du Lavoir")],
        [Pupil("Sacha", "Quéméner", "CE2", "M", lavoir)],
        is_character=True,
    )
    _separated(builder, lavoir)
    builder.family(
        [
            Person(
                "Mme",
                "Marie-Antoinette",
                "de Castelnau-Montmirail-Beauséjour",
                "des noms très longs, une adresse électronique pour deux",
                email="famille.castelnau@courriel-saint-loup.example",
            ),
            Person(
                "M.",
                "Jean-Sébastien",
                "de Castelnau-Montmirail-Beauséjour",
                "partage l’adresse électronique de sa femme",
                email="famille.castelnau@courriel-saint-loup.example",
            ),
        ],
        [
            Pupil("Anne-Élisabeth-Constance", "de Castelnau-Montmirail-Beauséjour", "CM2", "F", lavoir),
            Pupil("Maximilien-Alexandre", "de Castelnau-Montmirail-Beauséjour", "CP", "M", lavoir),
        ],
        is_character=True,
        address="Résidence du Château de Montmirail, bâtiment C, escalier 2, 148 avenue de la Gare",
    )
    builder.family(
        [Person("Mme", "Aïcha", "Morvan", "doit choisir son mot de passe, puis lire les conditions", "password")],
        [Pupil("Naïla", "Morvan", "GS", "F", tilleuls)],
        is_character=True,
    )
    builder.family(
        [Person("M.", "Olivier", "Prunier", "n’a pas encore accepté les conditions d’utilisation", "terms")],
        [Pupil("Violette", "Prunier", "CM1", "F", lavoir)],
        is_character=True,
    )
    builder.family(
        [Person("Mme", "Salomé", "Rivoire", "cinq enfants dans les deux écoles"), Person("M.", "Alban", "Rivoire")],
        [
            Pupil("Aurore", "Rivoire", "CM2", "F", tilleuls),
            Pupil("Bastien", "Rivoire", "CE2", "M", tilleuls),
            Pupil("Clémence", "Rivoire", "CP", "F", lavoir),
            Pupil("Désiré", "Rivoire", "GS", "M", lavoir),
            Pupil("Eugénie", "Rivoire", "PS", "F", lavoir),
        ],
        is_character=True,
    )
    builder.family(
        [Person("Mme", "Clara", "Noyer", "adresse protégée", has_protected_address=True)],
        [Pupil("Théodore", "Noyer", "CE1", "M", tilleuls)],
        is_character=True,
    )
    hugo = builder.family(
        [Person("M.", "Hugo", "Bastide", "n’habite pas la commune : ouvertures plus tardives")],
        [Pupil("Lou-Anne", "Bastide", "CE1", "F", lavoir)],
        is_character=True,
        lives_here=False,
        city=("99150", "Montclar-le-Vieux"),
    )
    return nadia, hugo


def _separated(builder: Builder, school: Site) -> None:
    """Two households, two logins, one child who lives in turn with each."""
    mother = builder.family(
        [Person("Mme", "Irina", "Vasseur", "séparée de M. Dombasle, garde alternée d’Élio")],
        [Pupil("Élio", "Dombasle", "CM1", "M", school)],
        is_character=True,
    )
    father = builder.family(
        [Person("M.", "Paul", "Dombasle", "séparé de Mme Vasseur, garde alternée d’Élio")], is_character=True
    )
    child = mother.children[0]
    link_child(actor=builder.actor, family_id=father.family.pk, child_id=child.pk)
    father.children.append(child)
    father.schools[child.pk] = school
    # Even weeks of the calendar with the mother: 2026 has a week 53, so that hers comes back after two weeks in January.
    set_residence(
        actor=builder.actor,
        child_id=child.pk,
        pattern=WeekParity("a"),
        adult_a_id=mother.adults[0].pk,
        adult_b_id=father.adults[0].pk,
        now=builder.now,
    )
    for home, link in ((mother, "mère"), (father, "père")):
        set_authority(
            actor=builder.actor,
            child_id=child.pk,
            adult_id=home.adults[0].pk,
            authority=Authority.EXERCISED,
            link=link,
            now=builder.now,
        )
    set_shares(
        actor=builder.actor, child_id=child.pk, shares={mother.family.pk: 50, father.family.pk: 50}, now=builder.now
    )
