"""Reads of a collectivité."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from preau.base.ordering import by_name
from preau.base.written import written
from preau.domain.organisations.models import Department, Organisation, Site, TermsVersion
from preau.domain.organisations.rules import labels_of


@dataclass(frozen=True, slots=True)
class OrganisationProfile:
    """What every page needs to know of its collectivité."""

    id: int
    slug: str
    name: str
    short_name: str
    kind: str
    product_name: str
    slogan: str
    mail_signature: str
    brand: str
    time_zone: str
    navigation: str
    identifier_policy: str
    mails_provisional_password: bool
    mails_booking_details: bool
    processing_hours: int
    allows_sign_up: bool
    reviews_entourage: bool
    activates_by_reset: bool
    decision_hold_minutes: int
    asks_agents_second_factor: bool
    has_care: bool
    has_tariffs: bool
    absences_together: bool
    welcome_title: str
    welcome_strapline: str
    welcome_text: str
    private_welcome_text: str
    legal_text: str
    privacy_text: str
    contact_name: str
    contact_phone: str
    contact_email: str
    contact_address: str
    contact_hours: str
    website: str
    terms_version: int | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Terms:
    """The conditions générales d'utilisation in force."""

    version: int
    body: str
    published_at: datetime


_PLAIN = [name for name in OrganisationProfile.__dataclass_fields__ if name not in ("terms_version", "labels")]


def organisation_by_slug(*, slug: str, revision: str | None = None) -> OrganisationProfile | None:
    """Return an active collectivité, with the number of its terms in force.

    It is kept in memory as long as its revision stands: no query then, one to know the revision, one to read it again.

    :param revision: as the caller has just read it (`revision_of`).
    """
    known = _kept.get(slug)
    revision = revision_of(slug=slug) if revision is None else revision
    if known is None or known[0] != revision:
        # Read after the revision: at worst it is younger than it, and read again on the next page.
        known = _kept[slug] = (revision, _profile(slug=slug)) if revision else ("", None)
    return known[1]


_kept: dict[str, tuple[str, OrganisationProfile | None]] = {}


def revision_of(*, slug: str) -> str:
    """Return the revision of what hardly changes of a collectivité, "" when there is none of that name. One query."""
    return next((revision for (revision,) in _revision_rows(slug=slug)), "")


@written
def _revision_rows(*, slug: str) -> QuerySet[Organisation, tuple[str]]:
    return Organisation.objects.filter(slug=slug).values_list("revision")


def revisions(*, slug: Any) -> QuerySet[Organisation, Any]:
    """Return `revision_of` a collectivité, to be read inside another query."""
    return Organisation.objects.filter(slug=slug).values("revision")


def organisation_by_id(*, organisation_id: int) -> OrganisationProfile | None:
    """Return a collectivité by id, for tasks; one query."""
    return _profile(pk=organisation_id)


def list_organisations() -> list[OrganisationProfile]:
    """Return the active collectivités of the installation, by name."""
    return [_view(row) for row in _rows().order_by(*by_name("short_name"))]


def active_organisations(*, organisation_ids: Collection[int]) -> list[tuple[str, str]]:
    """Return (slug, short name) of these collectivités, by name, without those that are closed. One query."""
    rows = Organisation.objects.filter(pk__in=organisation_ids, is_active=True).order_by(*by_name("short_name"))
    return list(rows.values_list("slug", "short_name"))


def territory_of(*, organisation_id: int) -> tuple[str, ...]:
    """Return the communes of a collectivité, « 99140 » or « 99140 Saint-Loup »; empty when they are not set."""
    found = Organisation.objects.filter(pk=organisation_id).values_list("territory", flat=True).first()
    return tuple(found or ())


def any_asks_for_factor(*, organisation_ids: Collection[int]) -> bool:
    """Tell whether one of these collectivités asks a second factor of its agents. One query."""
    rows = Organisation.objects.filter(pk__in=organisation_ids, is_active=True, asks_agents_second_factor=True)
    return rows.exists()


def mail_identity(*, organisation_id: int) -> dict[str, str] | None:
    """Return what a mail says of the collectivité that sends it; None for one that is closed. One query."""
    row = Organisation.objects.filter(pk=organisation_id, is_active=True).first()
    if row is None:
        return None
    return {
        "slug": row.slug,
        "name": row.name,
        "product_name": row.product_name,
        "brand": row.brand,
        "signature": row.mail_signature or row.name,
        "space_name": labels_of(row.labels)["space_name"],
        "phone": row.contact_phone,
        "email": row.contact_email,
    }


def current_terms(*, organisation_id: int) -> Terms | None:
    """Return the latest published terms of use, or None when there are none."""
    row = TermsVersion.objects.filter(organisation_id=organisation_id).order_by("-version").first()
    return Terms(row.version, row.body, row.published_at) if row else None


def list_sites(*, organisation_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the sites, by name."""
    rows = Site.objects.filter(organisation_id=organisation_id).order_by(*by_name("name"))
    return list(rows.values_list("pk", "name"))


def list_departments(*, organisation_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the departments, in their order."""
    rows = Department.objects.filter(organisation_id=organisation_id).order_by("position", *by_name("name"))
    return list(rows.values_list("pk", "name"))


def _rows() -> Any:
    terms = TermsVersion.objects.filter(organisation_id=OuterRef("pk")).order_by("-version")
    return Organisation.objects.filter(is_active=True).annotate(current_terms=Subquery(terms.values("version")[:1]))


def _profile(**filters: object) -> OrganisationProfile | None:
    row = _rows().filter(**filters).first()
    return _view(row) if row else None


def _view(row: Any) -> OrganisationProfile:
    return OrganisationProfile(
        **{name: getattr(row, name) for name in _PLAIN},
        terms_version=row.current_terms,
        labels=labels_of(row.labels),
    )
