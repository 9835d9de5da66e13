"""Hues of children, what a household may read, health sheets and compulsory vaccines."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

HUES = 8
MAX_HEALTH_TEXT = 2000

# What a health sheet holds (A20). Diets are food words: their reason is nobody's business.
HEALTH_FIELDS = (
    "pai",  # "no", "asked" (being drawn up) or "signed"
    "pai_until",  # ISO day
    "avoid",  # what the child must neither eat nor touch
    "treatments",
    "doctor_name",
    "doctor_phone",
    "diet",
    "vaccines",  # codes of the vaccines that are up to date
    "support",  # help needed, without the nature of a disability
    "comment",
)
DIETS = ("standard", "no_pork", "no_meat", "vegetarian", "packed")


class Vaccine(StrEnum):
    """Vaccines that French law asks for, by birth date (Code de la santé publique, L3111-2 and R3111-2)."""

    DTP = "dtp"
    PERTUSSIS = "pertussis"
    HIB = "hib"
    HEPATITIS_B = "hepatitis_b"
    PNEUMOCOCCUS = "pneumococcus"
    MENINGOCOCCUS_C = "meningococcus_c"
    MENINGOCOCCUS_ACWY = "meningococcus_acwy"
    MENINGOCOCCUS_B = "meningococcus_b"
    MMR = "mmr"


ELEVEN_SINCE = date(2018, 1, 1)  # 11 vaccines for children born from that day
ACWY_SINCE = date(2025, 1, 1)  # decree 2024-694: ACWY takes the place of C, and B is added
OF_ELEVEN = (
    Vaccine.DTP,
    Vaccine.PERTUSSIS,
    Vaccine.HIB,
    Vaccine.HEPATITIS_B,
    Vaccine.PNEUMOCOCCUS,
    Vaccine.MENINGOCOCCUS_C,
    Vaccine.MMR,
)


class HealthInvalid(Exception):
    """A health sheet that no form of ours would send."""


def compulsory_vaccines(*, born: date | None) -> tuple[Vaccine, ...]:
    """Return the vaccines that the law asks for a child born that day; none before birth.

    Whether children born from July 2023 must catch up ACWY and B is not settled by the texts we read:
    they are asked for from births of 1 January 2025 only.

    >>> compulsory_vaccines(born=date(2017, 12, 31))
    (<Vaccine.DTP: 'dtp'>,)
    """
    if born is None:
        return ()
    if born < ELEVEN_SINCE:
        return (Vaccine.DTP,)
    if born < ACWY_SINCE:
        return OF_ELEVEN
    kept = tuple(each for each in OF_ELEVEN if each != Vaccine.MENINGOCOCCUS_C)
    return (*kept, Vaccine.MENINGOCOCCUS_ACWY, Vaccine.MENINGOCOCCUS_B)


def check_health(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a health sheet reduced to its known fields, texts trimmed and cut at 2,000 characters.

    :raises HealthInvalid: an unknown code.
    """
    sheet = {name: _trimmed(values[name]) for name in HEALTH_FIELDS if values.get(name)}
    if sheet.get("diet", "standard") not in DIETS or sheet.get("pai", "no") not in ("no", "asked", "signed"):
        raise HealthInvalid
    if not set(sheet.get("vaccines", ())) <= set(Vaccine):
        raise HealthInvalid
    return sheet


def pai_state(*, sheet: Mapping[str, Any], on: date) -> str:
    """Return "", "asked", "signed" or "expired": what the team must know of a PAI on a day.

    A PAI is good until its last day included; without one, until it is changed.
    """
    state = str(sheet.get("pai", "no"))
    if state == "no":
        return ""
    until = sheet.get("pai_until")
    if state == "signed" and until and date.fromisoformat(str(until)) < on:
        return "expired"
    return state


def _trimmed(value: Any) -> Any:
    return value.strip()[:MAX_HEALTH_TEXT] if isinstance(value, str) else value


def next_hue(taken: list[int]) -> int:
    """Return the hue (1 to 8) of a new child: the first its brothers and sisters do not have.

    >>> next_hue([1, 2, 4])
    3
    """
    free = [hue for hue in range(1, HUES + 1) if hue not in taken]
    return free[0] if free else len(taken) % HUES + 1
