from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from banditware import Bandit
from banditware.cli import stats as module
from banditware.errors import StoreError
from tests.cli import commands
from tests.support import NOON

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: sqlite:///counts.db
refresh: 1h
experiments:
  button: {arms: [green, red]}
  headline:
    arms: [casual, formal]
    policy: {name: fixed, weights: {casual: 1, formal: 3}}
    goal: purchase
    holdout: 50%
"""


@pytest.fixture
def bandit(config: Path) -> Iterator[Bandit]:
    """Return a bandit that keeps what it records in its spool for an hour."""
    with Bandit.from_config(config) as opened:
        yield opened


run = partial(commands.run, "stats")


def reports(config: Path, *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON."""
    found: dict[str, Any] = commands.told("stats", config, *arguments)["experiments"]
    return found


def test_json_is_current_to_the_last_record(config: Path, bandit: Bandit) -> None:
    """What another process has recorded, and not yet carried to the store, is counted."""
    decision = bandit.decide("button")
    bandit.reward(decision)
    found = reports(config)
    arm = found["button"]["arms"][decision.arm]
    assert arm == {
        "pulls": 1,
        "rewards": 1,
        "reward_sum": 1.0,
        "propensity": arm["propensity"],
        "goals": {"reward": {"rewards": 1, "reward_sum": 1.0}},
    }
    assert sum(each["propensity"] for each in found["button"]["arms"].values()) == pytest.approx(1)
    assert (found["button"]["policy"], found["button"]["goal"]) == ("thompson", "reward")
    assert found == bandit.stats()["experiments"]


def test_chosen_experiments(config: Path, bandit: Bandit) -> None:
    """Experiments are shown in the order they are asked for, or else in that of the file."""
    assert list(reports(config)) == ["button", "headline"]
    assert list(reports(config, "headline", "button")) == ["headline", "button"]
    assert list(reports(config, "headline")) == ["headline"]


def test_table(config: Path, bandit: Bandit) -> None:
    """The table shows pulls, rewards, amounts, other goals and what was not counted."""
    decisions = [bandit.decide("headline", subject=str(subject)) for subject in range(20)]
    counted = next(decision for decision in decisions if decision.counted)
    bandit.reward(counted, 2.5)
    bandit.reward(counted, goal="signup")
    result = run(config, "headline")
    title, head, *rows, note = result.stdout.splitlines()
    assert title == "headline: fixed, goal purchase"
    assert head.split() == [
        "arm",
        "pulls",
        "rewards",
        "rate",
        "sum",
        "mean",
        "signup",
        "propensity",
    ]
    cells = {row.split()[0]: row.split()[1:] for row in rows}
    pulls = {arm: int(numbers[0]) for arm, numbers in cells.items()}
    assert list(cells) == ["casual", "formal", "(total)", "(holdout)"]
    assert pulls["(total)"] == pulls["casual"] + pulls["formal"] == 20 - pulls["(holdout)"]
    assert cells["(total)"][1] == "1"
    rate, mean = f"{1 / pulls[counted.arm]:.1%}", f"{2.5 / pulls[counted.arm]:.4g}"
    assert cells[counted.arm][1:6] == ["1", rate, "2.50", mean, "1"]
    assert [numbers[-1] for numbers in cells.values()] == ["25.0%", "75.0%", "-", "-"]
    assert note.strip() == f"not counted: holdout {pulls['(holdout)']}"


def test_table_of_nothing(config: Path, bandit: Bandit) -> None:
    """An experiment without pulls has dashes, and no columns that say nothing."""
    result = run(config, "button")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == ["arm", "pulls", "rewards", "rate", "propensity"]
    assert lines[2:] == [["green", "0", "0", "-", "50.0%"], ["red", "0", "0", "-", "50.0%"]]


def test_arms_that_the_app_names(config: Path) -> None:
    """An arm that only the app knows has no propensity of its own."""
    text = "secret_keys: [k]\nstore: sqlite:///counts.db\nexperiments: {shoe: {policy: igw}}\n"
    config.write_text(text)
    with Bandit.from_config(config) as bandit:
        bandit.decide("shoe", actions=["nike"])
    lines = [line.split() for line in run(config).stdout.splitlines()]
    assert ["nike", "1", "0", "0.0%", "-"] in lines


