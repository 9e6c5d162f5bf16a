from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from banditware.breaker import LONGEST_PAUSE, Breaker


def test_while_all_is_well_nothing_changes() -> None:
    """A store that answers is asked at the usual times."""
    assert Breaker(1.5, random.Random(1)).pause() == 1.5


@given(usual=st.floats(0.01, 1e4), failures=st.integers(1, 2000), seed=st.integers(0, 999))
def test_waits_grow_up_to_the_longest(usual: float, failures: int, seed: int) -> None:
    """Every failure doubles the longest wait, half a minute at most."""
    breaker = Breaker(usual, random.Random(seed))
    for _ in range(failures):
        breaker.failed()
    limit = min(LONGEST_PAUSE, usual * 2.0 ** min(failures, 99))
    assert min(usual, limit / 2) <= breaker.pause() <= limit


def test_the_first_success_closes_it() -> None:
    """However long a store was away, it is asked at the usual times as soon as it answers."""
    breaker = Breaker(1.0, random.Random(1))
    for _ in range(9):
        breaker.failed()
    assert (breaker.open, breaker.failures) == (True, 9)
    breaker.succeeded()
    assert (breaker.open, breaker.failures, breaker.pause()) == (False, 0, 1.0)


def simulated(workers: int, seconds: float) -> list[float]:
    """Return when workers ask a store that goes away at 0 for all of them."""
    asked = []
    for number in range(workers):
        breaker, now = Breaker(1.0, random.Random(number)), 0.0
        while now < seconds:
            asked.append(now)
            breaker.failed()
            now += breaker.pause()
    return sorted(asked)


def test_forty_workers_do_not_hammer_a_store_that_is_away() -> None:
    """Of 40 workers, a store that is away is asked 3 times a second, never in a wave."""
    asked = [at for at in simulated(40, 600.0) if at >= 60.0]
    assert len(asked) / 540.0 < 3.5
    most = max(sum(at <= other < at + 1.0 for other in asked) for at in asked)
    assert most < 15


def test_forty_workers_come_back_spread_over_the_whole_range() -> None:
    """Waits after many failures use the whole range, not the end of it."""
    pauses = []
    for number in range(4000):
        breaker = Breaker(1.0, random.Random(number))
        breaker.failures = 50
        pauses.append(breaker.pause())
    for start in range(0, 30, 5):
        share = sum(start <= pause < start + 5 for pause in pauses) / len(pauses)
        assert 0.1 < share < 0.21
