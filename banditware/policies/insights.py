"""What policies compute on the way to their probabilities, for those who ask why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from banditware.model import Policy, Statistics
from banditware.policies import filling, kl_ucb, ucb_tuned
from banditware.policies.thompson import Thompson, best_arm
from banditware.policies.thompson_normal import ThompsonNormal
from banditware.policies.top_two_thompson import TopTwoThompson
from banditware.policies.ucb1 import Ucb1
from banditware.policies.vectors import Vector


def insights(policy: Policy, statistics: Statistics) -> Mapping[str, Vector]:
    """Return by name what a policy knows of the arms, one number for each of them.

    | name | |
    |---|---|
    | `best` | the probability that the arm is the best one |
    | `bound` | its upper confidence bound at the beginning of a batch; infinite without pulls |
    | `before_floor` | its probability before every arm gets its floor, unless that is `best` |

    Nothing where the policy is not asked: with a single arm, and before the first pull.
    """
    if len(statistics.arms) < 2 or not any(statistics.pulls):
        return {}
    found = {name: tell(policy, statistics) for name, tell in _TELLS.get(policy.name, {}).items()}
    if hasattr(policy, "floor"):
        name = "best" if policy.name in _BY_BEST else "before_floor"
        found[name] = _bare(policy).probabilities(statistics)
    return found


def _bare(policy: Any) -> Policy:
    """Return a policy without its floor."""
    found: Policy = replace(policy, floor=0.0)
    return found


#: Policies that play by the probability of being the best, and nothing else.
_BY_BEST = frozenset({Thompson.name, ThompsonNormal.name})

_Tell = Callable[[Any, Statistics], Vector]


def _bound(index: filling.Index) -> _Tell:
    return lambda _policy, statistics: filling.indices(index, statistics)


_TELLS: Mapping[str, Mapping[str, _Tell]] = {
    TopTwoThompson.name: {"best": lambda _policy, statistics: best_arm(statistics)},
    Ucb1.name: {"bound": lambda policy, statistics: filling.indices(policy.index, statistics)},
    ucb_tuned.UcbTuned.name: {"bound": _bound(ucb_tuned.index)},
    kl_ucb.KlUcb.name: {"bound": _bound(kl_ucb.index)},
}
