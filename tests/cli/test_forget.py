from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banditware import Bandit
from banditware.cli import main

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red], attribution: 1d}
log: [{file: d.jsonl}, {logging: shop}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration whose log knows anna and bert."""
    path = tmp_path / "banditware.yaml"
    path.write_text(CONFIG)
    with Bandit.from_config(path) as bandit:
        for subject in ("anna", "bert", "anna"):
            bandit.reward(bandit.decide("button", subject=subject))
    return path


def forget(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["forget", *map(str, arguments)])


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
    found = json.loads(forget(config, "carl", "dora", "--json").output)
    assert (found["events"], found["decisions"]) == (0, [])
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
