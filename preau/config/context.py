"""What the page shells show around a page: names, menus, footer. No query, but one for a menu with entries."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from preau.base import sessions
from preau.base.actor import FAMILY
from preau.domain.accounts.enums import Role
from preau.domain.contracts.queries.boards import count_waiting, has_contracts
from preau.domain.creche.queries.enrolments import care_enrolments
from preau.domain.families.queries.files import household_names
from preau.domain.organisations.enums import Navigation
from preau.domain.procedures.queries.cases import procedure_forms
from preau.domain.procedures.queries.hours import hours_basket
from preau.domain.procedures.queries.inbox import todo_count
from preau.domain.procedures.queries.orders import BasketCount, basket, count_basket
from preau.domain.procedures.queries.requests import count_requests


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    icon: str = ""
    short: str = ""
    current: bool = False
    badge: Any = ""  # how many wait behind it; counted when the menu is shown


@dataclass(frozen=True, slots=True)
class Group:
    """An entry of the wide menu, with its sub-entries (A28-15)."""

    label: str
    links: list[Link]

    @property
    def current(self) -> bool:
        return any(link.current for link in self.links)


@dataclass(slots=True)
class Chrome:
    organisation_name: str = ""
    product_name: str = "Préau"
    home_url: str = "/"
    theme_url: str = ""
    account_label: str = ""
    account_url: str = ""
    logout_url: str = ""
    contact: str = ""
    nav: list[Link] = field(default_factory=list)
    menu: list[Group] = field(default_factory=list)
    footer: list[Link] = field(default_factory=list)
    households: list[tuple[int, str]] = field(default_factory=list)  # of whoever has several, with the one shown
    household_id: int | None = None
    household_url: str = ""
    basket: Any = None  # what is ticked and not sent, counted when a page shows it (one query)
    locks_after: int = 0  # seconds: a tablet that locks itself, of an agent who has a code
    unlock_url: str = ""
    attendance_url: str = ""
    search_url: str = ""  # of those who may look for a family
    shell: str = "ui/public.html"  # what a lost page stands in: the reader keeps the menu


@lru_cache(maxsize=4096)
def address(name: str, slug: str) -> str:
    """Return the address of a page of a collectivité: fourteen of them stand around each page."""
    return reverse(name, args=[slug])


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Return the chrome of the current collectivité and reader."""
    organisation = getattr(request, "organisation", None)
    if organisation is None:
        return {"chrome": Chrome(footer=[Link(_("Accueil"), "/")])}
    slug = organisation.slug
    found = Chrome(
        organisation_name=organisation.name,
        product_name=organisation.product_name,
        home_url=address("public:home", slug),
        theme_url=f"{reverse('public:theme', args=[slug])}?v={organisation.brand[1:]}",
        logout_url=address("account:logout", slug),
        footer=_footer(slug, organisation.website),
        contact=_contact(organisation),
    )
    actor = getattr(request, "actor", None)
    if actor is None:
        found.account_label, found.account_url = _("Connexion"), address("account:login", slug)
    else:
        family = actor.audience == FAMILY
        found.account_label = request.user.first_name  # type: ignore[union-attr]
        found.account_url = address("family:profile" if family else "account:own", slug)
        if family and len(actor.family_ids) > 1:
            found.households, found.household_id = household_names(actor=actor), actor.family_id
            found.household_url = address("family:household", slug)
        if family:
            found.basket = SimpleLazyObject(lambda: _basket(request, organisation, actor))
        found.nav = (
            _family_nav(request, organisation)
            if family
            else _staff_nav(request, slug, actor, has_care=organisation.has_care)
        )
        if family and organisation.navigation == Navigation.MENU:
            found.menu = _family_menu(request, organisation, actor)
        found.shell = "ui/family.html" if family else "ui/staff.html"
        if not family and actor.has_role(Role.AGENT, Role.MANAGER, Role.ADMIN):
            found.search_url = address("staff:families", slug)
        if not family and request.COOKIES.get(sessions.TABLET) == "1" and request.user.tablet_code:  # type: ignore[union-attr]
            found.locks_after = sessions.LOCKS_AFTER
            found.unlock_url = address("staff:attendance_unlock", slug)
            found.attendance_url = address("staff:attendance", slug)
        found.home_url = address("family:home" if family else "staff:home", slug)
    return {"chrome": found, "organisation": organisation, "labels": organisation.labels}


