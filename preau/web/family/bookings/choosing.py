"""« Choisissez l’enfant et l’activité » : one card per person, one line per activity."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from preau.domain.bookings.queries.facts import BookableEnrolment
from preau.domain.creche.queries.enrolments import CareEnrolment


@dataclass(frozen=True, slots=True)
class Line:
    """An activity of a person. `is_twice`: another line has the same name and place, the period tells them apart."""

    row: BookableEnrolment | CareEnrolment
    days: int  # that hold a booking, from today
    is_unsent: bool
    is_twice: bool
    is_hours: bool = False


@dataclass(slots=True)
class Person:
    """A child, an adult, or the household itself (no name)."""

    key: str
    name: str
    hue: int
    class_name: str
    lines: list[Line] = field(default_factory=list)


def by_person(
    rows: Collection[BookableEnrolment | CareEnrolment], *, days: Mapping[int, int], unsent: Collection[int]
) -> list[Person]:
    """Return the persons in the order of the rows, each with its activities.

    :param days: enrolment id → days that hold a booking.
    :param unsent: ids of the enrolments that something is ticked for.
    """
    names = Counter((row.participant_key, row.place) for row in rows)
    people: dict[str, Person] = {}
    for row in rows:
        person = people.setdefault(
            row.participant_key, Person(row.participant_key, row.participant, row.hue, row.class_name)
        )
        is_twice = names[row.participant_key, row.place] > 1
        person.lines.append(
            Line(
                row, days.get(row.enrolment_id, 0), row.enrolment_id in unsent, is_twice, isinstance(row, CareEnrolment)
            )
        )
    return list(people.values())
