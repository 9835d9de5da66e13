"""What `.ci/run` says at its end: seconds by folder, the slowest tests, and that what had to run did run."""

import sys
from collections import Counter
from xml.etree import ElementTree

RUNS = ("walks", "screens", "sqlite", "postgres")
SLOWEST = 25


def cases(folder: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(f"{folder}/{name}.xml").iter("testcase"))  # noqa: S314 -- written by pytest a moment ago


def place(case: ElementTree.Element) -> str:
    return "/".join((case.get("classname") or "").split(".")[:2])


def main(folder: str, seconds: str) -> int:
    by_run = {name: cases(folder, name) for name in RUNS}
    for name, found in by_run.items():
        spent: Counter[str] = Counter()
        for case in found:
            spent[place(case)] += float(case.get("time") or 0)
        print(f"\nSecondes de travail, {name} :")
        for where, total in spent.most_common():
            print(f"  {total:7.0f}  {where}")
    print(f"\nLes {SLOWEST} tests les plus lents :")
    every = [(float(case.get("time") or 0), name, case) for name, found in by_run.items() for case in found]
    for total, name, case in sorted(every, key=lambda each: -each[0])[:SLOWEST]:
        print(f"  {total:7.1f}  {name:8}  {place(case)} {case.get('name')}")
    skipped = sum(case.find("skipped") is not None for _total, _name, case in every)
    races = sum("tests.concurrency" in (case.get("classname") or "") for case in by_run["postgres"])
    print(f"\nparcours dans Chromium : {len(by_run['walks'])}, courses sur PostgreSQL : {races}")
    if not by_run["walks"] or not races:
        print("Les parcours ou les courses n’ont pas tourné.")
        return 1
    print(f"{len(every) - skipped} passed, {skipped} skipped in {seconds}s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
