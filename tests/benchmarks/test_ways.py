from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from benchmarks.apps import config
from benchmarks.pace import BEST, Pace
from benchmarks.rows.paths import FLOORS, flushed
from benchmarks.sending import ROWS
from benchmarks.timing import added, in_turn, requests
from benchmarks.ways import ways

NAMES = ("WSGI", "ASGI", "Flask")


@pytest.fixture
def bandit(tmp_path: Path) -> Iterator[Bandit]:
    """The bandit of the benchmarks, on SQLite."""
    with Bandit.from_config(config(tmp_path)) as bandit:
        yield bandit


def counted(bandit: Bandit) -> dict[str, tuple[int, int]]:
    """Return pulls and rewards by experiment."""
    bandit.flush()
    every: dict[str, Any] = {name: bandit.stats(name)["arms"] for name in ("color_btn", "txt_btn")}
    return {
        name: (sum(a["pulls"] for a in arms.values()), sum(a["rewards"] for a in arms.values()))
        for name, arms in every.items()
    }


@pytest.mark.parametrize("at", range(len(NAMES)), ids=NAMES)
def test_what_is_timed_is_what_the_rows_say(bandit: Bandit, at: int) -> None:
    """A new visitor is a pull each time, one who returns is none, and a reward is one."""
    way = ways(bandit)[at]
    unmatched, returning, new, reward = (
        requests(way.make, way.bare, way.wrapped, row)[1] for row in ROWS
    )

    before = counted(bandit)
    unmatched()
    returning()
    nothing = counted(bandit)
    new()
    new()
    reward()
    after = counted(bandit)

    assert way.name == NAMES[at]
    assert before == nothing
    for name, (pulls, rewards) in after.items():
        assert (pulls - before[name][0], rewards - before[name][1]) == (2, 1)


@pytest.mark.parametrize("way", FLOORS.values(), ids=FLOORS)
def test_the_least_wrapper_lets_the_app_answer(way: Any) -> None:
    """The app's own response comes through, and nothing is added to it."""
    request, cookies = way.make(way.wrapped, "/", "")

    request()

    assert cookies == []


def test_calls_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is called in each round, after a round that is not counted."""
    monkeypatch.setenv(BEST, "1.0")
    seen: list[str] = []
    calls = {"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}

    samples = in_turn(calls, 2, 1, machine=Pace(1.0, lambda: 1.0))

    assert seen == ["a", "b"] * 3
    assert {name: len(found) for name, found in samples.items()} == {"a": 2, "b": 2}


def test_what_earlier_rounds_left_is_done_before_each_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A round begins with nothing to be counted, whatever was called before it."""
    monkeypatch.setenv(BEST, "1.0")
    seen: list[str] = []
    calls = {"a": lambda: seen.append("a")}

    in_turn(calls, 2, 1, machine=Pace(1.0, lambda: 1.0), settle=lambda: seen.append("settle"))

    assert seen == ["a", "settle", "a", "settle", "a"]


def test_what_the_flusher_takes_later_is_told_for_what_leaves_it_something() -> None:
    """New visitors and rewards take it some time; nothing else is counted."""
    took = flushed(1)

    assert tuple(took) == ROWS[2:]
    assert all(spread.median > 0 for spread in took.values())


def test_what_is_added_is_told_from_the_same_round() -> None:
    """A machine that slows down between rounds adds nothing."""
    assert added([1.0, 11.0, 101.0], [3.0, 13.0, 103.0]) == (2.0, 2.0, 2.0)
