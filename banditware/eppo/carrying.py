"""From a flag of Eppo's to an experiment of a banditware.yaml, as far as one can say the other.

An experiment has one set of rules and one split; a flag has a list of them. The allocation that
splits its subjects is carried over, with what agrees with it; everything else becomes a note.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from banditware.conditions import Condition
from banditware.eppo.evaluation import Entry, Failure
from banditware.eppo.flags import Allocation, Flag, Misfit, Split
from banditware.eppo.shares import share_of
from banditware.eppo.times import written

#: Characters that no name of ours may have, and how long one may be.
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 64
_LONGEST_ATTRIBUTE = 128

_SECOND = 10**9

Rule = tuple[Condition | None, ...]


@dataclass(slots=True)
class Carried:
    """An experiment.

    Attributes:
        name: its name.
        keys: what the file says of it; empty if nothing could be carried over.
        notes: what could not, and why.
    """

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def carried(flags: Mapping[str, Entry], bandit_of: Mapping[tuple[str, str], str]) -> list[Carried]:
    """Return an experiment for every flag, in the order of the file.

    Args:
        flags: the flags, or why one cannot be used.
        bandit_of: the bandit that a value of a flag leads to.
    """
    taken: set[str] = set()
    experiments = []
    for key, entry in flags.items():
        made = Carried(named(key, taken))
        if made.name != key:
            made.notes.append(f"the flag is called {key!r}")
        _carry(made, entry)
        for (flag, value), bandit in bandit_of.items():
            if flag == key and made.keys:
                made.notes.append(f"{value!r} leads to the bandit {bandit!r}: not carried over")
        experiments.append(made)
    return experiments


def named(text: str, taken: set[str]) -> str:
    """Return a name that is allowed and not taken yet, as near to the text as can be; take it."""
    base = _STRANGE.sub("-", text).strip("-")[: _LONGEST_NAME - 4] or "unnamed"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def _carry(made: Carried, entry: Entry) -> None:
    """Fill in what the flag says."""
    if isinstance(entry, Failure):
        made.notes.append("the flag cannot be read")
        return
    if not entry.enabled:
        made.notes.append("the flag is off")
        return
    allocations = list(_merged(entry.allocations))
    usable = list(_reached(allocations))
    if not usable:
        made.notes.append("no allocation of the flag serves anybody")
        return
    main = next((each for each in usable if len(_served(each)) > 1), usable[0])
    rest = usable[-1] if usable[-1] is not main and _serves_everybody(usable[-1]) else None
    names = _arms(made, entry, [main] if rest is None else [main, rest])
    if names:
        _split(made, main, names)
        _conditions(made, main)
        _dates(made, main)
        _default(made, None if rest is None else names[rest.splits[0].variation])
        _left(made, [each for each in allocations if each not in (main, rest)])


def _reached(allocations: Iterable[Allocation]) -> Iterable[Allocation]:
    """Yield the allocations that serve anybody, up to one that serves everybody."""
    for each in allocations:
        if _served(each):
            yield each
        if _serves_everybody(each):
            return


def _merged(allocations: Iterable[Allocation]) -> Iterable[Allocation]:
    """Yield the allocations; neighbours that differ in their rules alone become one."""
    last: Allocation | None = None
    for each in allocations:
        if last is None:
            last = each
        elif last.rules and each.rules and _same(last, each):
            last = replace(last, rules=last.rules + each.rules)
        else:
            yield last
            last = each
    if last is not None:
        yield last


def _same(one: Allocation, other: Allocation) -> bool:
    return (one.splits, one.start, one.end) == (other.splits, other.start, other.end)


def _served(allocation: Allocation) -> list[Split]:
    return [each for each in allocation.splits if share_of(each)]


def _serves_everybody(allocation: Allocation) -> bool:
    """Tell whether an allocation gives whomever it sees one and the same variation."""
    bounded = allocation.rules or allocation.start is not None or allocation.end is not None
    return not bounded and len(allocation.splits) == 1 and share_of(allocation.splits[0]) == 1


def _arms(made: Carried, flag: Flag, allocations: Sequence[Allocation]) -> dict[str, str]:
    """Add the variations of the allocations as arms; return their names."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    arms: dict[str, Any] = {}
    for allocation in allocations:
        for split in _served(allocation):
            if split.variation in names:
                continue
            name = names[split.variation] = named(split.variation, taken)
            if isinstance(split.value, Misfit):
                made.notes.append(f"the variation {split.variation!r} has no {flag.type} as value")
                return {}
            value = split.value.served()
            if value is None:
                made.notes.append(f"{split.variation!r} serves null: the arm's value is its name")
            arms[name] = {} if value is None else {"value": value}
    made.keys["arms"] = arms
    return names


