"""Show 5 of issue 6: the sample-ratio alarm under Thompson, silent and caught, in figures.

`BANDITWARE_TEST_TIMES=20 python -m pytest tests/live/test_srm.py --no-cov -n 0 -s` plays 400
experiments without a loss and 200 with one; without the variable it is a twentieth of them.

Half of it goes the whole way of a record (decision, spool, drain, store); the many runs that a rate
of false alarms needs go through the same vectors, sums and test without it.
"""

from __future__ import annotations

import os
import random
import statistics
from collections.abc import Callable

import pytest

from banditware.analysis.srm import mismatch
from banditware.bandit import Bandit
from banditware.drawing import drawn_sums, shares_text, unfolded
from banditware.model import Statistics
from banditware.policies.thompson import Thompson
from tests.support import configured

REQUESTS, REFRESH = 30_000, 100

#: Arms of which none is better: Thompson plays with them all, and its shares wander. Of an arm that
#: it has given up, hardly anything is drawn, and hardly anything can be lost.
RATE = 0.1

#: By how much there are more runs than `make test` has time for.
TIMES = int(os.environ.get("BANDITWARE_TEST_TIMES", "1"))

Run = Callable[[int, int, float], int]


def carried(arms: int, seed: int, lost: float) -> int:
    """Return at which request the alarm came, 0 for never; records go all the way to a store."""
    names = [f"arm{index}" for index in range(arms)]
    draw = random.Random(f"{seed} of {arms}")
    button = {"arms": dict.fromkeys(names, 1), "default": names[0], "policy": "thompson"}
    bandit = Bandit(configured(button), generator=random.Random(seed))
    spool = bandit._flusher._outbox.spool
    append, gone = spool.append, [False]

    def leaky(*payloads: bytes) -> None:
        gone[0] = b"\tn/arm0/" in payloads[0] and draw.random() < lost
        if not gone[0]:
            append(*payloads)

    spool.append = leaky  # type: ignore[method-assign]  # the loss that is to be found
    with bandit:
        for request in range(1, REQUESTS + 1):
            decision = bandit.decide("button")
            if draw.random() < RATE and not gone[0]:
                bandit.reward(decision)
            if request % REFRESH == 0:
                bandit.flush()
            if request % (10 * REFRESH) == 0:
                aside = bandit._store.aside("button@1")
                if mismatch(drawn_sums(aside)).alarm:
                    return request
    return 0


def played(arms: int, seed: int, lost: float) -> int:
    """Return the same for an experiment that is played in memory."""
    names = tuple(f"arm{index}" for index in range(arms))
    draw, policy = random.Random(f"{seed} with {arms}"), Thompson()
    pulls, successes = [0.0] * arms, [0.0] * arms
    aside: dict[str, float] = {}
    for request in range(REFRESH, REQUESTS + 1, REFRESH):
        zeros = (0.0,) * arms
        seen = Statistics(names, tuple(pulls), tuple(successes), zeros, zeros, zeros)
        vector = policy.probabilities(seen)
        drawn = draw.choices(range(arms), vector, k=REFRESH)
        kept = [arm for arm in drawn if arm or draw.random() >= lost]
        text = shares_text(names, vector)
        for arm in kept:
            pulls[arm] += 1
            successes[arm] += draw.random() < RATE
        counts = {f"V/{names[arm]}/{text}": float(kept.count(arm)) for arm in set(kept)}
        for field, value in unfolded(counts).items():
            aside[field] = aside.get(field, 0.0) + value
        if request % (10 * REFRESH) == 0 and mismatch(drawn_sums(aside)).alarm:
            return request
    return 0


def told(run: Run, arms: int, runs: int, lost: float) -> float:
    """Print how many of the runs ended in an alarm, and when; return their share."""
    alarms = [at for at in (run(arms, seed, lost) for seed in range(runs)) if at]
    median = statistics.median(alarms) if alarms else "-"
    print(
        f"\n{run.__name__}, {arms} arms, lost {lost:.0%}: {len(alarms)} alarms in {runs} runs, "
        f"median at request {median}"
    )
    return len(alarms) / runs


@pytest.mark.parametrize("arms", [2, 5])
def test_false_alarms_are_at_most_one_in_a_hundred(arms: int) -> None:
    """Looked at 30 times in 30,000 requests, an experiment that loses nothing is left in peace."""
    assert told(played, arms, 20 * TIMES, 0.0) <= 0.01


@pytest.mark.parametrize("arms", [2, 5])
def test_a_lost_tenth_of_one_arm_is_caught(arms: int) -> None:
    """A lost tenth of one arm's pulls is found within 30,000 requests, mostly.

    Of five arms each has a fifth of them, of which less can be seen, but enough.
    """
    assert told(played, arms, 10 * TIMES, 0.1) >= 0.85


def test_the_same_all_the_way_to_a_store() -> None:
    """What holds in memory holds of records that were written, drained and kept aside."""
    assert told(carried, 2, 1 + TIMES, 0.0) == 0.0
    assert told(carried, 2, 1 + TIMES, 0.1) >= 0.85
