from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from banditware import Bandit
from banditware.cli import log as module
from banditware.cli.logged import readable
from banditware.config import load
from tests.cli import commands
from tests.support import NOON, Watch

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red]}
  headline: {arms: [casual], attribution: 1h}
log: {file: decisions.jsonl, rotate: 5KB, compress: true}
"""


@pytest.fixture
def bandit(config: Path) -> Iterator[Bandit]:
    """Return a bandit that has decided for ten subjects, a minute each, and credited the first."""
    watch = Watch()
    with Bandit(load(config), clock=watch) as opened:
        for number in range(10):
            decision = opened.decide("button", subject=f"u{number}")
            opened.decide("headline", subject=f"u{number}")
            if not number:
                opened.reward(decision, 2.5, goal="money")
            watch.now += 60
            opened.settle(60.0)
        yield opened


run = partial(commands.run, "log")


def events(config: Path, *arguments: str) -> list[dict[str, Any]]:
    """Return the events that the command prints."""
    return [json.loads(line) for line in commands.printed("log", config, *arguments).splitlines()]


@pytest.mark.usefixtures("bandit")
def test_everything(config: Path) -> None:
    """All events come in their order, out of all files, as they were written."""
    assert len(list(config.parent.glob("decisions.jsonl*"))) > 1
    found = events(config)
    assert [each["kind"] for each in found].count("reward") == 1
    assert len(found) == 21
    assert sorted(found, key=lambda each: each["timestamp"]) == found
    assert events(config.with_name("decisions.jsonl")) == found


@pytest.mark.usefixtures("bandit")
def test_filters(config: Path) -> None:
    """Events are found by experiment, arm, subject, kind and time, and by all of these."""
    assert {each["experiment"] for each in events(config, "--experiment", "button")} == {"button"}
    assert len(events(config, "--arm", "casual")) == 10
    assert len(events(config, "--subject", "u0")) == 2
    (reward,) = events(config, "--experiment", "button", "--kind", "reward")
    assert (reward["goal"], reward["amount"]) == ("money", 2.5)
    bounds = ("--since", "2027-01-15T08:02Z", "--until", "2027-01-15T08:04Z")
    found = events(config, *bounds)
    assert [each["timestamp"][11:16] for each in found] == ["08:02"] * 2 + ["08:03"] * 2
    assert events(config, "--last", "2") == events(config)[-2:]
    assert events(config, "--subject", "nobody") == []


@pytest.mark.usefixtures("bandit")
def test_lines_for_people(config: Path) -> None:
    """A line says when, what, which arm with which propensity, and whether it is counted."""
    first, second, third, *_ = run(config, "--text").stdout.splitlines()
    assert first.startswith("2027-01-15 08:00:00.000  decision  button@1  ")
    assert " (50.0%)  pull  " in first
    assert "headline@1  casual (100.0%)  pull" in second
    assert third.startswith("2027-01-15 08:00:00.000  reward    button@1  ")
    assert "money 2.5 after 0s  counted" in third


PLACE = {"experiment": "e", "version": "1", "arm": None, "subject": None}


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            {"kind": "decision", **PLACE, "arm": "a", "propensity": None, "excluded": "bot"},
            "decision  e@1  a  not counted: bot",
        ),
        (
            {"kind": "decision", **PLACE, "arm": "a", "propensity": 0.5, "reason": "sticky"},
            "decision  e@1  a (50.0%)  served again",
        ),
        (
            {"kind": "reward", **PLACE, "goal": "g", "amount": None, "excluded": "not_a_number"},
            "reward    e@1  -  g no number  not counted: not_a_number",
        ),
        (
            {"kind": "reward", **PLACE, "goal": "g", "amount": 1},
            "reward    e@1  -  g 1  not counted",
        ),
        ({"kind": "identity", "subject": "d", "known": "p"}, "identity  d is p"),
        (
            {"kind": "identity", "subject": "d", "known": "p", "conflicts": ["e", "f"]},
            "identity  d is p; showed other arms of e, f",
        ),
        ({"kind": "alarm", "what": 3}, 'alarm     {"what": 3}'),
    ],
)
def test_the_lines(event: dict[str, Any], line: str) -> None:
    """Whatever an event leaves open is left open."""
    when = {"timestamp": "2027-01-15T08:00:00.250000Z", "schema": 1, "event_id": "1"}
    assert click.unstyle(readable({**when, **event})) == f"2027-01-15 08:00:00.250  {line}"


def test_what_a_terminal_gets(
    config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal gets lines to be read, unless it wants JSON."""
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    assert run(config, "--last", "1").stdout.startswith("2027-01-15 08:09:00.000  decision")
    assert commands.told("log", config, "--last", "1")["kind"] == "decision"


def following(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Let these happen while the log is followed, and then Ctrl-C."""
    left = list(acts)

    def sleep(_seconds: float) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: NOON, sleep=sleep))


def test_following(config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last ten come first, then what is wanted of what happens, until it is interrupted."""

    def decide() -> None:
        for name in ("button", "headline"):
            bandit.decide(name, subject="late")
        bandit.settle(60.0)

    following(monkeypatch, decide, lambda: None, decide)
    found = events(config, "--follow", "--experiment", "button")
    assert len(found) == 12
    assert {each["experiment"] for each in found} == {"button"}
    following(monkeypatch, decide)
    assert len(events(config, "--follow", "--since", "2027-01-15")) == 21 + 4 + 2


def test_a_stranger(config: Path, bandit: Bandit) -> None:
    """Where nothing is found, the nearest experiment is named; a kind has to be one."""
    result = run(config, "--experiment", "buton", "--experiment", "headline", "--arm", "none")
    assert (result.exit_code, result.stdout) == (0, "")
    hint = "no event is of an experiment called 'buton'; did you mean 'button'?\n"
    assert result.stderr == hint
    result = run(config, "--kind", "rewards")
    assert result.exit_code == 2
    assert "no event is a 'rewards'; did you mean 'reward'?" in result.stderr
    assert "there are decision, reward, identity" in run(config, "--kind", "x").stderr
    assert "is no time" in run(config, "--since", "monday").stderr


@pytest.mark.usefixtures("bandit")
def test_what_is_a_log(config: Path) -> None:
    """A file is a log by its name or its first event, and a configuration otherwise."""
    copy = config.with_name("log.txt")
    copy.write_bytes(config.with_name("decisions.jsonl").read_bytes())
    assert events(copy)
    named = config.with_name("banditware.conf")
    named.write_text(CONFIG)
    assert len(events(named)) == 21
    result = run(config.with_name("nothing"))
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("log", "mend"),
    [
        ("", "keeps no decision log: add log: {file: decisions.jsonl}"),
        ("log: {logging: shop}", "events that 'shop' gets are kept where it puts them"),
        ("log: [{logging: shop}, {file: decisions.jsonl}]", ""),
    ],
)
def test_logs_elsewhere(config: Path, log: str, mend: str) -> None:
    """A log that nobody can read is refused; of several places, one that can be read is."""
    config.write_text(CONFIG[: CONFIG.index("log:")] + log)
    result = run(config)
    assert result.exit_code == (2 if mend else 0)
    assert mend in result.stderr


def test_a_log_that_cannot_be_read(config: Path) -> None:
    """A folder in its place exits with 1."""
    config.with_name("decisions.jsonl").mkdir()
    result = run(config)
    assert result.exit_code == 1
    assert "Is a directory" in result.stderr
