"""What becomes of one experiment when its declaration changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from banditware.model import Experiment
from banditware.planning import texts
from banditware.planning.differences import (
    ADDED,
    AFRESH,
    CHANGED,
    GONE,
    Difference,
    number,
)
from banditware.planning.used import ArmUse, Use


class Aspect(NamedTuple):
    """Something that an experiment declares and that may change while its counts go on.

    Attributes:
        what: what it is called.
        text: says it of an experiment.
        effect: what comes of a change.
    """

    what: str
    text: Callable[[Experiment], str]
    effect: str


#: Everything but name, version, arms and goal.
ASPECTS = (
    Aspect("policy", texts.policy, "counts are kept; it draws by the new rule at once"),
    Aspect(
        "context",
        texts.context,
        "counts are kept; what was learnt of attributes that are gone weighs no more",
    ),
    Aspect("default", lambda each: each.default or "none", "who takes no part sees the new one"),
    Aspect(
        "sticky",
        lambda each: texts.duration(each.sticky),
        "holds for remembered visitors at once: whose arm is older is decided anew",
    ),
    Aspect(
        "attribution",
        lambda each: texts.duration(each.attribution),
        "counts are kept; it holds for rewards from now on, of older decisions as well",
    ),
    Aspect(
        "holdout",
        lambda each: texts.share(each.holdout),
        "counts are kept; who is in by the new share is decided by it at the next request",
    ),
    Aspect(
        "reward_range",
        lambda each: "none" if each.reward_range is None else f"{list(each.reward_range)}",
        "what was learnt was mapped by the old range: with another `version` counts begin afresh",
    ),
    Aspect(
        "count",
        lambda each: ", ".join(sorted(each.methods)) or "none",
        "counts are kept; from now on other decisions are pulls",
    ),
    Aspect(
        "targeting",
        lambda each: texts.targeting(each.targeting),
        "counts are kept; who takes no part any more sees the default",
    ),
)


def appearing(new: Experiment, use: Use | None) -> Iterator[Difference]:
    """Yield that an experiment is there that was not declared before.

    Args:
        new: the experiment.
        use: what was counted of its version in former times, if anything.
    """
    arms = ", ".join(arm.name for arm in new.arms) or "what the app names"
    effect = f"begins with no pulls: {texts.policy(new)} over {arms}"
    if use is not None:
        effect = f"goes on with {number(use.pulls, 'pull')} of former times"
    yield Difference(ADDED, new.name, "experiment", "", "", effect)


def vanishing(name: str, uses: list[Use]) -> Difference:
    """Return that an experiment is declared no more."""
    pulls, rewards = (
        sum(found) for found in zip(*((u.pulls, u.rewards) for u in uses), strict=True)
    )
    kept = f"{number(pulls, 'pull')} and {number(rewards, 'reward')} stay in the store"
    return Difference(
        GONE, name, "experiment", "", "", f"{kept}; nothing is decided or rewarded any more"
    )


def versions(new: Experiment, before: str, uses: list[Use]) -> Iterator[Difference]:
    """Yield that counts begin afresh, or go on with those of an earlier version."""
    if before == new.version:
        return
    by_version = {use.version: use for use in uses}
    left, found = by_version.get(before, Use(before)), by_version.get(new.version)
    begin = "begin afresh"
    if found is not None:
        begin = f"go on with {number(found.pulls, 'pull')} of that version"
    yield Difference(
        CHANGED if found is not None else AFRESH,
        new.name,
        "version",
        before,
        new.version,
        f"counts {begin}; {number(left.pulls, 'pull')} and {number(left.rewards, 'reward')} stay "
        f"under version {before}; remembered visitors are decided anew",
    )


def arms_gone(new: Experiment, before: set[str], use: Use) -> Iterator[Difference]:
    """Yield the arms that are declared no more."""
    for name in sorted(before - {arm.name for arm in new.arms}):
        pulls = use.arms.get(name, ArmUse()).pulls
        verbs = ("stays", "weighs") if pulls == 1 else ("stay", "weigh")
        effect = f"{number(pulls, 'pull')} {verbs[0]} in the store and {verbs[1]} no more"
        if new.sticky is not None:
            effect += "; visitors who have it are decided anew"
        yield Difference(GONE, new.name, f"arm {name}", "", "", effect)


def arms_added(new: Experiment, before: set[str], use: Use) -> Iterator[Difference]:
    """Yield the arms that were not declared before."""
    for arm in new.arms:
        if arm.name not in before:
            pulls = use.arms.get(arm.name, ArmUse()).pulls
            effect = f"goes on with {number(pulls, 'pull')}" if pulls else "begins with no pulls"
            yield Difference(ADDED, new.name, f"arm {arm.name}", "", texts.arm(arm), effect)


def arms_changed(new: Experiment, old: Experiment) -> Iterator[Difference]:
    """Yield the arms that show something else."""
    before = {arm.name: arm for arm in old.arms}
    for arm in new.arms:
        if arm.name in before and arm != before[arm.name]:
            yield Difference(
                CHANGED,
                new.name,
                f"arm {arm.name}",
                texts.arm(before[arm.name]),
                texts.arm(arm),
                "counts are kept: they are of both; with another `version` they begin afresh",
            )


def goals(new: Experiment, before: str, use: Use) -> Iterator[Difference]:
    """Yield that another goal is maximised."""
    if new.goal == before:
        return
    there = number(use.goals.get(new.goal, 0), "reward")
    policy = (new.context or new).policy
    effect = f"counts of every goal are kept; {policy.name} goes by {there} of {new.goal} so far"
    if new.context is not None or new.policy.unit_rewards:
        effect = (
            f"counts of every goal are kept ({there} of {new.goal} so far); {policy.name} learns "
            f"from rewards of {new.goal} that come from now on"
        )
    yield Difference(CHANGED, new.name, "goal", before, new.goal, effect)


def aspects(new: Experiment, old: Experiment) -> Iterator[Difference]:
    """Yield everything else that is declared otherwise."""
    for aspect in ASPECTS:
        before, after = aspect.text(old), aspect.text(new)
        if before != after:
            yield Difference(CHANGED, new.name, aspect.what, before, after, aspect.effect)
