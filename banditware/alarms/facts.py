"""The facts behind alarms, from a store; what only a process knows comes from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from banditware.alarms.rules import SKEW, Known
from banditware.control import Controls, effective
from banditware.counts import HOLDOUT, Fields
from banditware.dating import HOUR
from banditware.drawing import drawn_sums
from banditware.errors import StoreError
from banditware.model import Experiment
from banditware.stores.base import Store
from banditware.targeting import halted_by

#: When a default arm was found to be beyond a limit, and how; by experiment, arm and guard.
Breaches = Mapping[tuple[str, str, str], tuple[float, str]]


class Looked(NamedTuple):
    """What a look into the store has shown.

    Attributes:
        experiments: what is known of each experiment.
        skews: by how many seconds clocks are ahead of ours, by whose they are.
    """

    experiments: list[Known]
    skews: dict[str, float]


def look(
    store: Store,
    experiments: Iterable[Experiment],
    clock: Callable[[], float],
    breaches: Breaches | None = None,
) -> Looked:
    """Return the facts that a store holds.

    Args:
        store: the store.
        experiments: the experiments as they are under what operators changed.
        clock: seconds since the epoch.
        breaches: of default arms.

    Raises:
        StoreError: it cannot be reached.
    """
    now = clock()
    known = [_known(each, store.aside(each.ledger), now, breaches or {}) for each in experiments]
    skews = _skews(store, clock)
    hours = [hour for each in known for hour in each.pulls]
    ahead = max(hours, default=0) - now
    if ahead >= SKEW:
        skews["another host"] = ahead
    return Looked(known, skews)


def under(experiments: Iterable[Experiment], controls: Controls) -> list[Experiment]:
    """Return experiments as they are under what operators changed."""
    killed = bool(controls.killed)
    return [effective(each, controls.of(each.name), killed=killed) for each in experiments]


def _known(experiment: Experiment, aside: Fields, now: float, breaches: Breaches) -> Known:
    targeting = experiment.targeting
    timely = targeting is None or targeting.start + HOUR <= now <= targeting.end
    pulls: dict[int, float] = {}
    rewards: dict[int, float] = {}
    excluded: dict[tuple[str, int], float] = {}
    for name, number in aside.items():
        kind, _, rest = name.partition("/")
        owner, _, rest = rest.partition("/")
        when, _, goal = rest.partition("/")
        if kind == "~x":
            excluded[owner, int(when)] = number
        elif kind == "~n" and owner != HOLDOUT:
            pulls[int(when)] = pulls.get(int(when), 0.0) + number
        elif kind == "~k" and goal == experiment.goal:
            rewards[int(when)] = rewards.get(int(when), 0.0) + number
    return Known(
        experiment=experiment.name,
        running=timely and not halted_by(targeting),
        now=now,
        pulls=pulls,
        rewards=rewards,
        excluded=excluded,
        drawn=drawn_sums(aside),
        breaches={k[1:]: found for k, found in breaches.items() if k[0] == experiment.name},
    )


def _skews(store: Store, clock: Callable[[], float]) -> dict[str, float]:
    """Return by how much the clocks of the store's servers are ahead, where it has any."""
    ask = getattr(store, "ask", None)
    if ask is None:
        return {}
    before = clock()
    try:
        answers = ask("TIME")
    except StoreError:  # it forbids the question
        return {}
    middle = (before + clock()) / 2.0
    ahead = [float(seconds) + float(micros) / 1e6 - middle for seconds, micros in answers]
    return {"the store": max(ahead, key=abs)}
