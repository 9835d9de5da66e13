"""Entre-Rives: the Wednesday centre of a group of communes, with a wide menu."""

from preau.demo.desk import Desk, Hours, Person, Pupil
from preau.demo.towns import small
from preau.domain.catalogue.enums import ActivityKind
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Site

NAME = "Communauté de communes d’Entre-Rives"
THE_TOWN = "la communauté de communes d’Entre-Rives"
CONTACT = "familles@entre-rives.example"
# For each weekday, so many calendar days before: Wednesday closes on Monday evening.
DEADLINE = {
    "kind": "table",
    "days": {"0": [3, "23:59"], "1": [3, "23:59"], "2": [2, "23:59"], "3": [3, "23:59"], "4": [3, "23:59"]},
}


def build(desk: Desk) -> None:
    """Write down Entre-Rives."""
    _open(desk)
    department = desk.department("Enfance et familles", "04 65 71 55 60", CONTACT)
    school = desk.site("École du Bac", SiteKind.SCHOOL, "2 quai du Bac", "04 65 71 55 61")
    desk.open_classes(
        school,
        ("Mme Aubépin", "M. Batelier", "Mme Chaland", "M. Deltour", "Mme Écluse", "M. Fluvial", "Mme Gué", "M. Halage"),
    )
    centre = desk.site("Centre du Vieux Port", SiteKind.LEISURE, "14 quai du Bac", "04 65 71 55 62")
    activity = desk.activity(department, "Mercredi loisirs", ActivityKind.WEDNESDAY, position=1)
    morning = desk.resource(centre, "Matinée", 16)
    afternoon = desk.resource(centre, "Après-midi", 16)
    offer = desk.offer(
        activity,
        centre,
        units=[
            Hours("J", "Journée", "8:00", "18:00", [morning, afternoon], excludes=["M", "A"]),
            Hours("M", "Matin", "8:00", "12:15", [morning], excludes=["J"]),
            Hours("A", "Après-midi", "13:30", "18:00", [afternoon], excludes=["J"]),
        ],
        weekdays="2",
        shown_weekdays="2",
        deadline=DEADLINE,
    )
    _families(desk, school)
    small.crowd(desk, [school])
    choices = [(0.4, ("J",)), (0.15, ("M",)), (0.15, ("A",)), (0.3, ())]
    small.book(desk, offer, small.enrol_all(desk, offer), "2", choices)
    small.staff(
        desk, department, ("Mme", "Ondine", "Passeret"), ("M.", "Aubin", "Rivegauche"), ("M.", "Lazare", "Confluent")
    )


def _open(desk: Desk) -> None:
    desk.city = ("99470", "Le Bac-sur-Onde")
    desk.open_town(
        "entre-rives",
        **small.texts(
            name=NAME,
            the_town=THE_TOWN,
            product="Le Portail Famille",
            address="30 quai du Bac, 99470 Le Bac-sur-Onde",
            phone="04 65 71 55 60",
            contact=CONTACT,
        ),
        name=NAME,
        short_name="Entre-Rives",
        kind="communaute",
        product_name="Portail Famille",
        slogan="D’une rive à l’autre, les mêmes services",
        mail_signature="Le service Enfance et familles",
        brand="#0b6478",
        school_zone="A",
        navigation="menu",
        activates_by_reset=True,
        welcome_title="Bienvenue sur le Portail Famille",
        welcome_strapline="Vos démarches d’une rive à l’autre, sans passer le pont.",
        welcome_text=(
            "Depuis cet espace, vous réservez les mercredis de vos enfants et vous suivez vos demandes.\n\n"
            "Besoin d’aide ? Appelez-nous le matin, du lundi au vendredi.\n"
        ),
        private_welcome_text="Dépliez le menu : vos réservations, vos demandes, votre famille.",
        contact_name="Service Enfance et familles",
        contact_address="30 quai du Bac\n99470 Le Bac-sur-Onde",
        contact_hours="Du lundi au vendredi, de 9 h à 12 h",
        website="https://www.entre-rives.example",
        labels={
            "login_box": "Identifiez-vous pour accéder à votre espace",
            "space_name": "portail famille",
            "bookings": "Modifier les réservations",
            "department": "Enfance et familles",
        },
    )
    desk.news(
        (
            3,
            "Le bac à chaîne devient le décor des mercredis",
            "Les enfants construisent sa maquette avec les anciens mariniers.",
            "Exposition au Vieux Port à la fin du trimestre.",
        ),
        (
            16,
            "Crue de printemps : les consignes",
            "En cas d’alerte, le centre accueille les enfants à l’École du Bac.",
            "Un message est envoyé la veille à toutes les familles qui ont réservé.",
        ),
    )


def _families(desk: Desk, school: Site) -> None:
    desk.family(
        [
            Person("Mme", "Ysaline", "Beaugué", "deux enfants le mercredi"),
            Person("M.", "Sosthène", "Beaugué"),
        ],
        [Pupil("Ondin", "Beaugué", "CE2", "M", school), Pupil("Marinette", "Beaugué", "GS", "F", school)],
        is_character=True,
    )
    desk.family(
        [Person("M.", "Aristide", "Quaimbert", "un enfant le mercredi")],
        [Pupil("Garancette", "Quaimbert", "CP", "F", school)],
        is_character=True,
    )
