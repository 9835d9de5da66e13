"""Putting children in classes: one by one, during the year, and all together each summer."""

from datetime import date

from django.db import transaction

from preau.base.actor import Actor
from preau.base.facts import NotFound
from preau.domain.accounts.enums import Role
from preau.domain.catalogue.models import SchoolClass
from preau.domain.enrolments.models import Schooling
from preau.domain.families.models import Child


@transaction.atomic
def school_child(*, actor: Actor, child_id: int, school_class_id: int) -> Schooling:
    """Put a child in a class for its whole school year.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    school_class = _class(actor, school_class_id)
    _check_child(actor, child_id)
    schooling, _ = Schooling.objects.get_or_create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_class=school_class,
        starts_on=school_class.school_year.starts_on,
        defaults={"ends_on": school_class.school_year.ends_on},
    )
    return schooling


@transaction.atomic
def put_in_class(*, actor: Actor, child_id: int, school_class_id: int, on: date) -> Schooling:
    """Put a child in a class from a day to the end of the year; another class of that year stops the day before.

    :raises NotFound: the class or the child is not of the actor's collectivité.
    """
    actor.require_role(Role.AGENT, Role.MANAGER)
    school_class = _class(actor, school_class_id)
    _check_child(actor, child_id)
    year = school_class.school_year
    start = max(on, year.starts_on)
    if start >= year.ends_on:
        raise NotFound("class")
    others = Schooling.objects.filter(
        organisation_id=actor.organisation_id, child_id=child_id, school_class__school_year=year, ends_on__gt=start
    ).select_for_update(of=("self",))
    for row in others:
        if row.school_class_id == school_class_id and row.starts_on <= start:
            return row
        if row.starts_on < start:
            row.ends_on = start
            row.save(update_fields=["ends_on"])
        else:
            row.delete()  # decided before, never begun
    return Schooling.objects.create(
        organisation_id=actor.organisation_id,
        child_id=child_id,
        school_class=school_class,
        starts_on=start,
        ends_on=year.ends_on,
    )


def _class(actor: Actor, school_class_id: int) -> SchoolClass:
    row = (
        SchoolClass.objects.filter(organisation_id=actor.organisation_id, pk=school_class_id)
        .select_related("school_year")
        .first()
    )
    if row is None or not actor.sees_site(row.site_id):
        raise NotFound("class")
    return row


def _check_child(actor: Actor, child_id: int) -> None:
    if not Child.objects.filter(organisation_id=actor.organisation_id, pk=child_id).exists():
        raise NotFound("child")
