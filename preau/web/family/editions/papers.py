"""What is written on the papers that a family prints: attestation, child's sheet, SEPA mandate.

Each is built from the queries that feed the screens, with the same actor: a paper tells a parent nothing
that its screens would not. Papers are in French, whatever the language of the screens.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from preau.base import pdf_papers
from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.base.pdf_papers import Block, Paper
from preau.domain.catalogue.queries import school_year_to_prepare
from preau.domain.enrolments.enums import EnrolmentStatus
from preau.domain.enrolments.queries.lists import EnrolmentLine, enrolments_of_family
from preau.domain.enrolments.queries.schools import SchoolingLine, schoolings_of
from preau.domain.families.enums import Access, ContactKind
from preau.domain.families.queries.children import HealthSheet
from preau.domain.families.queries.files import FamilyFile, family_file
from preau.domain.families.queries.people import ChildFile, ContactLine, child_dossier, child_file
from preau.domain.families.rules import compulsory_vaccines
from preau.kernel.french_dates import day_words, jj_mm_aaaa, period_words
from preau.web.family.editions.words import ANSWERS, KINDS, MANDATE_GIVES, MANDATE_REFUND, POSITIONS
from preau.web.fields.health import SheetForm

IBAN, BIC = 27, 11  # signs of a French account, and of a bank


def attestation(*, actor: Actor, organisation: Any, child_id: int, on: date) -> Paper:
    """Return « Attestation d’inscription » : the activities of the school year that this household has for a child.

    :raises NotFound: not a child on whom the actor exercises authority, or a town without school year.
    """
    child = _child(actor, child_id)
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=on)
    if year is None:
        raise NotFound("school year")
    lines = [line for line in _enrolments(actor, year.starts_on) if line.child_id == child_id]
    rows = [
        (line.activity, line.site, period_words(line.starts_on, line.ends_on - timedelta(days=1)))
        for line in lines
        if line.status == EnrolmentStatus.ACTIVE and line.starts_on < year.ends_on
    ]
    with override("fr"):
        known = {"name": _full_name(child), "year": year.label, "town": organisation.name}
        said = [pdf_papers.words(_("%(town)s atteste, pour l’année scolaire %(year)s :") % known)]
        said.append(
            pdf_papers.facts((_("Enfant"), _full_name(child)), *_birth(child), *_school(actor, child_id, year.pk))
        )
        said.append(pdf_papers.heading(_("Inscriptions")))
        if rows:
            said.append(pdf_papers.table((_("Activité"), _("Lieu"), _("Période")), *rows))
        else:
            said.append(pdf_papers.words(_("%(name)s n’a pas d’inscription pour cette année.") % known))
        asked = {"who": actor.display_name, "on": day_words(on)}
        said.append(
            pdf_papers.words(_("Fait le %(on)s, à la demande de %(who)s, pour servir ce que de droit.") % asked)
        )
        return _paper(_("Attestation d’inscription"), organisation, said, on)


def sheet(*, actor: Actor, organisation: Any, child_id: int, on: date) -> Paper:
    """Return « Fiche de renseignements » : what this parent sees of a child, and of nobody else's household.

    :raises NotFound: not a child on whom the actor exercises authority.
    """
    found = child_dossier(actor=actor, child_id=child_id)
    child = found.child
    homes = [file for file in _homes(actor) if child_id in {each.child_id for each in file.children}]
    year = school_year_to_prepare(organisation_id=actor.organisation_id, on=on)
    with override("fr"):
        said = [pdf_papers.facts((_("Enfant"), _full_name(child)), *_birth(child))]
        if year and (school := _school(actor, child_id, year.pk)):
            said.append(pdf_papers.facts(*school))
        for home in homes:
            said += _home(home)
        said += [pdf_papers.heading(_("Santé")), *_health(found.sheet, child)]
        said.append(pdf_papers.heading(_("Autorisations")))
        answers = [(line.title, str(ANSWERS.get(line.answer, ANSWERS[""]))) for line in found.consents]
        said.append(pdf_papers.table((_("Autorisation"), _("Réponse")), *answers) if answers else _nothing())
        said.append(pdf_papers.heading(_("Personnes autorisées et à prévenir")))
        said.append(pdf_papers.items(*map(_contact, found.contacts)) if found.contacts else _nothing())
        said += [pdf_papers.line(_("Date")), pdf_papers.line(_("Signature"))]
        return _paper(_("Fiche de renseignements"), organisation, said, on)


def mandate(*, actor: Actor, organisation: Any, on: date) -> Paper:
    """Return « Mandat de prélèvement SEPA » : filled with who one is, to be completed by hand and signed.

    No bank detail is known nor kept here: the boxes are empty.

    :raises NotFound: the account stands for no household here.
    """
    homes = _homes(actor)
    if not homes:
        raise NotFound("family")
    home = homes[0]
    me = home.me
    name = " ".join(filter(None, (me.civility, me.full_name))) if me else actor.display_name
    with override("fr"):
        said = [
            pdf_papers.words(str(MANDATE_GIVES) % {"town": organisation.name}),
            pdf_papers.words(str(MANDATE_REFUND)),
            pdf_papers.heading(_("Débiteur")),
            pdf_papers.facts(
                (_("Nom et prénom"), name),
                (_("Adresse"), "\n".join(home.address) or "–"),
                (_("Dossier famille"), _("n° %s") % home.number),
            ),
            pdf_papers.boxes(_("IBAN du compte à débiter"), IBAN),
            pdf_papers.boxes(_("BIC de la banque"), BIC),
            pdf_papers.heading(_("Créancier")),
            pdf_papers.facts((_("Nom"), organisation.name), (_("Adresse"), organisation.contact_address or "–")),
            pdf_papers.line(_("Identifiant créancier SEPA (rempli par le service)")),
            pdf_papers.line(_("Référence unique du mandat (remplie par le service)")),
            pdf_papers.facts((_("Type de paiement"), _("récurrent"))),
            pdf_papers.line(_("Fait à, le")),
            pdf_papers.line(_("Signature")),
            pdf_papers.words(
                _("Joignez un RIB à ce mandat signé, et envoyez les deux dans « Pièces justificatives ».")
            ),
        ]
        return _paper(_("Mandat de prélèvement SEPA"), organisation, said, on)


def _paper(title: str, organisation: Any, blocks: Iterable[Block], on: date) -> Paper:
    head = (organisation.name, *organisation.contact_address.split("\n"), organisation.contact_phone)
    footer = _("Édité le %(on)s sur %(product)s") % {"on": day_words(on), "product": organisation.product_name}
    return Paper(title, tuple(part for part in head if part), footer, tuple(blocks))


def _child(actor: Actor, child_id: int) -> ChildFile:
    child = child_file(actor=actor, child_id=child_id)
    if child.access != Access.WRITE:
        raise NotFound("child")
    return child


def _homes(actor: Actor) -> list[FamilyFile]:
    return [family_file(actor=actor, family_id=family_id) for family_id in sorted(actor.family_ids)]


def _enrolments(actor: Actor, start: date) -> list[EnrolmentLine]:
    families = sorted(actor.family_ids)
    return [line for each in families for line in enrolments_of_family(actor=actor, family_id=each, on=start)]


def _full_name(child: ChildFile) -> str:
    return f"{child.first_name} {child.last_name}"


def _birth(child: ChildFile) -> list[tuple[str, str]]:
    if child.birth_date is None:
        return [(_("Naissance prévue"), jj_mm_aaaa(child.expected_on))] if child.expected_on else []
    place = f", {child.texts['birth_place']}" if child.texts["birth_place"] else ""
    return [(_("Naissance"), jj_mm_aaaa(child.birth_date) + place)]


def _school(actor: Actor, child_id: int, year_id: int) -> list[tuple[str, str]]:
    found: list[SchoolingLine] = [
        row for row in schoolings_of(actor=actor, child_id=child_id) if row.year_id == year_id
    ]
    return [(_("École et classe"), f"{found[-1].site}, {found[-1].class_name}")] if found else []


def _home(file: FamilyFile) -> list[Block]:
    people = [(str(POSITIONS[adult.position]), _adult(adult)) for adult in file.adults]
    address = (_("Adresse"), "\n".join(file.address) or "–")
    return [pdf_papers.heading(_("Foyer (Dossier n° %s)") % file.number), pdf_papers.facts(address, *people)]


def _adult(adult: Any) -> str:
    return "\n".join(part for part in (f"{adult.civility} {adult.full_name}".strip(), adult.phone, adult.email) if part)


def _health(sheet: HealthSheet, child: ChildFile) -> list[Block]:
    """The answers of the health sheet, under the words of its form."""
    form = SheetForm(compulsory=compulsory_vaccines(born=child.birth_date))
    rows = [
        (str(field.label), _answer(field, sheet.values[name]))
        for name, field in form.fields.items()
        if sheet.values.get(name)
    ]
    return [pdf_papers.facts(*rows)] if rows else [_nothing()]


def _answer(field: Any, value: Any) -> str:
    words = {code: str(label) for code, label in getattr(field, "choices", ())}
    if isinstance(value, list):
        return ", ".join(words.get(each, each) for each in value)
    if words:
        return words.get(value, str(value))
    try:
        return jj_mm_aaaa(date.fromisoformat(value))
    except ValueError:
        return str(value)


def _contact(line: ContactLine) -> str:
    kind = KINDS["both" if line.is_to_call and line.kind == ContactKind.PICK_UP else line.kind]
    name = f"{line.first_name} {line.last_name}".strip() + (f" ({line.link})" if line.link else "")
    return ", ".join(part for part in (name, str(kind), line.phone, line.mobile) if part)


def _nothing() -> Block:
    return pdf_papers.words(_("Rien n’est renseigné."))
