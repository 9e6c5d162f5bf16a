"""The page of guarantees names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/guarantees.md"
LINK = re.compile(r"\[[^]]+]\((?P<file>[^)#]*)#(?P<name>[^)]+)\)")


def rows() -> list[list[str]]:
    """Return the cells of the table of failures."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| failure |"))
    table = lines[start:]
    end = table.index("")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


@pytest.mark.parametrize("row", rows()[2:], ids=lambda row: row[0])
def test_every_row_is_whole_and_shown(row: list[str]) -> None:
    """A row says something of every store, and names tests that there are or says there is none."""
    assert len(row) == len(rows()[0])
    assert all(row)
    for file, name in LINK.findall(row[-1]):
        source = (PAGE.parent / file).resolve().read_text("utf-8")
        assert f"def {name}(" in source, name
    assert LINK.search(row[-1]) or row[-1].startswith(("nothing: ", "the rows above", "`make "))


def test_links_within_the_page_lead_somewhere() -> None:
    """Every link to a heading of the page has its heading."""
    text = PAGE.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    assert {name for file, name in LINK.findall(text) if not file} <= anchors


def test_the_readme_leads_here() -> None:
    """Readers find the page."""
    assert "(docs/guarantees.md)" in (ROOT / "README.md").read_text("utf-8")
