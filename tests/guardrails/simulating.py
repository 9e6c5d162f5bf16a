"""Responses of arms, simulated through the real tally and the real judge."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from banditware.counts import decode
from banditware.guardrails.judge import Breach, Field, Judge
from banditware.guardrails.tally import Tally, responses
from banditware.limits import Latency, Limits
from banditware.model import Decision

ARMS = ("a", "b", "c")


def served(arm: str, experiment: str = "button", version: str = "1") -> Decision:
    """Return a decision that was served."""
    return Decision(experiment, arm, arm, 0.5, "sticky", False, "id", 0.0, version, repr)


SERVED = {arm: served(arm) for arm in ARMS}

LIMITS = Limits(alpha=0.01, errors=0.01, latency=Latency(margin=0.2))


class Site(NamedTuple):
    """How arms answer.

    Attributes:
        errors: share of 5xx responses, by arm.
        shares: which share of the responses is an arm's.
        slow: seconds that are added to every response, by arm.
    """

    errors: Mapping[str, float]
    shares: Sequence[float] = (1.0, 1.0, 1.0)
    slow: Mapping[str, float] = {}


class Run:
    """One experiment from its beginning; arm `a` is the default."""

    def __init__(self, seed: int, limits: Limits = LIMITS) -> None:
        self.draw = random.Random(seed)
        self.judge = Judge(limits)
        self.field = Field("button", ARMS, "a")
        self.totals: dict[str, float] = {}
        self.tally = Tally()
        self.now = 0.0
        self.answered = 0

    def second(self, site: Site, requests: int) -> list[Breach]:
        """Let a second pass, with so many responses, and return who is beyond a limit."""
        self.now += 1.0
        self.answered += requests
        draw = self.draw
        for arm in draw.choices(ARMS, site.shares, k=requests):
            status = 500 if draw.random() < site.errors.get(arm, 0.0) else 200
            seconds = draw.lognormvariate(-3.0, 0.6) + site.slow.get(arm, 0.0)
            self.tally.notes.append([SERVED[arm], status, seconds])
        for record in self.tally.records():
            for name, number in decode(record).deltas.items():
                self.totals[name] = self.totals.get(name, 0) + number
        return self.judge.look(responses(self.totals), self.field, self.now)

    def until_breach(self, site: Site, requests: int, seconds: int) -> list[Breach]:
        """Let time pass until somebody is beyond a limit, or for so long."""
        for _ in range(seconds):
            found = self.second(site, requests)
            if found:
                return found
        return []