def _basket(request: Any, organisation: Any, actor: Any) -> BasketCount:
    """What is ticked and not sent, hours of care included."""
    ticks = basket(actor=actor, on=request.today)
    if organisation.has_care:
        ids = [row.enrolment_id for row in care_enrolments(actor=actor, on=request.today)]
        hours = hours_basket(actor=actor, enrolment_ids=ids)
        ticks |= {pk: {on.toordinal(): bool(each) for on, each in days.items()} for pk, days in hours.items()}
    return count_basket(ticks=ticks)


def _contact(organisation: Any) -> str:
    """Whom to call, and when: on every page, for those whom the portal does not help."""
    named = ", ".join(filter(None, (organisation.contact_name, organisation.contact_phone)))
    hours = ", ".join(organisation.contact_hours.split("\n"))
    return ". ".join(filter(None, (named, hours)))


def _footer(slug: str, website: str) -> list[Link]:
    pages = [
        (_("F.A.Q."), "questions"),
        (_("Accessibilité : non conforme"), "accessibility"),
        (_("Données personnelles"), "privacy"),
        (_("Mentions légales"), "legal"),
        (_("Plan du site"), "sitemap"),
    ]
    links = [Link(label, address(f"public:{name}", slug)) for label, name in pages]
    return [Link(_("Site de la collectivité"), website), *links] if website else links


# Pages that stand under another entry of the menu than their address says.
UNDER = {"family:entourage": "enfants/", "family:booking_week": "reservations/"}


def _links(request: HttpRequest, slug: str, entries: list[tuple[str, str, str, str]]) -> list[Link]:
    links = []
    for name, label, short, icon in entries:
        url = address(name, slug)
        is_home = name.endswith(":home")
        places = (url, f"/{slug}/famille/{UNDER[name]}") if name in UNDER else (url,)
        current = request.path == url if is_home else request.path.startswith(places)
        links.append(Link(label, url, icon, short, current))
    return links


def _family_nav(request: HttpRequest, organisation: Any) -> list[Link]:
    labels = organisation.labels
    return _links(
        request,
        organisation.slug,
        [
            ("family:home", labels["home"], _("Accueil"), "house"),
            ("family:booking_week", _("La semaine"), _("Réserver"), "calendar-days"),
            ("family:acts", _("Mes démarches"), _("Démarches"), "inbox"),
            ("family:entourage", labels["family"], _("Famille"), "users"),
        ],
    )


def _family_menu(request: HttpRequest, organisation: Any, actor: Any) -> list[Group]:
    """« Mes démarches / Infos / Ma famille », each with its entries; one appears once its screen exists."""
    slug, labels = organisation.slug, organisation.labels
    has_any = organisation.has_care and has_contracts(actor=actor)
    acts, add_child = address("family:acts", slug), reverse("family:person", args=[slug, "nouveau"])

    def link(label: str, url: str) -> Link:
        return Link(label, url, current=request.path == url)

    def page(label: str, name: str) -> Link:
        return link(label, address(name, slug))

    prices = [page(labels["tariffs"], "family:tariffs"), page(labels["simulation"], "family:simulation")]
    return [
        Group(
            _("Mes démarches"),
            [
                page(labels["absence"], "family:absence"),
                page(_("Envoyer un document"), "family:documents"),
                page(_("Signaler un déménagement"), "family:move"),
                link(_("Demande de PAI"), f"{acts}#h-pai"),
                link(_("Déclarer un nouvel enfant"), f"{add_child}?role=child"),
                link(_("Inscrire un enfant à l’école"), f"{acts}#h-enrol"),
                page(_("Changement de situation familiale"), "family:situation"),
                *([page(_("Contrats d’accueil"), "family:contracts")] if has_any else []),
                *(
                    link(form.title, f"{acts}#h-other" if form.is_about_child else _form_url(slug, form.form_id))
                    for form in procedure_forms(actor=actor)
                ),
                page(labels["enrolments"], "family:enrolments"),
                page(labels["planning"], "family:planning"),
                page(_("La semaine de tous les enfants"), "family:booking_week"),
                page(labels["bookings"], "family:bookings"),
                link(_("Toutes mes démarches"), acts),
            ],
        ),
        *([Group(_("Factures"), prices)] if organisation.has_tariffs else []),
        Group(
            _("Infos"),
            [
                page(_("Mes actus"), "public:news"),
                page(_("Édition de documents"), "family:editions"),
                page(_("F.A.Q."), "public:questions"),
            ],
        ),
        Group(
            labels["family"],
            [
                page(_("Mon profil"), "family:profile"),
                page(_("Informations du foyer"), "family:entourage"),
                page(_("Dossier administratif"), "family:dossier"),
                page(_("Gérer les autorisations"), "family:consents"),
                page(_("Gérer les infos sanitaires"), "family:health"),
            ],
        ),
    ]


