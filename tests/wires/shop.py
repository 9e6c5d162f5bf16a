"""A little shop with experiments: the configuration, its bandits and what they counted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from banditware import Bandit
from banditware.config import load
from tests.histories import added_up

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

SECRET = "a secret that only the tests know"

#: One experiment that `/` chooses and `/buy` rewards, as the tests start from it.
CONFIG: dict[str, Any] = {
    "secret_keys": [SECRET],
    "store": "memory://",
    "refresh": "1h",
    "experiments": {"color": {"arms": {"red": "#f00", "blue": "#00f"}}},
    "routes": [
        {"match": "GET /", "choose": "color"},
        {"match": "POST /buy", "reward": "color"},
    ],
}


#: The same as a file.
YAML = """\
secret_keys: [a secret of the tests]
store: memory://
experiments:
  color: {arms: [red, blue]}
routes:
  - {match: GET /, choose: color}
"""


@dataclass
class Clock:
    """A clock that stands until it is moved.

    Attributes:
        now: seconds since the epoch.
    """

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Totals(NamedTuple):
    """What was counted for one experiment, over all arms.

    Attributes:
        pulls: pulls.
        rewards: rewards of the experiment's goal.
        amount: their sum.
        excluded: what was not counted, by reason.
    """

    pulls: float
    rewards: int
    amount: float
    excluded: dict[str, float]


def counted(bandit: Bandit, experiment: str = "color") -> Totals:
    """Return what a bandit has counted for an experiment; its history must say the same."""
    stats = bandit.stats(experiment)
    snapshot = bandit._ground.snapshot.known(experiment)
    aside = bandit._store.aside(snapshot.experiment.ledger)
    assert added_up(aside) == pytest.approx(added_up(snapshot.fields))
    arms = stats["arms"].values()
    return Totals(
        sum(arm["pulls"] for arm in arms),
        sum(arm["rewards"] for arm in arms),
        sum(arm["reward_sum"] for arm in arms),
        dict(stats["excluded"]),
    )


OpenShop = Callable[..., Bandit]


@contextmanager
def shops() -> Iterator[OpenShop]:
    """Give out bandits that are closed in the end."""
    opened: list[Bandit] = []

    def open_shop(clock: Clock | None = None, **changes: Any) -> Bandit:
        """Return a bandit; `changes` replace parts of `CONFIG`."""
        settings = load({**CONFIG, **changes})
        bandit = Bandit(settings, clock=clock or Clock(), generator=random.Random(1))
        opened.append(bandit)
        return bandit

    try:
        yield open_shop
    finally:
        for bandit in opened:
            bandit.close()
