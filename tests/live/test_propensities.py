"""Every action in the decision log came up as often as its probability says.

`PYTHONPATH=. python tests/live/test_propensities.py 100000` logs so many decisions of every
contextual policy, while it learns, and prints for every action the mean of (chosen / probability),
which is 1 if the logged probabilities are true, and how many standard errors it is off.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from banditware import Bandit
from banditware.contextual.policies import POLICIES

ARMS = ("discount", "nothing", "upgrade")
PLANS = {"free": "discount", "paid": "upgrade", "trial": "nothing"}

#: New probabilities so many times in a run.
REFRESHES = 100

#: What the check in the suite logs.
SHORT = 4_000


class Log(NamedTuple):
    """What the decision log of a run says.

    Attributes:
        means: by arm, the mean of (chosen / probability).
        z: by arm, how many standard errors that is above 1.
        least: the least probability of what was chosen.
        floor: what no probability may be below.
    """

    means: dict[str, float]
    z: dict[str, float]
    least: float
    floor: float


def logged(policy: str, decisions: int, seed: int = 1) -> list[Mapping[str, Any]]:
    """Return the logged decisions of a policy that learns meanwhile."""
    events: list[Mapping[str, Any]] = []
    config = {
        "secret_keys": ["a-secret-for-tests-of-thirty-two-characters"],
        "store": "memory://",
        "refresh": "1h",
        "experiments": {
            "offer": {
                "policy": policy,
                "context": {"plan": "categorical", "age": "numeric"},
                "arms": list(ARMS),
            }
        },
    }
    generator = random.Random(seed)
    with Bandit.from_config(config, log=events.append) as bandit:
        bandit._ground.random.seed(seed)
        for number in range(decisions):
            plan, age = generator.choice(list(PLANS)), generator.gauss(40, 9)
            decision = bandit.decide("offer", context={"plan": plan, "age": age})
            rate = 0.4 if PLANS[plan] == decision.arm else 0.2
            bandit.reward(decision, float(generator.random() < rate))
            if number % (decisions // REFRESHES) == 0:
                bandit.flush()
                bandit.settle(60.0)  # the log is bounded, and nothing here waits for it
        bandit.settle(60.0)
    return [event for event in events if event["kind"] == "decision"]


def read(policy: str, decisions: int) -> Log:
    """Return what the log says; all decisions are in it."""
    events = logged(policy, decisions)
    assert len(events) == decisions
    means, z = {}, {}
    for arm in ARMS:
        weights = [1 / event["propensity"] for event in events if event["arm"] == arm]
        means[arm] = math.fsum(weights) / decisions
        square = math.fsum(weight * weight for weight in weights) / decisions
        z[arm] = (means[arm] - 1) / math.sqrt((square - means[arm] ** 2) / decisions)
    floor = POLICIES[policy]().floor / len(ARMS)  # type: ignore[attr-defined]  # all have one
    return Log(means, z, min(event["propensity"] for event in events), floor)


@pytest.mark.parametrize("policy", POLICIES)
def test_logged_probabilities_are_true(policy: str) -> None:
    """Weighed by 1/p, every arm was chosen once a decision; and no probability is below the floor.

    Four standard errors: at three, one in thirty of these twelve would be off by luck.
    """
    log = read(policy, SHORT)
    assert max(map(abs, log.z.values())) < 4
    assert log.least >= log.floor * (1 - 1e-9)


def main(decisions: int) -> int:
    """Print a line per policy and action; return 1 if a mean is not 1 within 3 standard errors."""
    wrong = 0
    for policy in POLICIES:
        log = read(policy, decisions)
        for arm in ARMS:
            wrong += abs(log.z[arm]) > 3
            print(f"{policy:16} {arm:10} mean {log.means[arm]:.4f}  z {log.z[arm]:+.2f}")
        wrong += log.least < log.floor * (1 - 1e-9)
        print(f"{policy:16} least probability {log.least:.5f}, floor {log.floor:.5f}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
