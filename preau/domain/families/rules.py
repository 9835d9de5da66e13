"""Hues of children, what a household may read, health sheets and compulsory vaccines."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from preau.base.search import fold
from preau.domain.families.enums import Access, Alike, Authority, ContactKind, Residency, SheetGap

HUES = 8
MAX_CONTACTS = 20  # of one household
PAI_WARNING = timedelta(days=60)  # a doctor's appointment takes weeks
BLOCKING_GAPS = frozenset({SheetGap.HEALTH, SheetGap.CONSENTS})
# Texts that are kept of somebody, in their order on a form, with the length of each: adding one, correcting it,
# comparing two records and merging them all read these lists.
ADDRESS_LENGTHS: Mapping[str, int] = {
    "street_number": 10,
    "street": 160,
    "building": 40,
    "apartment": 40,
    "complement": 120,
    "postcode": 10,
    "city": 80,
    "country": 60,
}
ADULT_TEXTS: Mapping[str, int] = {
    "civility": 4,
    "last_name": 80,
    "birth_name": 80,
    "first_name": 80,
    "email": 254,
    "phone": 30,
    "mobile": 30,
}
CHILD_TEXTS: Mapping[str, int] = {"last_name": 80, "first_name": 80, "birth_place": 80, "sex": 1}
CONTACT_LENGTHS: Mapping[str, int] = {
    "first_name": 80,
    "last_name": 80,
    "link": 40,
    "phone": 30,
    "mobile": 30,
    "email": 254,
}
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
DATED_HEALTH = ("pai", "pai_until", "diet")  # what a meal or a price hangs on: kept day after day
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


def sheet_gaps(*, sheet: Mapping[str, Any], born: date | None, unanswered: int, on: date) -> list[SheetGap]:
    """Return what is missing or to read again in the sheets of a child; those of BLOCKING_GAPS stop the tick.

    :param sheet: empty when the family has said nothing of health yet.
    :param unanswered: how many compulsory authorisations have no answer.

    >>> sheet_gaps(sheet={}, born=None, unanswered=0, on=date(2026, 9, 1))
    [<SheetGap.HEALTH: 'health'>]
    """
    gaps = [SheetGap.CONSENTS] if unanswered else []
    if not sheet:
        return [SheetGap.HEALTH, *gaps]
    if not sheet.get("doctor_name"):
        gaps.append(SheetGap.DOCTOR)
    if not set(compulsory_vaccines(born=born)) <= set(sheet.get("vaccines", ())):
        gaps.append(SheetGap.VACCINES)
    state, until = pai_state(sheet=sheet, on=on), sheet.get("pai_until")
    if state == "expired":
        gaps.append(SheetGap.PAI_EXPIRED)
    elif state == "signed" and until and date.fromisoformat(str(until)) - on <= PAI_WARNING:
        gaps.append(SheetGap.PAI_ENDS_SOON)
    return gaps


def access_to_sheets(*, authorities: Collection[str], lives_there: bool) -> Access | None:
    """Return what an adult may do with the sheets of a child; None: the child must look unknown to them.

    :param authorities: of the adults that the account stands for, on this child.
    :param lives_there: with an adult of the same household who exercises authority on it: where nobody does any
        more, the child is closed to the whole household.
    """
    if Authority.EXERCISED in authorities:
        return Access.WRITE
    if Authority.HELD in authorities:
        return Access.ON_REQUEST
    return Access.PRESENCE if lives_there and not authorities else None


class ActFrozen(Exception):
    """A holder of authority objects in writing: the service does no usual act for the child (art. 372-2)."""

    def __init__(self, child_id: int) -> None:
        super().__init__(child_id)
        self.child_id = child_id


class SharesNotHundred(Exception):
    """What the households of a child pay does not make 100 %."""


def check_shares(shares: Collection[int]) -> None:
    """Pass when what each household pays, in percent, is a whole.

    :raises SharesNotHundred: a share below 0 or above 100, or a total that is not 100.
    """
    if any(not 0 <= share <= 100 for share in shares) or sum(shares) != 100:
        raise SharesNotHundred


class PersonForbidden(Exception):
    """One of the child's homes says that this person must not collect it: a ban holds in all of them.

    Whoever asks is not told which home said so.
    """


class ContactInvalid(Exception):
    """A person that no form of ours would send: no name, or an unknown kind."""


def check_contact(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact reduced to its known fields, trimmed and cut to their length.

    :raises ContactInvalid: no name, an unknown kind.
    """
    contact: dict[str, Any] = {
        name: str(values.get(name) or "").strip()[:length] for name, length in CONTACT_LENGTHS.items()
    }
    kind = values.get("kind")
    if not contact["last_name"] or kind not in tuple(ContactKind):
        raise ContactInvalid
    is_to_call = kind == ContactKind.CALL or (kind == ContactKind.PICK_UP and bool(values.get("is_to_call")))
    return {**contact, "kind": str(kind), "is_to_call": is_to_call}


