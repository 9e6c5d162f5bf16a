"""Why a request waited, and what a refresh is blamed for."""

from __future__ import annotations

import itertools

import pytest

from benchmarks.gaps import Gap, gaps
from benchmarks.waits import ALONE, Collections, Seen, Wait, ours


@pytest.mark.parametrize(
    ("wait", "reason"),
    [
        (Wait(60.0, 60.0, 0.0, 58.0), "collections"),
        (Wait(8.0, 1.0, 0.0, 0.0), "the machine's"),
        (Wait(8.0, 6.0, 4.0, 0.0), "the machine's"),
        (Wait(8.0, 6.0, 0.0, 0.0), "ours"),
        (Wait(20.0, 20.0, 0.0, 12.0), "ours"),
        (Wait(20.0, 20.0, 4.0, 12.0), "the machine's"),
        (Wait(20.0, 14.0, 0.0, 12.0), "the machine's"),
    ],
)
def test_a_long_wait_has_one_reason(wait: Wait, reason: str) -> None:
    """Collections or a missing processor if it was short without; the machine if nobody worked."""
    assert wait.reason == reason


def test_short_waits_have_none() -> None:
    """Only what is over the limit is counted."""
    seen = Seen([Wait(5.0, 5.0, 0.0, 0.0), Wait(5.5, 5.5, 0.0, 0.0)], [], [])
    assert seen.long("ours") == [5.5]


@pytest.mark.parametrize(("alone", "idle", "found"), [(0, 0, 3), (2, 1, 1), (0, 4, 0)])
def test_a_refresh_is_blamed_for_what_there_is_only_with_it(
    alone: int, idle: int, found: int
) -> None:
    """As many as look like ours where nothing is refreshed are not ours."""
    seen = {
        name: Seen([Wait(9.0, 9.0, 0.0, 0.0)] * number, [], [])
        for name, number in ((ALONE, alone), ("nothing", idle), ("all", 3))
    }
    assert ours(seen) == found


def test_collections_are_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the time from the start of a collection to its end counts, also before that is told."""
    clock = iter([1.0, 1.25, 1.5, 7.0, 7.25])
    monkeypatch.setattr("benchmarks.waits.time.perf_counter", clock.__next__)
    collections = Collections()
    collections("start", {"generation": 2})
    assert collections.seconds == 0.25
    collections("stop", {"generation": 2})
    assert collections.seconds == 0.5
    collections("start", {"generation": 2})
    collections("stop", {"generation": 2})
    assert collections.seconds == 0.75


def test_a_gap_is_the_longest_between_two_looks_of_a_millisecond() -> None:
    """Each millisecond, or more where the clock jumps, has the longest gap that ended in it."""
    looks = [0.0, 0.00025, 0.0005, 0.00125, 0.0015, 0.0095, 0.011]
    found = gaps(0.010, iter(looks).__next__, itertools.count(0.0, 0.0001).__next__)
    longs = [gap.long for gap in found]
    assert longs == pytest.approx([0.75, 8.0, 1.5])
    assert [gap.worked for gap in found] == pytest.approx([0.1, 0.1, 0.1])
    assert max(found) == Gap(*found[1])