def _split(made: Carried, main: Allocation, names: Mapping[str, str]) -> None:
    """Add who takes part, and with which weights."""
    shares = dict.fromkeys(names.values(), 0.0)
    for split in main.splits:
        if split.variation in names:
            shares[names[split.variation]] += float(share_of(split))
    total = sum(shares.values())
    weights = {name: _short(round(100 * share / total, 4)) for name, share in shares.items()}
    made.keys["policy"] = {"name": "fixed", "weights": weights}
    if total < 1:
        made.keys["traffic"] = f"{100 * total:.6f}".rstrip("0").rstrip(".") + "%"


def _short(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _conditions(made: Carried, main: Allocation) -> None:
    """Add the rules, each with what it needs to be understood."""
    rules = [_rule(each) for each in main.rules]
    if any(rule == [] for rule in rules):
        return  # a rule without conditions is for everybody
    kept = [rule for rule in rules if rule]
    if len(kept) < len(rules):
        made.notes.append(f"{len(rules) - len(kept)} rules that can never hold were left out")
    if rules and not kept:
        made.keys["traffic"] = "0%"
    elif kept:
        made.keys["only_if"] = kept


def _rule(rule: Rule) -> list[dict[str, Any]] | None:
    """Return the conditions of a rule, or None if they can never hold together."""
    conditions = [None if each is None else _condition(each) for each in rule]
    found = [each for each in conditions if each is not None]
    return found if len(found) == len(conditions) else None


def _condition(condition: Condition) -> dict[str, Any] | None:
    """Return a condition as the file has it, or None for one that never holds or has no name."""
    attribute, operator, value = condition.attribute, condition.operator, condition.value
    if not 0 < len(attribute) <= _LONGEST_ATTRIBUTE or not attribute.isprintable():
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value == ():
        if operator == "ONE_OF":
            return None
        operator, value = "IS_NULL", False
    if isinstance(value, float):
        value = _short(value)
    elif isinstance(value, tuple):
        value = list(value)
    return {"attribute": attribute, "operator": operator, "value": value}


def _dates(made: Carried, main: Allocation) -> None:
    """Add the dates; ours have whole seconds, and an end is the first moment after it."""
    for key, time in (("start", main.start), ("end", main.end)):
        if time is not None:
            seconds = -(-time // _SECOND) if key == "end" else time // _SECOND
            made.keys[key] = written(seconds * _SECOND)


def _default(made: Carried, name: str | None) -> None:
    """Add what others get: what the flag says, or a note that it was left to the caller."""
    if name is not None:
        made.keys["default"] = name
    elif made.keys.keys() & {"only_if", "traffic", "start", "end"}:
        first = next(iter(made.keys["arms"]))
        made.notes.append(
            f"others had the default of the call, and have the arm {first!r} here: "
            "pass default= to decide(), or name another arm as default"
        )


def _left(made: Carried, allocations: Iterable[Allocation]) -> None:
    """Note the allocations that are not carried over."""
    for each in allocations:
        variations = ", ".join(repr(split.variation) for split in each.splits) or "nothing"
        made.notes.append(
            f"not carried over: the allocation {each.key!r}, which serves {variations}"
        )
