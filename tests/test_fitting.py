from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import eppo_client
import pytest

from banditware import Bandit
from banditware.eppo import EppoClient
from banditware.eppo.sharding import shard
from banditware.fitting import Fitted, UnfittableError, fitted, flags
from banditware.snapshot import ExperimentSnapshot

NOW = "2026-01-01T00:00:00.000Z"

CONTEXT = {
    "age": "numeric",
    "country": {"type": "categorical", "levels": ["GB", "US", "Côte d'Ivoire"]},
}
ACTION_CONTEXT = {"price": "numeric", "tier": {"type": "categorical", "levels": ["gold", "no 1"]}}
SHOE = {"context": CONTEXT, "action_context": ACTION_CONTEXT, "arms": ["adidas", "nike", "puma"]}


def somebody(chance: random.Random) -> dict[str, Any]:
    """Return attributes of a subject, of whom some are not known."""
    known = {"age": chance.gauss(40, 12), "country": chance.choice(["GB", "US", "Côte d'Ivoire"])}
    return {name: value for name, value in known.items() if chance.random() < 0.9}


def shoes(chance: random.Random) -> dict[str, dict[str, Any]]:
    """Return some actions."""
    names = chance.sample(["adidas", "nike", "puma", "unheard-of"], chance.randint(1, 4))
    return {
        name: {"price": chance.uniform(10, 90), "tier": chance.choice(["gold", "no 1"])}
        for name in names
    }


def learnt(experiment: Mapping[str, Any], seed: int = 1) -> Bandit:
    """Return a bandit that has learnt from a thousand rewards."""
    bandit = Bandit.from_config(
        {
            "secret_keys": "a key of the tests that is long enough",
            "store": "memory://",
            "refresh": "1h",
            "experiments": {"shoe": experiment},
        }
    )
    chance = random.Random(seed)
    bandit._ground.random.seed(seed)
    for number in range(1_000):
        actions = None if bandit.settings.experiments[0].arms else shoes(chance)
        decision = bandit.decide("shoe", context=somebody(chance), actions=actions)
        bandit.reward(decision, chance.random() + (decision.arm == "nike"))
        if number % 250 == 0:
            bandit.flush()
    bandit.flush()
    return bandit


def snapshot(bandit: Bandit) -> ExperimentSnapshot:
    """Return what it knows of its experiment."""
    return bandit._ground.snapshot.experiments["shoe"]


@pytest.fixture(params=[1, 2])
def bandit(request: pytest.FixtureRequest) -> Iterator[Bandit]:
    with learnt(SHOE, request.param) as made:
        yield made


def fit(bandit: Bandit) -> Fitted:
    """Return the file for what a bandit knows."""
    return fitted([snapshot(bandit)], now=NOW)


def drawn(shares: Mapping[str, float], subject: str) -> str:
    """Return the action that Eppo's hash draws from these probabilities."""
    names = sorted(shares, key=lambda name: (shard(f"shoe-{subject}-{name}", 10_000), name))
    at, reached = shard(f"shoe-{subject}", 10_000) / 10_000, 0.0
    for name in names:
        reached += shares[name]
        if reached > at:
            return name
    return names[-1]


def test_eppo_serves_what_was_learnt(bandit: Bandit) -> None:
    """Eppo's SDK draws the actions of our `igw`, with its probabilities, 1,000 times of 1,000."""
    told: list[Mapping[str, Any]] = []

    class Logger(eppo_client.AssignmentLogger):
        def log_bandit_action(self, event: dict[str, Any]) -> None:
            told.append(event)

    config = eppo_client.ClientConfig(
        api_key="none",
        assignment_logger=Logger(),
        poll_interval_seconds=None,
        initial_configuration=eppo_client.Configuration(
            flags_configuration=json.dumps(flags(["shoe"], now=NOW)).encode(),
            bandits_configuration=json.dumps(fit(bandit).models).encode(),
        ),
    )
    client = eppo_client.init(config)
    chooser = snapshot(bandit).chooser
    assert chooser is not None
    chance = random.Random(7)
    for number in range(1_000):
        context, actions, subject = somebody(chance), shoes(chance), f"user-{number}"
        _, shares = chooser.weighed(context, actions)
        by_name = dict(zip(actions, shares, strict=True))
        served = client.get_bandit_action("shoe", subject, context, actions, "none")
        assert served.variation == "shoe"
        assert served.action == drawn(by_name, subject)
        assert told[-1]["actionProbability"] == pytest.approx(by_name[served.action], abs=1e-9)
        assert told[-1]["modelVersion"] == f"shoe@1-{snapshot(bandit).version}"
    assert len(told) == 1_000


def test_our_own_client_serves_it(bandit: Bandit) -> None:
    """The file is one that `banditware.eppo` reads, too."""
    client = EppoClient.from_files(flags(["shoe"], now=NOW), fit(bandit).models)
    action = client.get_bandit_action("shoe", "user-1", {"age": 30.0}, {"nike": {}}, "none").action
    assert action == "nike"


def test_actions_of_callers_are_written() -> None:
    """Actions that were shown are there, although the configuration has none."""
    with learnt({key: SHOE[key] for key in ("context", "action_context")}) as bandit:
        data = fit(bandit).models["bandits"]["shoe"]["modelData"]
    assert set(data["coefficients"]) == {"adidas", "nike", "puma", "unheard-of"}


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        (
            {"context": None, "action_context": None, "policy": "thompson-normal"},
            "learns from no context",
        ),
        ({"policy": "linucb"}, "has policy linucb: Eppo serves igw alone"),
        ({"model": "shared"}, "use `model: per-arm`"),
        ({"hashed": 8}, "set `hashed: 0`"),
    ],
)
def test_what_eppo_cannot_say_is_refused(change: Mapping[str, Any], mend: str) -> None:
    """Nothing is written that would serve something else, and the message says what to do."""
    experiment = {key: value for key, value in {**SHOE, **change}.items() if value is not None}
    with (
        learnt(experiment) as bandit,
        pytest.raises(UnfittableError, match=mend),
    ):
        fit(bandit)


def test_small_differences_are_told() -> None:
    """Ranges and unknown levels have no place in the file."""
    context = {"age": {"type": "numeric", "range": [20, 60]}, "country": "categorical"}
    with learnt({"context": context, "arms": ["nike", "puma"]}) as bandit:
        chance = random.Random(3)
        for number in range(100):
            decision = bandit.decide("shoe", context={"country": f"{number}"})
            bandit.reward(decision, chance.random())
        bandit.flush()
        assert fit(bandit).notes == (
            "shoe: values of 'age' outside of its range are not cut",
            "shoe: an unknown level of 'country' counts as missing",
        )
