"""What the log is for: who reads it gets the counts, and unbiased sums."""

from __future__ import annotations

import json
import math
import random

import pytest
from jsonschema import Draft202012Validator

from banditware.events.schema import log_schema
from tests.log.support import PATIENCE, PAYING, Log, logged
from tests.support import CRAWLER, Stand, Surfer

pytestmark = pytest.mark.usefixtures("calm", "unwritten")

VALIDATOR = Draft202012Validator(log_schema())


def test_every_event_follows_the_schema() -> None:
    """What a day of visits leaves in the log is valid."""
    _, log = _day()
    for event in log:
        VALIDATOR.validate(json.loads(json.dumps(event)))
    assert len(log) > 300


def test_the_log_replays_the_counts() -> None:
    """Who adds up the log as the documentation says gets exactly the counts of the store."""
    here, log = _day()
    snapshot = here.bandit._ground.snapshot.experiments["button"]
    assert _replayed(log) == pytest.approx(dict(snapshot.fields), rel=1e-12)
    assert {"drawn", "sticky", "prefetch", "holdout", "bot"} <= {
        event["reason"] for event in log.of("decision")
    }
    assert {None, "no_decision", "late"} <= {event["excluded"] for event in log.of("reward")}
    assert any(event["clipped"] for event in log.of("reward"))


def _day() -> tuple[Stand, Log]:
    """Return a stand after many visits of every kind, and its log."""
    button = {"policy": "thompson", "holdout": 0.2, "reward_range": [0, 2], "attribution": "1d"}
    here, log = logged(button, routes=PAYING)
    chance = random.Random(5)
    surfers = [here.surfer() for _ in range(60)]
    for _ in range(600):
        here.watch.now += chance.expovariate(1 / 300)
        _something(chance, surfers)
        if chance.random() < 0.05:
            here.bandit.flush()
        decision = here.bandit.decide("button", subject=str(chance.random()))
        if chance.random() < 0.3:
            here.bandit.reward(decision, chance.uniform(0, 3), goal=chance.choice([None, "cart"]))
    here.bandit.flush()
    here.bandit.settle(PATIENCE)
    return here, log


def _something(chance: random.Random, surfers: list[Surfer]) -> None:
    """Let somebody do something."""
    surfer = chance.choice(surfers)
    kind = chance.random()
    if kind < 0.3:
        surfer.buy(answer=[("x-total", str(chance.uniform(0, 3)))])
    elif kind < 0.4:
        surfer.ask(sec_purpose="prefetch")
        for copy in (Surfer(surfer.bandit, surfer.cookie), surfer):
            copy.ask()
    elif kind < 0.45:
        surfer.ask(user_agent=CRAWLER)
    else:
        surfer.ask(
            status=chance.choice([200, 200, 302, 500]), method=chance.choice(["GET", "HEAD"])
        )


def _replayed(log: Log) -> dict[str, float]:
    """Return the counts of one experiment version, from its log alone."""
    sums: dict[str, float] = {}
    known: set[tuple[str, str]] = set()

    def add(field: str, delta: float = 1) -> None:
        sums[field] = sums.get(field, 0) + delta

    for event in log:
        held = event.get("holdout") or event.get("reason") == "holdout"
        arm = "*holdout" if held else event["arm"]
        if event["excluded"]:
            add(f"x/{event['excluded']}")
        if not event["counted"] and event["excluded"] != "holdout":
            continue
        once = (event["decision_id"], event.get("goal", ""))
        if event.get("once", True) and once in known:
            add("x/duplicate")
            continue
        known.add(once)
        if event["kind"] == "decision":
            add(f"n/{arm}/{event['cohort']}")
            continue
        key, amount = f"{arm}/{event['cohort']}/{event['goal']}", event["amount"]
        for field, delta in (("k", 1), ("s", amount), ("q", amount * amount)):
            add(f"{field}/{key}", delta)
        if event["unit"] is not None:
            add(f"m/{key}", event["unit"])
            add(f"w/{key}", event["unit"] / event["propensity"])
            add(f"d/{int(max(0.0, event['delay'])).bit_length()}/{event['goal']}")
        if event["clipped"]:
            add("x/clipped")
    return sums


def test_the_probabilities_add_up() -> None:
    """Over many decisions, the mean of indicators divided by their probability is 1 per arm."""
    arms = {"a": 1, "b": 2, "c": 3}
    policy = {"name": "fixed", "weights": {"a": 1, "b": 2, "c": 7}}
    experiment = {"arms": arms, "policy": policy, "default": "a"}
    here, log = logged(experiment)
    number = 4_000
    for _ in range(number):
        here.bandit.decide("button")
    here.bandit.settle(PATIENCE)
    for arm in arms:
        weights = [1 / each["propensity"] if each["arm"] == arm else 0.0 for each in log]
        mean = math.fsum(weights) / number
        error = math.sqrt(math.fsum((each - mean) ** 2 for each in weights)) / number
        assert abs(mean - 1) < 3 * error
