"""The page of all ways in and all cases is complete, and says that all of them pass."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conformance.noting import PACKAGES
from tests.conformance.table import PAGE, cell, merged, page
from tests.wires.entries import ENTRIES

ROOT = PAGE.parents[1]

MEND = "the page is not that of the cases: make conformance PYTHON=python3.12"

ROWS = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]

COLUMNS = [name.strip() for name in ROWS[0].strip("|").split("|")][1:]

CELLS = [[text.strip() for text in row.strip("|").split("|")] for row in ROWS[1:]]


def cases() -> list[tuple[str, str]]:
    """Return file and name of every test that goes through every way in."""
    return [
        (path.name, node.name)
        for path in (ROOT / "tests/conformance").glob("test_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and "door" in {each.arg for each in node.args.args}
    ]


def short(pin: str) -> str:
    """Return name and version of a pin, to the second number: `Flask 3.1`."""
    found = re.match(r"(?P<name>\w+)==(?P<version>\d+\.\d+)", pin)
    return "" if found is None else f"{found['name'].lower()} {found['version']}"


def test_every_case_has_its_row() -> None:
    """There is a row for each test of every way in, and none for others."""
    listed = [re.findall(r"\[(.+)]\(\.\./tests/conformance/(.+)\)", row[0]) for row in CELLS[:-1]]
    named = {(file, f"test_{words.replace(' ', '_')}") for ((words, file),) in listed}
    assert named == {*cases()}, MEND
    assert len(listed) == len(named) > 50


def test_every_way_in_has_a_column_for_each_version() -> None:
    """Each framework is there in the versions of all files of requirements, on each interface."""
    pins = [
        short(line)
        for path in (ROOT / "requirements").glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if 'python_version == "3.10"' not in line  # which has an older one of some
    ]
    wanted = set()
    for entry, package in PACKAGES.items():
        interface = entry.partition("-")[2]
        versions = {pin for pin in pins if pin.partition(" ")[0] == package.lower()}
        wanted |= {f"{each} {interface}".strip() for each in versions} if package else {entry}
    assert {column.lower() for column in COLUMNS} == wanted, MEND
    assert {*PACKAGES} == {*ENTRIES}


def test_all_pass() -> None:
    """Every cell is a number of inputs with which the case passed, the same on every way in."""
    for case, *cells in CELLS[:-1]:
        assert {*map(str.isdigit, cells)} == {True}, case
        assert len({*cells}) == 1, case
        assert int(cells[0]) > 0, case


@pytest.mark.parametrize(("noted", "text"), [((4, 4), "4"), ((4, 3), "3/4"), ((1, 0), "0/1")])
def test_a_case_that_fails_can_be_seen(noted: tuple[int, int], text: str) -> None:
    """A cell says how often a case failed, and a case that did not run has failed."""
    assert cell(noted) == text
    written = page(
        merged([{"a.py::test_a_b": {"WSGI": noted}}, {"a.py::test_a_b": {"ASGI": [1, 1]}}])
    )
    assert f"| [a b](../tests/conformance/a.py) | {text} | 1 |" in written
