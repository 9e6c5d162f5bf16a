"""`docs/cli.md` shows what commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from banditware.cli import COMMANDS
from tests.cli.page import PAGE, Shown, commands, shop, stage

TEXT = PAGE.read_text(encoding="utf-8")

#: What pages of their own show, and the README: `tests/test_readme.py` runs what is there.
ELSEWHERE = {"dashboard", "demo", "metrics"}


@pytest.mark.usefixtures("calm")
def test_every_command_and_what_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page prints what the page shows, and exits as it says."""
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", "any-long-secret-of-at-least-32-characters")
    shop(tmp_path, TEXT)
    with stage(tmp_path):
        for each in commands(TEXT):
            assert each.right, f"{each.line}\n{each.actual}"


def test_no_command_is_missing() -> None:
    """Every command has an example."""
    shown = {line.split()[1] for line in re.findall(r"^\$ (.*)", TEXT, re.MULTILINE)}
    assert set(COMMANDS) - shown <= ELSEWHERE


@pytest.mark.parametrize(
    ("expected", "actual", "exited", "right"),
    [
        ("a\n", "a\n", 0, True),
        ("a\n", "b\n", 0, False),
        ("a\n", "a\n", 1, False),
        ("a … c\n", "a\nb\nc\n", 0, False),
        ("a…c\n", "a\nb\nc\n", 0, True),
        ("…\n", "anything\nat all\n", 0, True),
    ],
)
def test_what_is_right(expected: str, actual: str, exited: int, right: bool) -> None:
    """A page that shows something else is wrong; what it leaves open can be anything."""
    assert Shown("", expected, actual, 0, exited).right == right


def test_links() -> None:
    """Every link leads to a file, and to a heading of it."""
    links = re.findall(r"\]\(([^)#]*)#?([^)]*)\)", TEXT)
    assert links
    for file, heading in links:
        target = (PAGE.parent / file).read_text(encoding="utf-8")
        heads = [
            re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-")
            for head in re.findall(r"^#+ (.*)", target, re.MULTILINE)
        ]
        assert not heading or heading in heads, (file, heading, heads)
