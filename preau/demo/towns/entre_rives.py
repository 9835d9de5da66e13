"""Entre-Rives: crèches, schools and Wednesdays of a group of communes, with a wide menu."""

from datetime import timedelta

from preau.demo import dossiers
from preau.demo.absences import HOLIDAYS, ILL, OTHER, Service, TownAbsences
from preau.demo.builder import Builder, Home, Hours, Person, Pupil
from preau.demo.dossiers import Kind
from preau.demo.towns import entre_rives_creches, small
from preau.domain.absences.enums import ClosureKind
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.enums import ActivityKind
from preau.domain.catalogue.models import Offer
from preau.domain.enrolments.models import Enrolment
from preau.domain.families.enums import ContactKind
from preau.domain.families.models import Child
from preau.domain.families.operations.children import answer_consents, confirm_sheets, save_health
from preau.domain.families.operations.contacts import save_contact
from preau.domain.families.rules import compulsory_vaccines
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Department, Site
from preau.domain.procedures.models import ProcedureForm
from preau.domain.procedures.operations.messages import write_message

NAME = "Communauté de communes d’Entre-Rives"
THE_TOWN = "la communauté de communes d’Entre-Rives"
CONTACT = "familles@entre-rives.example"
# For each weekday, so many calendar days before: Wednesday closes on Monday evening.
DEADLINE = {
    "kind": "table",
    "days": {"0": [3, "23:59"], "1": [3, "23:59"], "2": [2, "23:59"], "3": [3, "23:59"], "4": [3, "23:59"]},
}
KINDS = (
    Kind("domicile", "Justificatif de domicile", (), "family", "months"),
    Kind("revenus", "Justificatif de revenus", (), "family", help="Sans lui, le tarif le plus haut s’applique."),
    Kind("assurance", "Attestation d’assurance", ()),
    Kind("carnet", "Carnet de santé", (), help="Les pages des vaccins.", is_sensitive=True),
    Kind("pai", "PAI signé, ou certificat médical en attendant", ("pai",), is_sensitive=True),
    Kind("alternance", "Calendrier de garde alternée signé des deux parents", ("alternate",), validity="forever"),
    Kind("jugement", "Décision de justice", ("forbidden",), validity="forever", is_judicial=True),
    Kind("divers", "Divers", (), validity="forever"),
)
CONSENTS = (
    ("antipyretique", "Donner un médicament contre la fièvre, selon le protocole du médecin de la structure", True),
    ("sorties", "Sortir de la structure pour les activités", True),
    ("transport", "Prendre les transports en commun avec l’équipe", True),
    ("soins", "Laisser l’équipe médicale faire les soins que l’état de l’enfant impose", True),
    ("photo", "Filmer ou photographier l’enfant pour la structure, le service ou son site internet", True),
    ("trajet", "Ne pas tenir la direction responsable du trajet vers l’hôpital", False),
    ("urgence", "Appeler les secours et intervenir en urgence", False),
    ("initiatives", "Laisser le personnel prendre toute initiative que la sécurité demande", False),
)
SOUGHT = ["Une place en crèche", "Une assistante maternelle", "Un accueil à domicile", "Je ne sais pas encore"]


ABSENCES = TownAbsences(
    motives=(ILL, HOLIDAYS, OTHER),
    closes=(ClosureKind.STAFF, "formation de l’équipe", "École du Bac"),
    services=(
        Service(
            (),
            {"kind": "same_day", "at": "10:00"},
            {"maladie": {"deducts": True, "proof_delay": {"days": 7}}},
            "Dans les délais, signaler une absence annule la réservation ; passé ce délai, le jour reste dû.",
        ),
    ),
)


