"""`preau init`: the first collectivité and its administrator, with a link to choose a password."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from preau.base.actor import Actor, system_actor
from preau.base.models import OutboxMail
from preau.base.witness import check_witness, leave_witness
from preau.config import clock
from preau.domain.accounts.enums import Role
from preau.domain.accounts.models import Account
from preau.domain.accounts.operations.opening import create_account, send_activation
from preau.domain.catalogue.operations.seeding import seed_calendar
from preau.domain.organisations.enums import HolidayRegion, SchoolZone
from preau.domain.organisations.operations import open_organisation
from preau.domain.organisations.rules import SlugReserved, SlugTaken

ZONE_HELP = "zone des vacances scolaires : A, B, C, ou - pour la Corse et l’outre-mer, dont le calendrier se saisit"
TERMS = (
    "## Ce que fait le service\n\nLe portail permet de réserver les activités des enfants "
    "et de suivre ses demandes.\n\n"
    "## Votre compte\n\nIl est personnel. Gardez votre mot de passe pour vous.\n\n"
    "## Vos données\n\nElles servent à accueillir vos enfants, rien d’autre. "
    "La page « Données personnelles » dit vos droits."
)


class Command(BaseCommand):
    help = "Ouvre une collectivité et invite son administrateur."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--adresse", required=True, help="nom court dans l’adresse : saint-loup")
        parser.add_argument("--nom", required=True, help="Mairie de Saint-Loup")
        parser.add_argument("--nom-court", required=True, help="Saint-Loup")
        parser.add_argument("--zone", required=True, choices=[zone.value for zone in SchoolZone], help=ZONE_HELP)
        parser.add_argument(
            "--region",
            default="",
            choices=[region.value for region in HolidayRegion],
            help="jours fériés propres : 57, 67, 68, 971 à 976, BL, MF, NC, PF, PM, WF ; rien en métropole",
        )
        parser.add_argument("--fuseau", default="Europe/Paris", help="Europe/Paris, America/Martinique…")
        parser.add_argument(
            "--courriel-public", default="", help="adresse du service, montrée à tous ; jamais celle d’une personne"
        )
        parser.add_argument("--civilite", default="", choices=["", "Mme", "M."])
        parser.add_argument("--prenom", required=True)
        parser.add_argument("--nom-admin", required=True)
        parser.add_argument("--courriel", required=True)
        parser.add_argument(
            "--super-utilisateur", action="store_true", help="ouvre aussi l’administration technique à cette personne"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("courriel", "courriel_public"):
            if options[name]:
                _check_email(options[name])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not check_witness():
            leave_witness()
        with transaction.atomic():
            self._open(options)

    def _open(self, options: dict[str, Any]) -> None:
        now = clock.now()
        try:
            organisation = open_organisation(
                actor=Actor(organisation_id=0, audience="system"),
                slug=options["adresse"],
                name=options["nom"],
                short_name=options["nom_court"],
                public_email=options["courriel_public"],
                zone=SchoolZone(options["zone"]),
                region=HolidayRegion(options["region"]),
                time_zone=options["fuseau"],
                terms=TERMS,
                now=now,
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        except SlugReserved as problem:
            raise CommandError(
                "Cette adresse ne convient pas : minuscules, chiffres et tirets, hors noms réservés."
            ) from problem
        except SlugTaken as problem:
            raise CommandError("Cette adresse est déjà prise.") from problem
        actor = system_actor(organisation.pk)
        seed_calendar(actor=actor, first_year=now.year - 1, last_year=now.year + 2)
        account = create_account(
            actor=actor,
            civility=options["civilite"],
            first_name=options["prenom"],
            last_name=options["nom_admin"],
            email=options["courriel"],
            role=Role.ADMIN,
            now=now,
        )
        if options["super_utilisateur"]:
            Account.objects.filter(pk=account.pk).update(is_superuser=True, is_staff=True)
        send_activation(actor=actor, account_id=account.pk, now=now)
        link = OutboxMail.objects.get(organisation_id=organisation.pk, template="activation").context["link"]
        self.stdout.write(f"{organisation.name} est ouverte. Identifiant de l’administrateur : {account.username}")
        self.stdout.write(f"Lien d’activation (72 heures, un seul usage) :\n{link}")


def _check_email(text: str) -> None:
    try:
        validate_email(text)
    except ValidationError as problem:
        raise CommandError(f"« {text} » n’est pas une adresse de courriel : anne.roy@exemple.fr.") from problem
