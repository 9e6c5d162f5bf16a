"""What a registry gets from our collector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from banditware.alarms import Alarm
from banditware.counts import HOLDOUT
from banditware.errors import StoreError
from banditware.prometheus import BanditCollector
from banditware.prometheus.counting import MOST, OTHERS, labelled
from banditware.stores.memory import MemoryStore
from tests.support import Stand, Watch, put, stand

pytestmark = pytest.mark.usefixtures("calm")


def registered(here: Stand, **more: Any) -> CollectorRegistry:
    """Return a registry that has the stand's bandit."""
    registry = CollectorRegistry(auto_describe=True)
    registry.register(BanditCollector(here.bandit, **more))
    return registry


def values(registry: CollectorRegistry, name: str, label: str) -> dict[str, float]:
    """Return the samples of a name, by one of their labels."""
    return {
        sample.labels[label]: sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }


def counted(
    fields: Mapping[str, float], button: Mapping[str, Any] | None = None, **top: Any
) -> Stand:
    """Return a stand that others have counted for."""
    store = MemoryStore()
    put(store, fields)
    return stand(button, store=store, **top)


def test_an_arm_that_earned_nothing_is_at_zero() -> None:
    """Every arm has its rewards from the start, so that the first one is an increase."""
    registry = registered(counted({"n/red/0": 4}))
    assert values(registry, "banditware_pulls_total", "arm") == {"red": 4, "green": 0}
    assert values(registry, "banditware_rewards_total", "arm") == {"red": 0, "green": 0}
    assert values(registry, "banditware_propensity", "arm") == {"red": 0.5, "green": 0.5}


def test_goals_and_sums() -> None:
    """Every goal is counted by itself, and a sum may be below zero."""
    fields = {
        "n/red/0": 4,
        "k/red/0/reward": 2,
        "s/red/0/reward": 2,
        "k/red/0/refund": 1,
        "s/red/0/refund": -9.5,
    }
    registry = registered(counted(fields))
    labels = {"experiment": "button", "version": "1", "arm": "red"}
    names = ("banditware_rewards_total", "banditware_reward_amount")
    found = {
        goal: [registry.get_sample_value(name, {**labels, "goal": goal}) for name in names]
        for goal in ("reward", "refund", "none")
    }
    assert found == {"reward": [2, 2], "refund": [1, -9.5], "none": [None, None]}


def test_the_holdout_is_an_arm_of_its_own() -> None:
    """The holdout is counted apart, so that sums over arms can leave it out."""
    registry = registered(counted({"n/red/0": 4, f"n/{HOLDOUT}/0": 2}, {"holdout": 0.1}))
    assert values(registry, "banditware_pulls_total", "arm") == {"red": 4, "green": 0, HOLDOUT: 2}


def test_a_removed_arm_is_still_counted() -> None:
    """What an arm earned that is no more stays, and nobody is shown it."""
    registry = registered(counted({"n/red/0": 4, "n/old/0": 7}))
    assert values(registry, "banditware_pulls_total", "arm") == {"red": 4, "green": 0, "old": 7}
    assert "old" not in values(registry, "banditware_propensity", "arm")


def test_arms_that_the_app_names_are_bounded() -> None:
    """Beyond a hundred names that the configuration does not have, the rest is one series."""
    names = [f"shoe-{number:03}" for number in range(MOST + 20)]
    fields = {f"n/{name}/0": 1 for name in names}
    registry = registered(counted(fields, experiments={"button": {"policy": "igw"}}))
    found = values(registry, "banditware_pulls_total", "arm")
    assert (len(found), found[OTHERS], sum(found.values())) == (MOST + 1, 20, MOST + 20)
    assert values(registry, "banditware_propensity", "arm") == {}


@given(st.lists(st.text(max_size=2), max_size=3 * MOST), st.text(max_size=2))
def test_what_the_rest_is_only_grows(names: list[str], new: str) -> None:
    """Whatever name comes, none leaves the rest: its counter never goes back."""
    before = labelled(names, ["red"])
    after = labelled([*names, new], ["red"])
    rest = {name for name, label in before.items() if label == OTHERS}
    assert rest <= {name for name, label in after.items() if label == OTHERS}
    assert after["red"] == "red"
    assert len(set(after.values())) <= MOST + 2


