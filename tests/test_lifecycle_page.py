"""`docs/lifecycle.md` says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from banditware.control import ARCHIVED, FROZEN, KILLED, PAUSED, PROMOTED, RUNNING, STOPPED
from banditware.controlling import ACTIONS
from banditware.health import Health
from banditware.reloading import _LASTING
from banditware.stores.controls import MOST_CHANGES
from banditware.switches import VARIABLE, switched_off

PAGE = (Path(__file__).parents[1] / "docs" / "lifecycle.md").read_text(encoding="utf-8")

CONFIG = """\
secret_keys: [a key of the page]
experiments:
  headline: {arms: [casual, neutral, formal]}
  color_btn: {arms: [green, red]}
"""


def rows(title: str) -> list[list[str]]:
    """Return the cells of the first table under a title."""
    table = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.*)\|$", table, re.MULTILINE)[2:]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def test_the_code_and_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's code prints what the page says."""
    (tmp_path / "banditware.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    code, output = re.findall(r"^```(?:python)?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == output


def test_every_action_has_a_row() -> None:
    """All that can be done is there, and what undoes it can be done, too."""
    table = rows("Actions")
    assert {row[0].strip("`") for row in table} == {*ACTIONS}
    assert {row[3].strip("`") for row in table} - {""} <= {*ACTIONS}


def test_every_state_has_a_row() -> None:
    """All states are there with their reasons, and those that freeze refuse rewards."""
    table = rows("What visitors, counts and cookies see of it")
    states = {row[5].strip("`"): row[3] for row in table}
    assert states.keys() == {"", PAUSED, STOPPED, PROMOTED, ARCHIVED, KILLED}
    assert {state for state, rewards in states.items() if rewards == "refused"} == {*FROZEN}
    assert table[0][0].strip("`") == RUNNING


def test_names_and_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields, keys and bounds are those of the code."""
    for row in rows("A configuration that changes")[:5]:
        assert row[0].strip("`") in Health._fields
    assert f"The last {MOST_CHANGES:,} are kept" in PAGE
    waiting = PAGE.partition("take effect with a restart; whatever")[0].rpartition("\n\n")[2]
    assert set(re.findall(r"`(\w+)`", waiting)) == {*_LASTING.values(), "consent"}
    (line,) = re.findall(rf"`{VARIABLE}=0`.*? and$", PAGE, re.MULTILINE | re.DOTALL)
    for value in ["", "0", *re.findall(r"`(\w+)`", line)]:
        monkeypatch.setenv(VARIABLE, value)
        assert switched_off(None) == ""
