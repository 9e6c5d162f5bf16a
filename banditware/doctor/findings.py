"""Findings, and the rules that make them out of facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple


class Level(str, Enum):
    """How bad a finding is.

    Attributes:
        FINE: looked at, and nothing is the matter.
        NOTE: good to know.
        WARNING: works, but not as well as it should, or not for long.
        DANGER: counts get lost, or can be forged.
    """

    FINE = "fine"
    NOTE = "note"
    WARNING = "warning"
    DANGER = "danger"


class Finding(NamedTuple):
    """What was found.

    Attributes:
        level: how bad it is.
        check: what was looked at.
        what: what was found.
        why: why it matters; nothing if it does not.
        mend: what to do about it.
    """

    level: Level
    check: str
    what: str
    why: str = ""
    mend: str = ""


class Facts(NamedTuple):
    """What was gathered.

    Attributes:
        known: facts by name.
        missing: why others are not known, by name.
        about: added to the names of checks: what they are of.
    """

    known: Mapping[str, Any]
    missing: Mapping[str, str] = {}
    about: str = ""


class Case(NamedTuple):
    """Something that may be the matter.

    Attributes:
        level: how bad that is.
        holds: tells from the facts whether it is so.
        what: what is found, with facts in braces.
        why: why it matters.
        mend: what to do about it.
    """

    level: Level
    holds: Callable[[Mapping[str, Any]], bool]
    what: str
    why: str = ""
    mend: str = ""


class Rule(NamedTuple):
    """What to think of some facts.

    Attributes:
        check: what is looked at.
        needs: facts without which nothing can be said.
        cases: what may be the matter, worst first.
        fine: what is found otherwise, with facts in braces.
    """

    check: str
    needs: tuple[str, ...]
    cases: tuple[Case, ...]
    fine: str


def judged(rules: Iterable[Rule], facts: Facts) -> Iterator[Finding]:
    """Yield one finding for each rule whose facts were asked for."""
    for rule in rules:
        check = f"{rule.check} {facts.about}".rstrip()
        unread = [facts.missing[name] for name in rule.needs if name in facts.missing]
        if unread:
            yield Finding(
                Level.NOTE,
                check,
                f"could not be read: {unread[0]}",
                "nothing can be said about it",
                "ask whoever runs it",
            )
        elif all(name in facts.known for name in rule.needs):
            yield _judged(rule, check, facts.known)


def _judged(rule: Rule, check: str, known: Mapping[str, Any]) -> Finding:
    for case in rule.cases:
        if case.holds(known):
            texts = (text.format(**known) for text in (case.what, case.why, case.mend))
            return Finding(case.level, check, *texts)
    return Finding(Level.FINE, check, rule.fine.format(**known))