def build(builder: Builder) -> None:
    """Write down Entre-Rives."""
    _open(builder)
    department = builder.department("Enfance et familles", "04 65 71 55 60", CONTACT)
    schools = builder.department("Service scolaire", "04 65 71 55 63", "scolaire@entre-rives.example")
    infancy = builder.department("Petite enfance", "04 65 71 55 64", "petite-enfance@entre-rives.example")
    school = builder.site("École du Bac", SiteKind.SCHOOL, "2 quai du Bac", "04 65 71 55 61")
    builder.open_classes(
        school,
        ("Mme Aubépin", "M. Batelier", "Mme Chaland", "M. Deltour", "Mme Écluse", "M. Fluvial", "Mme Gué", "M. Halage"),
    )
    infos = _infos(builder, infancy)
    dossiers.ask(builder, department, kinds=KINDS, consents=CONSENTS)
    wednesday = _wednesdays(builder, department)
    hours = _school_day(builder, schools, school)
    houses = entre_rives_creches.build(builder, position=4)
    _families(builder, school)
    small.crowd(builder, [school])
    choices = [(0.4, ("J",)), (0.15, ("M",)), (0.15, ("A",)), (0.3, ())]
    small.book(builder, wednesday, small.enrol_all(builder, wednesday), "2", choices)
    small.book(builder, hours, small.enrol_all(builder, hours), "0134", [(0.4, ("S",)), (0.2, ("M", "S")), (0.4, ())])
    admitted = _small_ones(builder, school, [*houses[:2], wednesday])
    entre_rives_creches.families(builder, houses, admitted)
    _asking(builder, infos, infancy)
    small.staff(
        builder, department, ("Mme", "Ondine", "Passeret"), ("M.", "Aubin", "Rivegauche"), ("M.", "Lazare", "Confluent")
    )
    galets = houses[0]
    builder.staff(
        Role.AGENT,
        "Mme",
        "Perrine",
        "Écluzier",
        "agent de la crèche Les Galets, ne voit qu’elle",
        departments=[galets.activity.department],
        sites=[galets.site],
    )
    builder.staff(
        Role.AGENT,
        "M.",
        "Théodule",
        "Pontel",
        "agent du service scolaire, ne voit pas les crèches",
        departments=[schools],
    )


def _infos(builder: Builder, department: Department) -> ProcedureForm:
    """« Demandes d’informations petite enfance » : written as data, answered on its page."""
    return dossiers.form(
        builder,
        department,
        "petite-enfance",
        "Demandes d’informations petite enfance",
        "Crèche, assistante maternelle, accueil à domicile : dites ce que vous cherchez, le service vous répond ici.",
        {"code": "recherche", "label": "Vous cherchez", "kind": "choice", "required": True, "choices": SOUGHT},
        {"code": "debut", "label": "À partir du", "kind": "date", "required": False},
        {"code": "jours", "label": "Jours par semaine", "kind": "number", "required": False},
        {"code": "question", "label": "Votre question", "kind": "long", "required": True},
    )


