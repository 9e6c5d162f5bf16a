"""What Flask-MAB has counted, from the file of its JSONBanditStorage to fields of our ledgers.

The file says of each experiment which arms it has, how often each was pulled, and the sum of what
it earned; not how many rewards that were, nor when or with what probability an arm was chosen. So
all rewards are taken to be of one amount, all counts to be of long ago, and the share of the pulls
that an arm got to be its propensity.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from banditware.config import Settings
from banditware.counts import Gathered, Learnt, gathered
from banditware.crediting import Reward, refuse_unlearnable, to_unit
from banditware.errors import RewardError, suggestion
from banditware.model import Experiment


class Counted(NamedTuple):
    """What Flask-MAB has counted for an arm.

    Attributes:
        pulls: pulls.
        reward: sum of its rewards.
    """

    pulls: int
    reward: float


#: By experiment and arm.
Past = Mapping[str, Mapping[str, Counted]]


class PastError(ValueError):
    """What Flask-MAB has counted cannot be taken over, and why."""


def read_past(path: Path) -> Past:
    """Return what a file of JSONBanditStorage holds.

    Raises:
        PastError: it cannot be read, or is no such file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PastError(f"{path}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise PastError(f"{path}: no file of JSONBanditStorage: an object was expected")
    return {name: _arms(f"{path}: {name}", bandit) for name, bandit in found.items()}


def _arms(place: str, bandit: Any) -> dict[str, Counted]:
    """Return the arms of one experiment; of two with one id, Flask-MAB counts for the first."""
    columns = [bandit.get(key) if isinstance(bandit, dict) else None for key in _KEYS]
    if not all(isinstance(column, list) for column in columns):
        raise PastError(f"{place}: must have lists called {', '.join(_KEYS)}")
    if len({len(column) for column in columns}) > 1:  # type: ignore[arg-type]  # all are lists
        raise PastError(f"{place}: its lists have different lengths")
    arms: dict[str, Counted] = {}
    for arm, pulls, reward in zip(*columns, strict=True):
        if not (_whole(pulls) and _finite(reward)):
            raise PastError(f"{place}.{arm}: pulls and reward must be numbers, pulls whole ones")
        arms.setdefault(str(arm), Counted(int(pulls), float(reward)))
    return arms


_KEYS = ("arms", "pulls", "reward")


def _finite(number: object) -> bool:
    return type(number) in (int, float) and math.isfinite(number)  # type: ignore[arg-type]  # is one


def _whole(number: object) -> bool:
    return type(number) is int and number >= 0


def known_of(past: Past, settings: Settings) -> Past:
    """Return the part of the past whose experiments and arms the configuration has."""
    arms = {each.name: {arm.name for arm in each.arms} for each in settings.experiments}
    return {
        name: {arm: counted for arm, counted in counts.items() if arm in arms[name]}
        for name, counts in past.items()
        if name in arms
    }


def strangers(past: Past, settings: Settings) -> list[str]:
    """Return what the configuration does not know, each with the name that may be meant."""
    arms = {each.name: [arm.name for arm in each.arms] for each in settings.experiments}
    found = []
    for name, counts in past.items():
        if name not in arms:
            found.append(f"there is no experiment {name!r}{suggestion(name, arms)}")
            continue
        found += [
            f"{name} has no arm {arm!r}{suggestion(arm, arms[name])}"
            for arm in counts
            if arm not in arms[name]
        ]
    return found


def fields_of(
    experiment: Experiment, counts: Mapping[str, Counted], amount: float
) -> dict[str, float]:
    """Return what the past of an experiment adds to its ledger.

    Args:
        experiment: the experiment.
        counts: what was counted for its arms.
        amount: what one reward was.

    Raises:
        PastError: it learns from contexts, or cannot learn from such amounts, or a sum is not
            made of them.
    """
    if experiment.context is not None:
        raise PastError(f"{experiment.name} is contextual, and nobody knows these pulls' contexts")
    try:
        refuse_unlearnable(experiment, Reward(amount))
    except RewardError as error:
        raise PastError(str(error)) from None
    unit = to_unit(amount, experiment)[0]
    pulls = sum(counted.pulls for counted in counts.values())
    fields: dict[str, float] = {}
    for arm, counted in counts.items():
        rewards = _rewards(f"{experiment.name}.{arm}", counted.reward, amount)
        share = counted.pulls / pulls if counted.pulls else 1.0
        found = Gathered(counted.pulls, rewards, amount, Learnt(unit, share, 0.0))
        fields |= gathered(arm, goal=experiment.goal, found=found)
    return fields


def _rewards(place: str, total: float, amount: float) -> int:
    rewards = total / amount
    if rewards < 0 or abs(rewards - round(rewards)) > _ROUNDING * max(1.0, rewards):
        raise PastError(
            f"{place} earned {total:g}, which is no whole number of rewards of {amount:g}: "
            "say what one reward was with --amount"
        )
    return round(rewards)


#: Sums of many decimal fractions are not exact.
_ROUNDING = 1e-6