def test_registering_asks_nobody() -> None:
    """A registry learns the names without a question to the store, and notices a second one."""
    here = counted({"n/red/0": 4})
    here.watch.now += 10_000
    registry = registered(here)
    assert values(registry, "banditware_pulls_total", "arm")["red"] == 4
    with pytest.raises(ValueError, match="uplicate"):
        registry.register(BanditCollector(here.bandit))


def test_how_a_process_is_can_be_left_out() -> None:
    """The totals are the same on all processes; the rest has the id of one."""
    here = counted({})
    pid = str(here.bandit.health().pid)
    assert values(registered(here), "banditware_spool_backlog_bytes", "pid") == {pid: 0}
    assert values(registered(here), "banditware_request_seconds_count", "pid") == {}
    assert b"pid" not in generate_latest(registered(here, process=False))


def test_what_a_process_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first exchange nobody knows whether the store can be reached."""
    here = counted({})
    health = here.bandit.health()
    unknown = health._replace(reachable=None, counts_age=None)
    monkeypatch.setattr(here.bandit, "health", lambda: unknown)
    assert values(registered(here), "banditware_store_reachable", "pid") == {}
    unknown = health._replace(reachable=False)
    assert values(registered(here), "banditware_store_reachable", "pid") == {str(health.pid): 0}


def test_what_requests_cost() -> None:
    """With `metrics`, requests are in a histogram whose last bucket has all of them."""
    here = stand(metrics={})
    surfer = here.surfer()
    for _ in range(3):
        surfer.ask()
    registry = registered(here)
    buckets = values(registry, "banditware_request_seconds_bucket", "le")
    assert list(buckets.values()) == sorted(buckets.values())
    assert buckets["+Inf"] == 3
    (total,) = values(registry, "banditware_request_seconds_sum", "pid").values()
    assert total > 0


def test_what_operators_let_it_do() -> None:
    """The state of every experiment is a label, and the kill switch is a number."""
    here = counted({})
    pid = str(here.bandit.health().pid)
    assert values(registered(here), "banditware_experiment_state", "state") == {"running": 1}
    here.bandit.control("pause", "button")
    assert values(registered(here), "banditware_experiment_state", "state") == {"paused": 1}
    assert values(registered(here), "banditware_killed", "pid") == {pid: 0}
    here.bandit.control("kill")
    assert values(registered(here), "banditware_killed", "pid") == {pid: 1}


def test_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is a series, looked for every ten seconds: looking asks the store."""
    here = counted({})
    twice = Alarm("guardrail", "button", "red", None, "it errs", "mend it")
    raised = [Alarm("no_rewards", "button", "", None, "nobody buys", "look"), twice, twice]
    monkeypatch.setattr(here.bandit, "alarms", lambda: [*raised])
    clock = Watch()
    monkeypatch.setattr("banditware.prometheus.monotonic", clock)
    registry = registered(here, patience=60)
    both = {"no_rewards": 1, "guardrail": 1}
    assert values(registry, "banditware_alarm", "kind") == both
    assert generate_latest(registry).count(b'kind="guardrail"') == 1
    raised.clear()
    assert values(registry, "banditware_alarm", "kind") == both
    clock.now += 10
    assert values(registry, "banditware_alarm", "kind") == {}


class Away(MemoryStore):
    """A store that can be away."""

    away = False

    def exchange(self, *given: Any) -> Any:
        """Exchange, or not."""
        if self.away:
            raise StoreError("memory://", "away")
        return super().exchange(*given)


def test_an_alarm_that_rings() -> None:
    """A store that is away for a while is an alarm, and the last counts are still shown."""
    store = Away()
    put(store, {"n/red/0": 4})
    here = stand(store=store)
    store.away = True
    with pytest.raises(StoreError):
        here.bandit.refresh()
    here.watch.now += 60
    registry = registered(here, patience=60)
    assert values(registry, "banditware_alarm", "kind") == {"store": 1}
    assert values(registry, "banditware_store_reachable", "pid") == {
        str(here.bandit.health().pid): 0
    }
    assert values(registry, "banditware_pulls_total", "arm")["red"] == 4