def _wednesdays(builder: Builder, department: Department) -> Offer:
    centre = builder.site("Centre du Vieux Port", SiteKind.LEISURE, "14 quai du Bac", "04 65 71 55 62")
    activity = builder.activity(department, "Mercredi loisirs", ActivityKind.WEDNESDAY, position=1)
    morning = builder.resource(centre, "Matinée", 16)
    afternoon = builder.resource(centre, "Après-midi", 16)
    offer = builder.offer(
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
    offer.min_age_months = 36
    offer.save(update_fields=["min_age_months"])
    return offer


def _school_day(builder: Builder, department: Department, school: Site) -> Offer:
    activity = builder.activity(department, "Accueils matin et soir", ActivityKind.AFTER_SCHOOL, position=2)
    morning, evening = builder.resource(school, "Accueil du matin", 30), builder.resource(school, "Accueil du soir", 30)
    return builder.offer(
        activity,
        school,
        units=[
            Hours("M", "Matin", "7:30", "8:30", [morning]),
            Hours("S", "Soir", "16:30", "18:30", [evening]),
        ],
        deadline=DEADLINE,
    )


def _open(builder: Builder) -> None:
    builder.city = ("99470", "Le Bac-sur-Onde")
    builder.open_town(
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
        private_welcome_text="Vos réservations, vos demandes, votre famille.",
        contact_name="Service Enfance et familles",
        contact_address="30 quai du Bac\n99470 Le Bac-sur-Onde",
        contact_hours="Du lundi au vendredi, de 9 h à 12 h",
        website="https://www.entre-rives.example",
        labels={
            "login_box": "Identifiez-vous pour accéder à votre espace",
            "sign_up": "Je veux créer mon dossier",
            "forgot_password": "Mot de passe oublié ?",
            "space_name": "portail famille",
            "bookings": "Modifier les réservations",
            "department": "Enfance et familles",
        },
    )
    builder.news(
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


def _families(builder: Builder, school: Site) -> None:
    builder.family(
        [
            Person("Mme", "Ysaline", "Beaugué", "deux enfants le mercredi"),
            Person("M.", "Sosthène", "Beaugué"),
        ],
        [Pupil("Ondin", "Beaugué", "CE2", "M", school), Pupil("Marinette", "Beaugué", "GS", "F", school)],
        is_character=True,
    )
    builder.family(
        [Person("M.", "Aristide", "Quaimbert", "un enfant le mercredi")],
        [Pupil("Garancette", "Quaimbert", "CP", "F", school)],
        is_character=True,
    )


def _small_ones(builder: Builder, school: Site, offers: list[Offer]) -> dict[str, tuple[Home, Enrolment]]:
    """Families of the crèches, enrolled by the service, with more or less complete files; by name, their enrolment."""
    galets, ecluse, wednesday = offers
    home = builder.family(
        [
            Person("Mme", "Séraphine", "Duquai", "un enfant à la crèche et un à l’école, fiches à jour"),
            Person("M.", "Anatole", "Duquai"),
        ],
        [
            Pupil("Colin", "Duquai", "", "M", months=16),
            Pupil("Rosemonde", "Duquai", "CE1", "F", school),
        ],
        is_character=True,
    )
    first = builder.enrol(home, galets, home.children[0])
    builder.enrol(home, wednesday, home.children[1])
    for child in home.children:
        _sheets(builder, home, child)
    sent = builder.now - timedelta(days=40)
    dossiers.send_piece(builder, home, "domicile", now=sent, accept=True)
    dossiers.send_piece(builder, home, "carnet", child=home.children[0], now=sent, accept=True)
    dossiers.send_piece(builder, home, "assurance", child=home.children[1], now=sent, is_photo=True, accept=True)
    other = builder.family(
        [Person("M.", "Gaspard", "Hallebarde", "un enfant à la crèche, fiches à compléter, un document refusé")],
        [Pupil("Ilona", "Hallebarde", "", "F", months=27)],
        is_character=True,
    )
    second = builder.enrol(other, ecluse, other.children[0])
    dossiers.send_piece(
        builder,
        other,
        "carnet",
        child=other.children[0],
        now=builder.now - timedelta(days=6),
        is_photo=True,
        accept=False,
    )
    return {"Duquai": (home, first), "Hallebarde": (other, second)}


def _sheets(builder: Builder, home: Home, child: Child) -> None:
    """The three sheets of a child, filled by its parent: health, authorisations, persons."""
    now, by = builder.now - timedelta(days=60), home.adults[0].full_name
    sheet = {
        "doctor_name": "Dr Batellerie",
        "diet": "vegetarian",
        "avoid": "Œuf cru",
        "vaccines": list(compulsory_vaccines(born=child.birth_date)),
    }
    save_health(actor=builder.actor, child_id=child.pk, values=sheet, now=now, by=by)
    answers = dict.fromkeys(dossiers.asked_consents(builder), "yes") | {"photo": "no", "urgence": "yes"}
    answer_consents(actor=builder.actor, child_id=child.pk, answers=answers, now=now, by=by)
    person = {"first_name": "Berthille", "last_name": "Duquai", "link": "grand-mère", "phone": home.adults[0].phone}
    actor = builder.actor_of(home)
    save_contact(actor=actor, child_id=child.pk, values={**person, "kind": ContactKind.PICK_UP}, now=now)
    confirm_sheets(actor=builder.actor, child_id=child.pk, school_year_id=builder.year.pk, now=now, by=by)


def _asking(builder: Builder, infos: ProcedureForm, department: Department) -> None:
    """A child to be born: its parent asks about the crèches, and the service has answered."""
    home = builder.family(
        [Person("Mme", "Coraline", "Fontbrune", "un enfant à naître, demande d’informations en cours")],
        [Pupil("À naître", "Fontbrune", "", "", months=-3)],
        is_character=True,
    )
    values = {"recherche": SOUGHT[0], "jours": 4, "question": "Y a-t-il une place aux Galets au printemps ?"}
    number = dossiers.answer_form(builder, home, infos, values)
    write_message(
        actor=dossiers.agent(builder, department),
        number=number,
        text="Bonjour, la commission se réunit en mars. Souhaitez-vous un rendez-vous avant ?",
        now=builder.now - timedelta(days=1),
    )