def _trimmed(value: Any) -> Any:
    return value.strip()[:MAX_HEALTH_TEXT] if isinstance(value, str) else value


def next_hue(taken: list[int]) -> int:
    """Return the hue (1 to 8) of a new child: the first its brothers and sisters do not have.

    >>> next_hue([1, 2, 4])
    3
    """
    free = [hue for hue in range(1, HUES + 1) if hue not in taken]
    return free[0] if free else len(taken) % HUES + 1


# A « clé enfance » is 1234-ABC-123. Letters that are mistaken for digits are left out.
KEY_DIGITS = "0123456789"
KEY_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
KEY = re.compile(rf"(\d{{4}})[\s-]*([{KEY_LETTERS}]{{3}})[\s-]*(\d{{3}})")


class KeyInvalid(Exception):
    """The key opens nothing: unknown, used, expired… always the same answer."""


def read_key(text: str) -> str:
    """Return a key as it is written, whatever the case, spaces and hyphens that were typed.

    :raises KeyInvalid: it does not have the shape of a key.

    >>> read_key(" 1234abc 567 ")
    '1234-ABC-567'
    """
    found = KEY.fullmatch(text.strip().upper())
    if found is None:
        raise KeyInvalid
    return "-".join(found.groups())


def lives_in(*, territory: Sequence[str], postcode: str, city: str) -> Residency:
    """Return what an address says of a household, by the communes of a collectivité.

    :param territory: « 99140 » or « 99140 Saint-Loup », the second where a postcode is that of other communes too.

    >>> lives_in(territory=["99140 Saint-Loup"], postcode="99140", city="SAINT LOUP CEDEX 2")
    <Residency.RESIDENT: 'resident'>
    >>> lives_in(territory=["99140"], postcode="99150", city="Ailleurs")
    <Residency.OUTSIDE: 'outside'>
    >>> lives_in(territory=[], postcode="99140", city="Saint-Loup"), lives_in(territory=["99140"], postcode="", city="")
    (<Residency.UNKNOWN: 'unknown'>, <Residency.UNKNOWN: 'unknown'>)
    """
    if not territory or not postcode.strip():
        return Residency.UNKNOWN
    named = _commune(city)
    for each in territory:
        code, _space, commune = each.strip().partition(" ")
        if code == postcode.strip() and (not commune or _commune(commune) == named):
            return Residency.RESIDENT
    return Residency.OUTSIDE


