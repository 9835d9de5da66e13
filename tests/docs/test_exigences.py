"""docs/exigences.md lists every requirement once, and what it names exists."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "exigences.md"

# How many requirements each chapter has: A01-01 to A01-37, and so on.
LAST_OF_CHAPTER = {
    "A01": 37, "A02": 56, "A03": 20, "A04": 15, "A05": 23, "A06": 34, "A07": 20, "A08": 16, "A09": 54,
    "A10": 17, "A11": 26, "A12": 14, "A13": 4, "A14": 14, "A15": 19, "A16": 10, "A17": 6, "A18": 12,
    "A19": 10, "A20": 6, "A21": 16, "A22": 11, "A23": 14, "A24": 11, "A25": 28,
}  # fmt: skip
ROW = re.compile(r"^\| (?P<id>A\d\d-\d\d) \| (?P<what>[^|]+) \| (?P<where>[^|]+) \| (?P<state>[^|]+) \|$")
STATE = re.compile(r"fait( \(.+\))?|partiel : .+|prévu : .+")


def rows() -> list[re.Match[str]]:
    found = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| A")]
    assert all(found), "a row of docs/exigences.md has not four columns"
    return [row for row in found if row]


def paths(row: re.Match[str]) -> list[str]:
    return re.findall(r"`([^`]+)`", row["where"])


def test_every_requirement_is_listed_exactly_once() -> None:
    expected = Counter(
        f"{chapter}-{number:02d}" for chapter, last in LAST_OF_CHAPTER.items() for number in range(1, last + 1)
    )
    assert Counter(row["id"] for row in rows()) == expected


def test_each_row_says_a_known_state() -> None:
    assert [row[0] for row in rows() if not STATE.fullmatch(row["state"])] == []


def test_what_is_done_says_where() -> None:
    assert [row["id"] for row in rows() if row["state"].startswith("fait") and not paths(row)] == []


def test_what_is_planned_names_no_place_yet() -> None:
    assert [row["id"] for row in rows() if row["state"].startswith("prévu") and paths(row)] == []


def test_the_counts_of_the_introduction_are_those_of_the_rows() -> None:
    states = Counter(row["state"].split()[0] for row in rows())
    sentence = f"{states['fait']} faites, {states['partiel']} partielles, {states['prévu']} prévues"
    assert sentence in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted({path for row in rows() for path in paths(row)}))
def test_each_file_named_exists(path: str) -> None:
    assert (ROOT / path).is_file()
