"""The guide lists all faults of Flask-MAB, each with all of its tests."""

from __future__ import annotations

import re
from pathlib import Path

from tests.flask_mab.processes import ROOT

GUIDE = ROOT / "docs/from-flask-mab.md"

ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)

LINK = re.compile(r"\[\w+]\((?P<file>[^)#]*)#(?P<name>[^)]+)\)")

TEST = re.compile(r"^def (?P<name>test_fault_(?P<number>\d+)_\w+)\(", re.MULTILINE)

#: How many there are.
FAULTS = 32


def there() -> dict[int, set[tuple[Path, str]]]:
    """Return the file and the name of every test of a fault, by the fault's number."""
    found: dict[int, set[tuple[Path, str]]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for test in TEST.finditer(path.read_text("utf-8")):
            found.setdefault(int(test["number"]), set()).add((path, test["name"]))
    return found


def test_every_fault_has_a_test_that_is_named_after_it() -> None:
    """There are 32, and none is without."""
    assert sorted(there()) == [*range(1, FAULTS + 1)]


def test_the_guide_lists_every_fault_with_all_of_its_tests() -> None:
    """Its table has a row for each in order, whose links lead to all tests of the fault."""
    rows = ROW.findall(GUIDE.read_text("utf-8"))
    assert [int(number) for number, _, _ in rows] == [*range(1, FAULTS + 1)]
    told = {
        int(number): {((GUIDE.parent / file).resolve(), name) for file, name in LINK.findall(tests)}
        for number, _, tests in rows
    }
    assert told == there()
