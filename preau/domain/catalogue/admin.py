"""Superusers set up what can be booked in Django's admin; slots and counters are made by the operations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.sites import site
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from preau.base.actor import system_actor
from preau.base.admin_fields import PartsField, RowsField, WordsField, hour_field
from preau.base.admin_pages import ReadOnlyAdmin, SettingsAdmin
from preau.domain.catalogue.enums import Public
from preau.domain.catalogue.models import (
    Activity,
    ClosedDay,
    Offer,
    PublicHoliday,
    Resource,
    ResourceDay,
    SchoolClass,
    SchoolHoliday,
    SchoolYear,
    Slot,
    Unit,
)
from preau.domain.catalogue.operations.places import open_offer, set_capacity
from preau.domain.catalogue.rules import LEVELS
from preau.domain.documents.models import DocumentType
from preau.domain.organisations.enums import SiteKind
from preau.domain.organisations.models import Site
from preau.kernel.french_dates import WEEKDAYS

site.register([SchoolYear, SchoolHoliday, PublicHoliday, SchoolClass], SettingsAdmin)
site.register([ClosedDay, Slot, ResourceDay], ReadOnlyAdmin)

DAYS = [("", "—"), *((str(number), name) for number, name in enumerate(WEEKDAYS))]
KINDS = [
    ("", _("jusqu’au début du moment")),
    ("hours", _("N heures avant")),
    ("days", _("N jours avant, à telle heure")),
    ("working_days", _("N jours ouvrés avant, à telle heure")),
    ("weekday", _("tel jour, N semaines avant, à telle heure")),
    ("table", _("selon le jour : une ligne par jour")),
    ("until", _("jusqu’à une date, pour toute la période")),
]
OPENINGS = [
    (Public.ALL, _("pour tous")),
    (Public.RESIDENTS, _("pour les habitants")),
    (Public.NON_RESIDENTS, _("pour les autres")),
]


def deadline_field(label: Any) -> forms.Field:
    """Until when: the kind first, then what that kind needs."""
    return PartsField(
        label=label,
        parts=[
            ("kind", _("Jusqu’à quand"), forms.ChoiceField(choices=KINDS, required=False)),
            ("number", _("N"), forms.IntegerField(min_value=0, max_value=2880, required=False)),
            ("at", _("Heure (vide : 23:59)"), hour_field()),
            ("weekday", _("Jour de la semaine"), forms.ChoiceField(choices=DAYS, required=False)),
            (
                "table",
                _("Par jour : « lundi 3 23:59 » (jour, nombre de jours avant, heure)"),
                forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 30})),
            ),
            ("until", _("Date et heure : « 2026-09-25T08:00 »"), forms.CharField(required=False)),
        ],
        read=_deadline_parts,
        write=_deadline,
    )


def _deadline_parts(value: Any) -> Sequence[Any]:
    data = value if isinstance(value, dict) else {}
    kind = data.get("kind", "")
    number = data.get("hours", data.get("weeks_before", data.get("days") if kind != "table" else None))
    rows = data.get("days", {}) if kind == "table" else {}
    table = "\n".join(f"{WEEKDAYS[int(day)]} {before} {at}" for day, (before, at) in sorted(rows.items()))
    at, until = (None, data.get("at")) if kind == "until" else (data.get("at"), None)
    return [kind, number, at, data.get("weekday"), table, until]


def _deadline(parts: Sequence[Any]) -> dict[str, Any]:
    """What was typed, as the rule reads it: an empty part leaves its key out, and the rule says what lacks."""
    if not parts or not parts[0]:
        return {}
    kind, number, at, weekday, table, until = parts
    found: dict[str, Any] = {"kind": kind}
    match kind:
        case "hours":
            found |= {"hours": number}
        case "weekday":
            found |= {"weekday": weekday, "weeks_before": number, "at": at}
        case "table":
            found |= {"days": _table(table)}
        case "until":
            found |= {"at": until}
        case _:
            found |= {"days": number, "at": at}
    return {key: value for key, value in found.items() if value not in (None, "")}


def _table(text: str) -> dict[str, list[Any]]:
    rows = {}
    for line in (text or "").splitlines():
        words = line.split()
        if not words:
            continue
        name = words[0].strip(" :,").casefold()
        if len(words) != 3 or name not in WEEKDAYS:
            raise forms.ValidationError(
                _("« %(line)s » : écrivez le jour, le nombre de jours avant et l’heure, par exemple lundi 3 23:59."),
                params={"line": line},
            )
        rows[str(WEEKDAYS.index(name))] = [words[1], words[2]]
    return rows


def openings_field(label: Any) -> forms.Field:
    """From when to when, for each public; all empty: always open."""
    moments = [
        (f"{public}_{edge}", f"{words}, {title}", forms.DateTimeField(required=False))
        for public, words in OPENINGS
        for edge, title in (("opens_at", _("de")), ("closes_at", _("à (vide : sans fin)")))
    ]
    return PartsField(
        label=label,
        parts=moments,
        read=_openings_parts,
        write=_openings,
        help_text=_("« 2026-12-01 08:00 », à l’heure de Paris. Tout laisser vide : toujours ouvert."),
    )


def _openings_parts(value: Any) -> Sequence[Any]:
    rows = {row.get("public"): row for row in value or [] if isinstance(row, dict)}
    return [
        _instant(rows.get(public, {}).get(edge)) for public, _words in OPENINGS for edge in ("opens_at", "closes_at")
    ]


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _openings(parts: Sequence[Any]) -> list[dict[str, Any]]:
    found = []
    for position, (public, _words) in enumerate(OPENINGS):
        opens, closes = parts[2 * position : 2 * position + 2] if parts else (None, None)
        if opens or closes:
            found.append(
                {
                    "public": public.value,
                    "opens_at": opens.isoformat() if opens else None,
                    "closes_at": closes.isoformat() if closes else None,
                }
            )
    return found


class ActivityForm(forms.ModelForm[Activity]):
    required_document_types = RowsField(DocumentType.objects.order_by("organisation_id", "position"), kept="code")
    required_document_types.label = _("Pièces exigées")


class OfferForm(forms.ModelForm[Offer]):
    book_deadline = deadline_field(_("Réserver"))
    change_deadline = deadline_field(_("Changer"))
    cancel_deadline = deadline_field(_("Annuler"))
    openings = openings_field(_("Réservations ouvertes"))
    enrolment_openings = openings_field(_("Inscriptions ouvertes"))
    levels = forms.MultipleChoiceField(
        label=_("Niveaux (aucun : tous)"),
        choices=[(level, level) for level in LEVELS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    school_ids = RowsField(Site.objects.filter(kind=SiteKind.SCHOOL).order_by("organisation_id", "name"))
    school_ids.label = _("Écoles dont elle reçoit les élèves")


class UnitForm(forms.ModelForm[Unit]):
    resource_ids = RowsField(Resource.objects.order_by("organisation_id", "name"))
    resource_ids.label = _("Places qu’il prend")
    excludes = WordsField(label=_("Incompatible avec (codes)"), required=False)
    requires = WordsField(label=_("Demande aussi (codes)"), required=False)


@admin.register(Activity)
class ActivityAdmin(SettingsAdmin):
    form = ActivityForm


@admin.register(Unit)
class UnitAdmin(SettingsAdmin):
    form = UnitForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once a place is taken, the counters hang on these columns: they do not move under bookings."""
        return ("resource_ids", "offer") if obj is not None and obj.is_counted() else ()


@admin.register(Resource)
class ResourceAdmin(SettingsAdmin):
    """A resource; a new capacity reaches the days to come, and nobody loses a place."""

    def save_model(self, request: Any, obj: Resource, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"capacity", "is_blocking"} & set(form.changed_data):
            set_capacity(
                actor=system_actor(obj.organisation_id),
                resource_id=obj.pk,
                capacity=obj.capacity,
                is_blocking=obj.is_blocking,
                start=request.now.date(),
            )


@admin.register(Offer)
class OfferAdmin(SettingsAdmin):
    """An offer, and the act that opens its slots."""

    form = OfferForm
    actions = ("open_slots",)

    @admin.action(description="Ouvrir les créneaux selon le calendrier")
    def open_slots(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        """Create the slots that are missing; those that exist stay as they are."""
        for offer in offers:
            count: Any = open_offer(actor=system_actor(offer.organisation_id), offer_id=offer.pk)
            self.message_user(request, f"{offer} : {count} créneaux ouverts.")
