"""Flags as they are evaluated, and how they are read from the file of flags (UFC).

A flag is read as strictly as Eppo's SDKs read it: what is of the wrong type makes this one flag
unusable. A condition that cannot be understood makes its rule false and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from banditware.conditions import Condition, compiled
from banditware.eppo.errors import UnreadableError
from banditware.eppo.fields import count, field, moment_or_none, part, shown
from banditware.eppo.values import TYPES, Value, plain, value_of


@dataclass(frozen=True, slots=True)
class Shard:
    """Subjects whose hash with `salt`, modulo `total`, is in one of the half-open `ranges`."""

    salt: str
    ranges: tuple[tuple[int, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a split has no value.

    Attributes:
        written: the variation's value as descriptions show it, or None if there is no variation.
    """

    written: str | None


@dataclass(frozen=True, slots=True)
class Split:
    """Subjects in all of the shards get a variation.

    Attributes:
        variation: key of the variation.
        value: what it serves, or why it cannot.
        shards: where the subjects are; shards that hold everybody are left out.
        extra: what else the event of the assignment says.
    """

    variation: str
    value: Value | Misfit
    shards: tuple[Shard, ...]
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets which split.

    Attributes:
        key: its name.
        rules: one of them has to hold, if there are any; all conditions of a rule have to, and
            None stands for one that cannot be understood.
        start: not before, in nanoseconds since 1970.
        end: not after, likewise.
        splits: the first that fits is taken.
        logged: True if an assignment is an event.
    """

    key: str
    rules: tuple[tuple[Condition | None, ...], ...]
    start: int | None
    end: int | None
    splits: tuple[Split, ...]
    logged: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A named choice.

    Attributes:
        key: its name in events.
        type: one of `values.TYPES`.
        enabled: False if it serves nothing.
        allocations: the first that fits is taken.
    """

    key: str
    type: str
    enabled: bool
    allocations: tuple[Allocation, ...]


def read_flag(fields: Any) -> Flag:
    """Return the flag of an entry of the file.

    Raises:
        UnreadableError: it is not one.
    """
    type_ = field(fields, "variationType", str)
    if type_ not in TYPES:
        raise UnreadableError(f"variationType must be one of {', '.join(TYPES)}, not {type_!r}")
    values = dict(_variations(type_, field(fields, "variations", dict)))
    total = count(fields, "totalShards")
    if not total:
        raise UnreadableError("totalShards must not be 0")
    allocations = [_allocation(each, values, total) for each in field(fields, "allocations", list)]
    enabled = field(fields, "enabled", bool)
    return Flag(field(fields, "key", str), type_, enabled, tuple(allocations))


def _variations(type_: str, variations: Mapping[str, Any]) -> Iterator[tuple[str, Value | Misfit]]:
    for fields in variations.values():
        written = part(fields, "value")
        if not isinstance(written, bool | int | float | str):
            raise UnreadableError(f"value must be text, number or boolean, not {shown(written)}")
        value = value_of(type_, written)
        yield field(fields, "key", str), value or Misfit(plain(written))


def _allocation(fields: Any, values: Mapping[str, Value | Misfit], total: int) -> Allocation:
    return Allocation(
        key=field(fields, "key", str),
        rules=tuple(_rule(each) for each in field(fields, "rules", list, [])),
        start=moment_or_none(fields, "startAt"),
        end=moment_or_none(fields, "endAt"),
        splits=tuple(_split(each, values, total) for each in field(fields, "splits", list)),
        logged=field(fields, "doLog", bool, default=True),
    )


def _rule(fields: Any) -> tuple[Condition | None, ...]:
    return tuple(_condition(each) for each in field(fields, "conditions", list))


def _condition(fields: Any) -> Condition | None:
    try:
        attribute, operator = field(fields, "attribute", str), field(fields, "operator", str)
        return compiled(attribute, operator, part(fields, "value"))
    except ValueError:  # UnreadableError too
        return None


def _split(fields: Any, values: Mapping[str, Value | Misfit], total: int) -> Split:
    variation = field(fields, "variationKey", str)
    shards = [_shard(each, total) for each in field(fields, "shards", list)]
    extra = field(fields, "extraLogging", dict, {})
    if not all(isinstance(each, str) for each in extra.values()):
        raise UnreadableError("extraLogging must hold texts alone")
    return Split(
        variation=variation,
        value=values.get(variation, Misfit(None)),
        shards=tuple(each for each in shards if (0, total) not in each.ranges),
        extra=dict(extra),
    )


def _shard(fields: Any, total: int) -> Shard:
    ranges = [(count(each, "start"), count(each, "end")) for each in field(fields, "ranges", list)]
    return Shard(field(fields, "salt", str), tuple(ranges), total)