def test_mistakes(config: Path) -> None:
    """A wrong configuration exits with 2 and every mistake with its place."""
    config.write_text("secret_keys: []\nexperiments: {button: {arm: [a]}}\n")
    result = run(config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{config}:1:14: secret_keys:" in result.stderr
    assert "did you mean 'arms'?" in result.stderr


def test_a_stranger(config: Path, bandit: Bandit) -> None:
    """An experiment that is not there exits with 2 and the nearest name."""
    result = run(config, "buton")
    assert result.exit_code == 2
    assert "no experiment is called 'buton'; did you mean 'button'?" in result.stderr


def test_no_counts(config: Path, tmp_path: Path) -> None:
    """A database that is not there is said to be missing, and is not made."""
    result = run(config)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"nothing was counted yet: there is no {tmp_path / 'counts.db'}" in result.stderr
    assert list(tmp_path.iterdir()) == [config]


def test_counts_in_memory(config: Path) -> None:
    """Counts in memory belong to the app's process, and the command says so."""
    config.write_text(CONFIG.replace("sqlite:///counts.db", "memory://"))
    result = run(config)
    assert result.exit_code == 1
    assert "only the app's own process can see them" in result.stderr


def test_a_store_that_is_none(config: Path, tmp_path: Path) -> None:
    """A file that is no database exits with 1 and one line, and stays as it is."""
    (tmp_path / "counts.db").write_bytes(b"something else entirely, and longer than a header" * 9)
    before = (tmp_path / "counts.db").read_bytes()
    result = run(config)
    assert result.exit_code == 1
    assert "this file is not a SQLite database" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert (tmp_path / "counts.db").read_bytes() == before


def test_private_files(config: Path, bandit: Bandit, tmp_path: Path) -> None:
    """Looking leaves the spool folder of the app closed to others."""
    bandit.decide("button")
    run(config)
    assert stat.S_IMODE((tmp_path / "counts.db.spool").stat().st_mode) == 0o700


def watching(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> list[float]:
    """Let these happen between two readings, and then Ctrl-C; return the pauses."""
    pauses, left = [], list(acts)

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if not left:
            raise KeyboardInterrupt
        left.pop(0)()

    monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: NOON, sleep=sleep))
    return pauses


def test_watching_in_a_pipe(config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readings come one after the other, each with its time, until it is interrupted."""
    pauses = watching(monkeypatch, lambda: bandit.decide("button"))
    result = run(config, "button", "--watch", "--every", "500ms")
    assert result.exit_code == 0
    one, two = result.stdout.split("2027-01-15 08:00:00Z\n")[1:]
    pulls = [sum(int(row.split()[1]) for row in text.splitlines()[3:5]) for text in (one, two)]
    assert pulls == [0, 1]
    assert pauses == [0.5, 0.5]


def test_watching_as_json(config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reading is one line, and the line is one object."""
    watching(monkeypatch, lambda: bandit.decide("button"))
    result = run(config, "button", "--watch", "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["time"] for each in found] == [NOON, NOON]
    assert found[1]["experiments"] == {"button": bandit.stats("button")}


def test_watching_a_store_that_is_away(
    config: Path, bandit: Bandit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that cannot be taken is told, and the next one is tried."""
    drain = Bandit.drain

    def away(self: Bandit) -> None:
        raise StoreError("there", "is away")

    def back() -> None:
        monkeypatch.setattr(Bandit, "drain", drain)

    watching(monkeypatch, lambda: monkeypatch.setattr(Bandit, "drain", away), back)
    result = run(config, "button", "--watch", "--json")
    assert result.exit_code == 0
    assert result.stderr == "trying again: there: is away\n"
    assert len(result.stdout.splitlines()) == 2


def test_how_often(config: Path, bandit: Bandit) -> None:
    """A pause without a unit is refused with the mend."""
    result = run(config, "--watch", "--every", "2")
    assert result.exit_code == 2
    assert "--every '2': a duration is a number with ms, s, m, h, d or w" in result.stderr


def test_states(config: Path, bandit: Bandit) -> None:
    """Titles tell what does not run; what is archived is shown to whoever asks for it."""
    bandit.control("pause", "button")
    bandit.control("archive", "headline")
    titles = [line for line in run(config).stdout.splitlines() if not line.startswith(" ")]
    assert titles == ["button: thompson, goal reward, paused"]
    assert run(config, "headline").stdout.startswith("headline: fixed, goal purchase, archived\n")
    assert list(reports(config)) == ["button", "headline"]
