from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from banditware import Bandit
from tests.cli import commands
from tests.support import Surfer

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red], attribution: 1d}
log: [{file: d.jsonl}, {logging: shop}]
"""


@pytest.fixture
def config(config: Path) -> Path:
    """Return a configuration whose log knows anna and bert."""
    with Bandit.from_config(config) as bandit:
        for subject in ("anna", "bert", "anna"):
            bandit.reward(bandit.decide("button", subject=subject))
    return config


forget = partial(commands.run, "forget")
told = partial(commands.told, "forget")


def test_somebody_is_forgotten(config: Path) -> None:
    """What the log told of a subject is gone, the counts stay, and both are said."""
    result = forget(config, "anna")
    assert result.exit_code == 0
    first, second, third = result.output.splitlines()
    assert first == "erased 2 events of the decision log"
    assert second.startswith("the ids of 2 decisions, which are random numbers, are remembered")
    assert third.startswith("the logger 'shop' got events, too")
    with Bandit.from_config(config) as bandit:
        assert sum(arm["pulls"] for arm in bandit.stats("button")["arms"].values()) == 3


def test_nobody_to_forget(config: Path) -> None:
    """Who is not known is no error; several may be named, and JSON is printed on demand."""
    found = told(config, "carl", "dora")
    assert (found["events"], found["decisions"]) == (0, [])
    assert "ids of" not in forget(config, "carl").output
    assert forget(config, "bert", "anna", "--json").output.count('"events": 3') == 1


def test_somebody_compresses_a_file(config: Path) -> None:
    """What could not be looked at is told, and the command fails."""
    (config.parent / "d.jsonl.1.gz.part").write_bytes(b"")
    result = forget(config, "anna")
    assert result.exit_code == 1
    assert "is being compressed: run this again" in result.output


def test_a_file_that_cannot_be_written(config: Path) -> None:
    """A log that is no file is told without a traceback."""
    (config.parent / "d.jsonl").unlink()
    (config.parent / "d.jsonl").mkdir()
    result = forget(config, "anna")
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert "d.jsonl" in result.output


def test_people_are_forgotten(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is known by an id of the app goes from the store, and the log of all their devices."""
    monkeypatch.setattr("banditware.people.WAIT", 60.0)
    with Bandit.from_config(config) as bandit:
        for user in ("emma@example.com", "emma@example.com", "fred"):
            surfer = Surfer(bandit)
            surfer.ask(view=lambda visit: visit.decide("button"))
            surfer.ask(view=lambda visit, user=user: visit.identify(user))  # type: ignore[misc]  # of this turn
    lines = (config.parent / "d.jsonl").read_text().splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert (kinds.count("decision"), kinds.count("identity")) == (6, 1)
    assert not any("emma" in line for line in lines)
    found = told(config, "--user", "emma@example.com")
    assert (found["people"], found["events"], len(found["decisions"])) == (1, 3, 2)
    assert len((config.parent / "d.jsonl").read_text().splitlines()) == len(lines) - 3
    assert told(config, "--user", "emma@example.com")["people"] == 0
    assert forget(config, "--user", "fred").output.startswith("forgot 1 people and what")


def test_somebody_has_to_be_named(config: Path) -> None:
    """Without anybody to forget, the mend is told; people in memory are out of reach."""
    assert "name a SUBJECT, or somebody by --user" in forget(config).stderr
    config.write_text(CONFIG.replace("sqlite:///counts.db", "memory://"))
    assert "people are kept in memory" in forget(config, "--user", "emma").stderr