def _form_url(slug: str, form_id: int) -> str:
    return reverse("family:form", args=[slug, form_id])


def _care_entries(actor: Any) -> list[tuple[str, str, str, str]]:
    """The crèche, and its contracts, for whom each is."""
    if actor.has_role(Role.AGENT, Role.MANAGER):
        return [
            ("staff:care_requests", _("Crèche"), "", "baby"),
            ("staff:contracts", _("Contrats"), "", "signature"),
        ]
    found = [("staff:care_week", _("Crèche"), "", "baby")] if actor.has_role(Role.SITE_STAFF) else []
    if actor.has_role(Role.REGISSEUR):
        found.append(("staff:contracts", _("Contrats"), "", "signature"))
    return found


def _staff_nav(request: HttpRequest, slug: str, actor: Any, *, has_care: bool) -> list[Link]:
    entries = [("staff:home", _("Aujourd’hui"), "", "house")]
    if actor.has_role(Role.AGENT, Role.MANAGER, Role.SITE_STAFF):  # names of children: who welcomes them
        entries += [("staff:day", _("Liste du jour"), "", "user-check"), ("staff:week", _("Semaine"), "", "grid-3x3")]
        entries.append(("staff:attendance", _("Pointage"), "", "tablet-smartphone"))
    if actor.has_role(Role.AGENT, Role.MANAGER):
        entries.insert(1, ("staff:procedures", _("Démarches"), "", "inbox"))
    if has_care:
        entries += _care_entries(actor)
    if actor.has_role(Role.AGENT, Role.MANAGER, Role.ADMIN):
        entries.append(("staff:families", _("Familles"), "", "users"))
    if actor.has_role(Role.AGENT, Role.MANAGER):
        entries.append(("staff:closures", _("Fermetures"), "", "ban"))
        entries.append(("staff:follow_up", _("Suivi"), "", "circle-check"))
        entries.append(("staff:waiting_lists", _("Listes d’attente"), "", "list-ordered"))
    if actor.has_role(Role.MANAGER, Role.ADMIN):
        entries.append(("staff:classes", _("Passage d’année"), "", "sunrise"))
    if actor.has_role(Role.MANAGER, Role.ADMIN):
        entries.append(("staff:publications", _("Documents"), "", "file-text"))
    if actor.has_role(Role.ADMIN):
        entries.append(("staff:agents", _("Agents"), "", "key-round"))
    entries.append(("account:own", _("Mon compte"), "", "user-round"))
    links = _links(request, slug, entries)
    if actor.has_role(Role.AGENT, Role.MANAGER):
        links[1] = replace(links[1], badge=SimpleLazyObject(lambda: todo_count(actor=actor)))
        place = next((n for n, entry in enumerate(entries) if entry[0] == "staff:care_requests"), None)
        if place is not None:
            links[place] = replace(links[place], badge=SimpleLazyObject(lambda: count_requests(actor=actor)))
            links[place + 1] = replace(links[place + 1], badge=SimpleLazyObject(lambda: count_waiting(actor=actor)))
    return links
