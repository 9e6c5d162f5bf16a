"""How fast the core runs, and which rounds count."""

from __future__ import annotations

import itertools
import os

import pytest

from benchmarks import pace, timing
from benchmarks.pace import BEST, LOOK, Pace


def test_the_best_is_learnt() -> None:
    """A core that takes less than ever before has just shown its full speed."""
    takes = iter([2.0, 1.0, 1.1, 1.75])
    machine = Pace(float("inf"), lambda: next(takes))
    assert machine.is_calm(machine.now())
    assert machine.is_calm(machine.now())
    assert machine.best == 1.0
    assert machine.is_calm(machine.now())
    assert not machine.is_calm(machine.now())
    assert not machine.is_calm(2.0)


def test_what_is_known_is_told_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is started takes over what its parent has found out."""
    monkeypatch.delenv(BEST, raising=False)
    monkeypatch.setattr(pace, "SEARCH", 0.01)
    found = pace.of_this_machine()
    assert 0 < found.best < 1
    pace.keep(found)
    assert float(os.environ[BEST]) == found.best
    assert pace.of_this_machine().best == found.best


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has not waited yet."""
    monkeypatch.setattr(Pace, "waited", 0.0)


def test_the_full_speed_is_waited_for() -> None:
    """Waiting ends as soon as the core runs at its full speed."""
    slept: list[float] = []
    takes = iter([2.0, 2.0, 1.0])
    Pace(1.0, lambda: next(takes), sleep=slept.append).await_calm()
    assert slept == [LOOK, LOOK]


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that never runs at its full speed is not waited for in vain: once, and not again."""
    monkeypatch.setattr(pace, "PATIENCE", 2.5 * LOOK)
    slept: list[float] = []
    for _ in range(2):
        Pace(1.0, lambda: 2.0, sleep=slept.append).await_calm()
        assert slept == [LOOK] * 3


@pytest.mark.parametrize(
    ("takes", "rounds", "expected"),
    [
        ([1] * 6, 2, [1, 2]),  # all of it at full speed
        ([2, 2, 1, 1, 1, 1, 1, 1], 2, [1, 2]),  # slow at first, and waited for
        ([1, 1, 1, 1, 1, 2, 1, 1, 1], 2, [1, 3]),  # slow at the end of a round
        ([2] * 100, 2, [1, 2]),  # slow for too long: the best is known from before
    ],
)
def test_rounds_at_full_speed_count(
    monkeypatch: pytest.MonkeyPatch, takes: list[float], rounds: int, expected: list[float]
) -> None:
    """Rounds in which the core was slow are taken again, up to twice as many."""
    left, number = iter(takes), itertools.count()
    monkeypatch.setattr(pace, "PATIENCE", 2 * LOOK)
    monkeypatch.setattr(timing, "timed", lambda call, calls: next(number))
    monkeypatch.setenv(BEST, "1.0")
    machine = Pace(1.0, lambda: next(left), sleep=lambda seconds: None)
    assert timing.in_turn({"call": int}, rounds, machine=machine) == {"call": expected}
