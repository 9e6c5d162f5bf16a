"""From a flag and a subject to a variation: pure, and with all that was looked at.

The order is that of Eppo's SDKs: the first allocation that is on, whose rules hold and one of whose
splits has the subject, wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banditware.conditions import Condition
from banditware.eppo.flags import Allocation, Flag, Misfit, Shard, Split
from banditware.eppo.sharding import shard
from banditware.eppo.values import TYPES, Value

#: Codes of an allocation.
UNEVALUATED = "UNEVALUATED"
MATCHED = "MATCH"
BEFORE_START = "BEFORE_START_TIME"
AFTER_END = "AFTER_END_TIME"
FAILING_RULE = "FAILING_RULE"
EXPOSURE_MISS = "TRAFFIC_EXPOSURE_MISS"

#: What an unusable flag or split is, to whoever asks.
OUTDATED = (
    "Configuration error. This might indicate that you're using an outdated version of Eppo SDK"
)
UNEXPECTED = "unexpected configuration received from the server, try upgrading Eppo SDK"


class Subject(NamedTuple):
    """Whom a flag is evaluated for.

    Attributes:
        key: the subject's id.
        attributes: its attributes.
    """

    key: str
    attributes: Mapping[str, Any]

    def looked_up(self) -> dict[str, Any]:
        """Return the attributes that conditions see: `id` is the key if there is none."""
        return {"id": self.key, **self.attributes}


class Failure(NamedTuple):
    """Why there is no variation.

    Attributes:
        code: code of the evaluation.
        description: what details say.
        error: what is raised while graceful mode is off; empty for what is no mistake.
    """

    code: str
    description: str
    error: str = ""


#: There are no files yet.
NO_CONFIGURATION = Failure("CONFIGURATION_MISSING", "Configuration has not been fetched yet")

#: The flag's entry in the file cannot be read.
UNREADABLE = Failure(
    "UNEXPECTED_CONFIGURATION_ERROR",
    OUTDATED,
    "error parsing configuration, try upgrading Eppo SDK",
)

#: A split names a variation that the flag does not have.
NO_VARIATION = Failure("UNEXPECTED_CONFIGURATION_ERROR", OUTDATED, UNEXPECTED)

#: Everybody else.
NO_ALLOCATION = Failure(
    "DEFAULT_ALLOCATION_NULL",
    'No allocations matched. Falling back to "Default Allocation", serving NULL',
)


class RuleLook(NamedTuple):
    """A rule that was looked at: each condition with the attribute's value and its answer."""

    matched: bool
    conditions: list[tuple[Condition, Any, bool]]


class SplitLook(NamedTuple):
    """A split that was looked at: each shard with the subject's place and its answer."""

    split: Split
    matched: bool
    shards: list[tuple[Shard, int, bool]]


@dataclass(slots=True)
class AllocationLook:
    """An allocation that was looked at, with its code."""

    allocation: Allocation
    code: str = UNEVALUATED
    rules: list[RuleLook] = field(default_factory=list)
    splits: list[SplitLook] = field(default_factory=list)


class Evaluation(NamedTuple):
    """What came of it.

    Attributes:
        flag: the flag, or None if there is none that is on.
        looks: the allocations that were looked at, the matching one last.
        split: the matching split, or None.
        value: its value, or None.
        failure: why there is no value, or None.
    """

    flag: Flag | None = None
    looks: tuple[AllocationLook, ...] = ()
    split: Split | None = None
    value: Value | None = None
    failure: Failure | None = None


#: A flag's entry: a flag, or what stands in its place where it cannot be read.
Entry = Flag | Failure


def evaluated(
    flags: Mapping[str, Entry], key: str, type_: str, subject: Subject, *, now: int
) -> Evaluation:
    """Return what the flag `key` says for a subject at `now`, in nanoseconds since 1970."""
    flag = flags.get(key)
    if isinstance(flag, Failure):
        return Evaluation(failure=flag)
    if flag is None or not flag.enabled:
        description = f"Unrecognized or disabled flag: {key}"
        return Evaluation(failure=Failure("FLAG_UNRECOGNIZED_OR_DISABLED", description))
    if flag.type != type_:
        return Evaluation(flag, failure=_mismatch(flag, key, type_))
    looks, split = _allocated(flag, subject, now)
    if split is None:
        return Evaluation(flag, looks, failure=NO_ALLOCATION)
    if isinstance(split.value, Misfit):
        return Evaluation(flag, looks, split, failure=_misfit(flag, split, split.value))
    return Evaluation(flag, looks, split, split.value)


def _mismatch(flag: Flag, key: str, type_: str) -> Failure:
    found, expected = TYPES[flag.type], TYPES[type_]
    return Failure(
        "TYPE_MISMATCH",
        "Variation value does not have the correct type. "
        f"Found: {found} != {expected} for flag {key}",
        f"invalid flag type (expected: {expected}, found: {found})",
    )


def _misfit(flag: Flag, split: Split, misfit: Misfit) -> Failure:
    """Return the failure of a variation whose value does not fit its flag's type."""
    if misfit.written is None:
        return NO_VARIATION
    return Failure(
        "ASSIGNMENT_ERROR",
        f"Variation ({split.variation}) is configured for type {flag.type}, "
        f"but is set to incompatible value ({misfit.written})",
        UNEXPECTED,
    )


def _allocated(
    flag: Flag, subject: Subject, now: int
) -> tuple[tuple[AllocationLook, ...], Split | None]:
    """Return what was looked at, and the first split that the subject is in."""
    attributes = subject.looked_up()
    looks = []
    for allocation in flag.allocations:
        look = AllocationLook(allocation)
        looks.append(look)
        split = _matching(look, attributes, subject.key, now)
        if split is not None:
            return tuple(looks), split
    return tuple(looks), None


def _matching(
    look: AllocationLook, attributes: Mapping[str, Any], key: str, now: int
) -> Split | None:
    """Return the allocation's split for the subject; note what was looked at."""
    allocation = look.allocation
    if allocation.start is not None and now < allocation.start:
        look.code = BEFORE_START
        return None
    if allocation.end is not None and now > allocation.end:
        look.code = AFTER_END
        return None
    if allocation.rules and not _any_rule(look, attributes):
        look.code = FAILING_RULE
        return None
    for split in allocation.splits:
        places = _places(split, key)
        matched = all(inside for _, _, inside in places)
        look.splits.append(SplitLook(split, matched, places))
        if matched:
            look.code = MATCHED
            return split
    look.code = EXPOSURE_MISS
    return None


def _any_rule(look: AllocationLook, attributes: Mapping[str, Any]) -> bool:
    for conditions in look.allocation.rules:
        answers: list[tuple[Condition, Any, bool]] = []
        matched = _all_hold(conditions, attributes, answers)
        look.rules.append(RuleLook(matched, answers))
        if matched:
            return True
    return False


def _all_hold(
    conditions: tuple[Condition | None, ...],
    attributes: Mapping[str, Any],
    answers: list[tuple[Condition, Any, bool]],
) -> bool:
    for condition in conditions:
        if condition is None:
            return False
        holds = condition.holds(attributes)
        answers.append((condition, attributes.get(condition.attribute), holds))
        if not holds:
            return False
    return True


def _places(split: Split, key: str) -> list[tuple[Shard, int, bool]]:
    """Return the subject's place in each shard, up to the first that it is not in."""
    places = []
    for each in split.shards:
        place = shard(f"{each.salt}-{key}", each.total)
        inside = any(start <= place < end for start, end in each.ranges)
        places.append((each, place, inside))
        if not inside:
            break
    return places
