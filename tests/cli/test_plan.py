from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from banditware import Bandit
from tests.cli import commands

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red]}
"""


@pytest.fixture
def config(config: Path) -> Path:
    """Return a configuration under which twenty pulls were counted."""
    with Bandit.from_config(config) as bandit:
        for _ in range(20):
            bandit.decide("button")
    return config


@pytest.fixture
def changed(config: Path) -> Path:
    """Return another configuration beside it."""
    path = config.with_name("new.yaml")
    path.write_text(CONFIG.replace("[green, red]}", "[green, red], version: 2, policy: ucb1}"))
    return path


run = partial(commands.run, "plan")
told = partial(commands.told, "plan")


def test_nothing_changes(config: Path) -> None:
    """The configuration in use changes nothing, and the command says what it compared."""
    result = run(config, "--exit-code")
    assert (result.exit_code, result.stdout) == (0, "nothing changes\n")
    assert "--against OLD.yaml compares everything" in result.stderr


def test_against_the_counts(config: Path, changed: Path) -> None:
    """The counts tell which version is in use, and how much stays behind."""
    result = run(changed)
    assert result.exit_code == 0
    title, line = result.stdout.splitlines()
    assert title == "button"
    assert line.startswith("  ! version: 1 -> 2; counts begin afresh; 20 pulls and 0 rewards stay")


def test_against_a_file(config: Path, changed: Path) -> None:
    """Another file tells everything, and the store how much it is about."""
    result = run(changed, "--against", config, "--exit-code")
    assert (result.exit_code, result.stderr) == (1, "")
    assert [line.split(";")[0] for line in result.stdout.splitlines()] == [
        "button",
        "  ! version: 1 -> 2",
        "  ~ policy: thompson -> ucb1",
    ]
    back = run(config, "--against", config)
    assert (back.exit_code, back.stdout) == (0, "nothing changes\n")


def test_what_belongs_to_no_experiment(config: Path, changed: Path) -> None:
    """It stands under a title of its own."""
    changed.write_text(CONFIG.replace("refresh: 1h", "refresh: 2h"))
    result = run(changed, "--against", config)
    assert result.stdout == "the file\n  ~ refresh: 1h -> 2h; counts are kept\n"


def test_json(config: Path, changed: Path) -> None:
    """Programs get every change with its kind, and what it is about."""
    found = told(changed, "--against", config)
    assert found["against"] == str(config)
    assert found["standing"] == []
    first, second = found["changes"]
    assert first["effect"].startswith("counts begin afresh; 20 pulls")
    assert second == {
        "kind": "changed",
        "experiment": "button",
        "what": "policy",
        "before": "thompson",
        "after": "ucb1",
        "effect": "holds for the new version",
    }


def test_nothing_is_written(config: Path, changed: Path, tmp_path: Path) -> None:
    """A plan leaves every file as it is."""

    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = files()
    run(changed)
    assert files() == before


@pytest.mark.parametrize("store", ["memory://", "sqlite:///none.db"])
def test_a_store_that_has_not_begun(changed: Path, store: str) -> None:
    """Where nothing was counted, everything begins, and no store is made."""
    changed.write_text(CONFIG.replace("sqlite:///counts.db", store))
    result = run(changed)
    assert result.exit_code == 0
    assert "+ experiment; begins with no pulls" in result.stdout
    assert not changed.with_name("none.db").exists()


def test_mistakes(config: Path, changed: Path) -> None:
    """Mistakes of either file exit with 2 and their places."""
    changed.write_text(CONFIG.replace("arms", "arm"))
    for arguments in ([changed], [config, "--against", changed]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"{changed}:6:12: experiments.button.arm:" in result.stderr


def test_a_store_that_is_none(config: Path, tmp_path: Path) -> None:
    """A file that is no database exits with 1 and one line."""
    (tmp_path / "counts.db").write_bytes(b"something else entirely, and longer than a header" * 9)
    result = run(config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "this file is not a SQLite database" in result.stderr


def test_what_operators_decided(config: Path) -> None:
    """What goes before the file is told apart, and is no change."""
    with Bandit.from_config(config) as bandit:
        bandit.control("pause", "button", arm="red")
        bandit.control("kill")
    result = run(config, "--exit-code")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "nothing changes",
        "what operators decided stays",
        "  = everything: switched off; nothing is decided or counted until `banditware revive`",
        "  button = arm red: paused; it is not drawn, although the file has it",
    ]
    found = told(config)
    assert [each["what"] for each in found["standing"]] == ["everything", "arm red"]
