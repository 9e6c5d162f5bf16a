"""Experiments played in memory: a policy, true rates, and what is known after every refresh."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from banditware.model import Policy, Statistics


def played(
    policy: Policy, rates: Sequence[float], draw: random.Random, *, refreshes: int, batch: int
) -> Iterator[Statistics]:
    """Yield what is known after every refresh of `batch` decisions."""
    arms = tuple(f"arm{index}" for index in range(len(rates)))
    seen = Statistics.empty(arms)
    for _ in range(refreshes):
        pulls, successes = list(seen.pulls), list(seen.successes)
        vector = policy.probabilities(seen)
        for index in draw.choices(range(len(rates)), vector, k=batch):
            pulls[index] += 1
            successes[index] += draw.random() < rates[index]
        earned = tuple(successes)
        seen = Statistics(arms, tuple(pulls), earned, earned, earned, earned)
        yield seen
