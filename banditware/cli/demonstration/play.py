"""The demonstration from the first visitor to the last count."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banditware.bandit import Bandit
from banditware.cli.demonstration.crowd import Crowd
from banditware.cli.demonstration.plan import Plan
from banditware.cli.demonstration.screen import PAUSE, Progress, Screen
from banditware.cli.demonstration.server import serving
from banditware.cli.demonstration.staging import Stage, arms_by_value
from banditware.cli.demonstration.visitors import Visitor


@dataclass(frozen=True, slots=True)
class Ending:
    """What came out.

    Attributes:
        visitors: everybody, in the order of their first visit.
        reports: what the store has, by experiment; see `Bandit.stats`.
        seconds: from the first visitor to the last.
    """

    visitors: Sequence[Visitor]
    reports: Mapping[str, Any]
    seconds: float


def play(stage: Stage, plan: Plan, screen: Screen) -> Ending:
    """Serve the example to visitors, and count what was recorded while the server still runs.

    Raises:
        DemoError: the server does not answer, or not as expected.
        StoreError: the counts cannot be read.
    """
    generator = random.Random(plan.seed)
    with (
        serving(stage, plan.interface, workers=plan.workers) as address,
        Bandit(stage.settings) as bandit,
    ):
        visitors = [Visitor.new(address, generator) for _ in range(plan.visitors)]
        start = time.monotonic()
        with Crowd(visitors, arms_by_value(stage.settings), plan.seed) as crowd:
            gone = False
            while not gone:
                gone = crowd.wait(PAUSE)
                screen.update(_progress(crowd, bandit, time.monotonic() - start))
        seconds = time.monotonic() - start
        bandit.drain()
        return Ending(visitors, bandit.stats()["experiments"], seconds)


def _progress(crowd: Crowd, bandit: Bandit, seconds: float) -> Progress:
    arrived = crowd.arrived()
    return Progress(
        arrived=len(arrived),
        expected=len(crowd.visitors),
        clicked=sum(visitor.clicked > 0 for visitor in arrived),
        seconds=seconds,
        reports=bandit.stats()["experiments"],
    )
