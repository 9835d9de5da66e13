"""« Doublons » : records that look alike, two of them side by side, merged once the agent has read what moves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.enrolments.queries.files import check_family_visible, visible_families
from preau.domain.families.enums import PersonKind
from preau.domain.families.operations.merging import keep_apart
from preau.domain.families.queries.duplicates import Comparison, Difference, compare, list_duplicates
from preau.domain.procedures.operations.households import merge_adults, merge_children
from preau.domain.procedures.queries.merging import moves_of_adult, moves_of_child
from preau.kernel.french_dates import jj_mm_aaaa
from preau.web.fields.person import label_of
from preau.web.ui.policy import staff_page

SHOWN = 50
COUNTED_FOR = 600  # seconds
FIRST, SECOND = "1", "2"


class MergeForm(forms.Form):
    """Which record stays, and which value of each field that differs."""

    keep = forms.ChoiceField(label=gettext_lazy("Fiche à garder"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: Comparison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = found.pair.first, found.pair.second
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (FIRST, _record_words(first)),
            (SECOND, _record_words(second)),
        ]
        self.fields["keep"].initial = FIRST
        if found.first_login and found.second_login and found.first_login != found.second_login:
            self._ask("login", gettext_lazy("Identifiant à garder"), found.first_login, found.second_login)
        for each in found.fields:
            if each.is_asked:
                self._ask(each.name, label_of(each.name), _words(each.first), _words(each.second))
                self.fields[each.name].initial = FIRST if each.first else SECOND

    def _ask(self, name: str, label: Any, first: str, second: str) -> None:
        choices = [(FIRST, first), (SECOND, second)]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, initial=FIRST)

    def values(self, differences: tuple[Difference, ...]) -> dict[str, Any]:
        """Return the chosen value of each field that differs."""
        return {
            each.name: each.first if self.cleaned_data[each.name] == FIRST else each.second
            for each in differences
            if each.is_asked
        }


def how_many(actor: Actor) -> int:
    """How many pairs look alike, to say beside the link to them: looked for at most once in ten minutes."""
    found: int = cache.get_or_set(
        _counted(actor),
        lambda: list_duplicates(actor=actor, limit=0, among=visible_families(actor=actor))[1],
        COUNTED_FOR,
    )
    return found


def _counted(actor: Actor) -> str:
    """One count for the agents who open the same families."""
    scope = "-".join(str(each) for each in (*sorted(actor.department_ids), "s", *sorted(actor.site_ids)))
    return f"duplicates:{actor.organisation_id}:{scope}"


@staff_page("agent", "manager")
@require_safe
def duplicates(request: Any, slug: str) -> HttpResponse:
    """The pairs that look like one person, the surest first."""
    among = visible_families(actor=request.actor)
    pairs, total = list_duplicates(actor=request.actor, limit=SHOWN, among=among)
    return render(request, "staff/duplicates/list.html", {"pairs": pairs, "total": total, "shown": SHOWN})


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def children(request: Any, slug: str, child_id: int, other_child_id: int) -> HttpResponse:
    """Two records of a child."""
    return _page(request, PersonKind.CHILD, child_id, other_child_id)


@staff_page("agent", "manager")
@require_http_methods(["GET", "HEAD", "POST"])
def adults(request: Any, slug: str, adult_id: int, other_adult_id: int) -> HttpResponse:
    """Two records of an adult; of two dossiers, the dossiers are merged too."""
    return _page(request, PersonKind.ADULT, adult_id, other_adult_id)


def _page(request: Any, kind: PersonKind, one_id: int, other_id: int) -> HttpResponse:
    """Compare, then read what moves, then merge; or say that they are two persons."""
    actor, act = request.actor, request.POST.get("act", "")
    found = compare(actor=actor, kind=kind, one_id=one_id, other_id=other_id)
    for home in (*found.pair.first.homes, *found.pair.second.homes):
        check_family_visible(actor=actor, family_id=home.family_id)
    if act == "apart":
        keep_apart(actor=actor, kind=kind, one_id=one_id, other_id=other_id, now=request.now)
        cache.delete(_counted(actor))
        messages.success(request, _("C’est noté : ces deux fiches ne vous seront plus proposées."))
        return redirect("staff:duplicates", slug=request.organisation.slug)
    form = MergeForm(request.POST or None, found=found)
    is_ready = request.method == "POST" and form.is_valid()
    if is_ready and act == "merge" and request.POST.get("sure") == "on":
        return _merge(request, found, form)
    context = {"found": found, "form": form, "is_child": kind == PersonKind.CHILD, "joins": _joins(found)}
    if is_ready:
        context |= {"lost": _lost(found, form), "moves": _moves(actor, found, form), "unsure": act == "merge"}
        status = 422 if act == "merge" else 200
        return render(request, "staff/duplicates/confirm.html", context, status=status)
    return render(request, "staff/duplicates/compare.html", context, status=422 if form.errors else 200)


def _merge(request: Any, found: Comparison, form: MergeForm) -> HttpResponse:
    kept, lost = _kept(found, form), _lost(found, form)
    ids = {"actor": request.actor, "kept_id": kept.person_id, "absorbed_id": lost.person_id, "now": request.now}
    values: Mapping[str, Any] = form.values(found.fields)
    try:
        if found.pair.kind == PersonKind.CHILD:
            merge_children(**ids, values=values)
        else:
            login = form.cleaned_data.get("login") or form.cleaned_data["keep"]
            merge_adults(**ids, values=values, keeps_other_login=login != form.cleaned_data["keep"])
    except NotFound:
        messages.warning(request, _("Ces deux fiches viennent d’être fusionnées par quelqu’un d’autre."))
        return redirect("staff:duplicates", slug=request.organisation.slug)
    cache.delete(_counted(request.actor))
    messages.success(request, _("Les deux fiches n’en font plus qu’une."))
    return redirect("staff:family", slug=request.organisation.slug, family_id=kept.homes[0].family_id)


def _kept(found: Comparison, form: MergeForm) -> Any:
    return found.pair.first if form.cleaned_data["keep"] == FIRST else found.pair.second


def _lost(found: Comparison, form: MergeForm) -> Any:
    return found.pair.second if form.cleaned_data["keep"] == FIRST else found.pair.first


def _joins(found: Comparison) -> bool:
    """Tell whether the records are of different households."""
    first, second = ({home.family_id for home in each.homes} for each in (found.pair.first, found.pair.second))
    return first != second


def _moves(actor: Any, found: Comparison, form: MergeForm) -> dict[str, int]:
    person_id = _lost(found, form).person_id
    if found.pair.kind == PersonKind.CHILD:
        return moves_of_child(actor=actor, child_id=person_id)
    return moves_of_adult(actor=actor, adult_id=person_id, with_dossier=_joins(found))


def _words(value: Any) -> str:
    return jj_mm_aaaa(value) if isinstance(value, date) else str(value or _("rien"))


def _record_words(person: Any) -> str:
    homes = ", ".join(f"n° {home.number}" for home in person.homes)
    return _("%(name)s, dossier %(homes)s") % {"name": person.full_name, "homes": homes}