def _commune(text: str) -> str:
    """A commune as it is compared: « ST LOUP CEDEX 2 » is Saint-Loup."""
    words = fold(text).split(" cedex")[0]
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words.split())


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells one person from another. Names are folded, telephones and e-mails too."""

    first: str
    last: str
    born: date | None = None
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


NAMES_ALIKE = {Alike.SAME_NAME: 4, Alike.SWAPPED_NAME: 3, Alike.PART_OF_NAME: 2, Alike.ONE_LETTER: 2}
NEARLY = frozenset({Alike.PART_OF_NAME, Alike.ONE_LETTER})  # it takes more than the name
OTHER_ALIKE = {Alike.SAME_BIRTH: 4, Alike.SAME_EMAIL: 3, Alike.SAME_PHONE: 2}
SHORTEST = 4  # letters of first and last name together: « Li Ma » and « Li Mo » are two persons


def likeness(*, one: Traits, other: Traits, live_together: bool) -> tuple[Alike, ...]:
    """Return what makes two records look like one person, or () when they do not.

    Names must be alike, and something else too. Two birth dates that differ are two persons, unless a telephone or
    an e-mail says that one was mistyped. Twins and couples share all but a letter: in one household, names must be
    the same. Without a birth date on either side, two children of the same name are shown.

    >>> lea = Traits("lea", "martin", date(2020, 5, 4))
    >>> likeness(one=lea, other=Traits("leah", "martin", date(2020, 5, 4)), live_together=False)
    (<Alike.ONE_LETTER: 'one_letter'>, <Alike.SAME_BIRTH: 'same_birth'>)
    >>> likeness(one=lea, other=Traits("lea", "martin dupont", date(2020, 5, 4)), live_together=False)
    (<Alike.PART_OF_NAME: 'part_of_name'>, <Alike.SAME_BIRTH: 'same_birth'>)
    >>> likeness(one=lea, other=Traits("leo", "martin", date(2020, 5, 4)), live_together=True)
    ()
    """
    name = _names(one, other)
    if name is None or (live_together and name in NEARLY):
        return ()
    found = []
    if one.born is not None and one.born == other.born:
        found.append(Alike.SAME_BIRTH)
    if one.emails & other.emails:
        found.append(Alike.SAME_EMAIL)
    if one.phones & other.phones:
        found.append(Alike.SAME_PHONE)
    if one.born and other.born and one.born != other.born and (name in NEARLY or not found):
        return ()
    is_reachable = bool(one.emails | one.phones or other.emails | other.phones)
    if not found and (is_reachable or name in NEARLY):
        return ()
    return (name, *found)


def strength(why: Collection[Alike]) -> int:
    """Return how sure a likeness is: the higher, the surer.

    >>> strength([Alike.SAME_NAME, Alike.SAME_BIRTH]) > strength([Alike.ONE_LETTER, Alike.SAME_BIRTH])
    True
    """
    return sum(NAMES_ALIKE.get(each, 0) + OTHER_ALIKE.get(each, 0) for each in why)


def _names(one: Traits, other: Traits) -> Alike | None:
    if (one.first, one.last) == (other.first, other.last):
        return Alike.SAME_NAME
    if (one.first, one.last) == (other.last, other.first):
        return Alike.SWAPPED_NAME
    if len(one.first) + len(one.last) < SHORTEST:
        return None
    if _holds(one.first, other.first) and _holds(one.last, other.last):
        return Alike.PART_OF_NAME
    is_close = (one.last == other.last and differs_by_one(one.first, other.first)) or (
        one.first == other.first and differs_by_one(one.last, other.last)
    )
    return Alike.ONE_LETTER if is_close else None


def _holds(one: str, other: str) -> bool:
    """Whether one name has all the words of the other: « tom », « tom adrien »."""
    words, others = set(one.split()), set(other.split())
    return bool(words and others) and (words <= others or others <= words)


def differs_by_one(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter: added, missing, changed, or two neighbours swapped.

    >>> differs_by_one("dupond", "dupont"), differs_by_one("marie", "maire"), differs_by_one("lea", "lou")
    (True, True, False)
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return long[start + 1 :] == short[start:]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    return one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]


def fuller_sheet(latest: Mapping[str, Any], older: Mapping[str, Any]) -> dict[str, Any]:
    """Return one health sheet out of two of the same child: the latest answer wins, a blank never hides an answer.

    A PAI, a food to avoid or a treatment is therefore never lost; vaccines of both are kept.

    >>> fuller_sheet({"diet": "standard"}, {"pai": "signed", "diet": "no_pork"})
    {'pai': 'signed', 'diet': 'standard'}
    """
    merged = {**older, **{name: value for name, value in latest.items() if value}}
    if latest.get("pai", "no") == "no" and older.get("pai", "no") != "no":
        merged["pai"] = older["pai"]
    vaccines = sorted({*latest.get("vaccines", ()), *older.get("vaccines", ())})
    return {**merged, "vaccines": vaccines} if vaccines else merged


AUTHORITY_RANK = (Authority.WITHDRAWN, Authority.EXERCISED, Authority.HELD, Authority.NONE)


def kept_authority(one: str, other: str) -> Authority:
    """Return the authority of a link written twice: a withdrawal wins over all, then the fullest.

    >>> kept_authority("exercised", "withdrawn"), kept_authority("none", "held")
    (<Authority.WITHDRAWN: 'withdrawn'>, <Authority.HELD: 'held'>)
    """
    return min(Authority(one), Authority(other), key=AUTHORITY_RANK.index)


def cut(values: Mapping[str, object], lengths: Mapping[str, int]) -> dict[str, str]:
    """Return the texts that are given, trimmed, each as long as its field; what is empty is not given.

    >>> cut({"city": " Saint-Loup ", "street": ""}, {"city": 5, "street": 9})
    {'city': 'Saint'}
    """
    found = {name: str(values.get(name) or "").strip()[:length] for name, length in lengths.items()}
    return {name: text for name, text in found.items() if text}
