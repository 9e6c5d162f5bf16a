"""Who takes part in an experiment.

Everything a request asks is prepared when the configuration loads. Shares are decided by a hash of
the subject, so that the answer never changes and needs no memory; each kind of share hashes with
words of its own, so that one says nothing about another.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple

from banditware.conditions import Condition

#: Lists of conditions, of one of which all must hold.
Rules = tuple[tuple[Condition, ...], ...]

#: Hashes of subjects are whole numbers from 0 to below this.
RANGE = 2**64

#: Why somebody is outside of a share.
TRAFFIC, GROUP = "traffic", "group"

#: Why nobody takes part for now, though what was decided before is still credited.
PAUSED = "paused"

#: Reasons that depend on the subject's id.
HASHED = frozenset({TRAFFIC, GROUP})


class Share(NamedTuple):
    """The subjects who take part, as a part of all.

    Attributes:
        reason: why the others do not: `TRAFFIC` or `GROUP`.
        salt: what is hashed before the subject.
        edges: where the hashes that take part begin and end, in turn, rising: `[e0, e1)`,
            `[e2, e3)` and so on.
    """

    reason: str
    salt: bytes
    edges: tuple[int, ...]

    def holds(self, subject: str) -> bool:
        """Return True if the subject takes part."""
        return bisect_right(self.edges, _hash(self.salt, subject)) % 2 == 1


@dataclass(frozen=True, slots=True)
class Targeting:
    """What a subject has to fulfil to take part.

    Attributes:
        start: when the experiment starts, in seconds since the epoch.
        end: when it ends; that moment is outside.
        rules: lists of conditions, of one of which all must hold; none lets everybody in.
        share: the part of the subjects who take part, or None for all of them.
        halted: why nobody takes part, whoever it is; or nothing. See `banditware.control`.
        closed: names of arms that callers may not offer as actions.
    """

    start: float = -math.inf
    end: float = math.inf
    rules: Rules = ()
    share: Share | None = None
    halted: str = ""
    closed: frozenset[str] = frozenset()

    @property
    def frozen(self) -> str:
        """Why nothing is counted or credited any more, or nothing."""
        return "" if self.halted == PAUSED else self.halted


def kept_out(
    targeting: Targeting, now: float, attributes: Mapping[str, Any], subject: str | None
) -> str:
    """Return why a subject does not take part, or nothing.

    What has halted the experiment, or one of `not_started`, `ended`, `not_targeted`, `traffic` and
    `group`.

    Args:
        targeting: what has to be fulfilled.
        now: seconds since the epoch.
        attributes: the attributes of the subject; any value is allowed in them.
        subject: the subject's opaque id, or None for one who is known to belong to the share.
    """
    if targeting.halted:
        return targeting.halted
    if not targeting.start <= now < targeting.end:
        return "not_started" if now < targeting.start else "ended"
    if targeting.rules and not matches(targeting.rules, attributes):
        return "not_targeted"
    share = targeting.share
    if share is None or subject is None or share.holds(subject):
        return ""
    return share.reason


def closed_by(targeting: Targeting | None) -> frozenset[str]:
    """Return the names of the arms that callers may not offer as actions."""
    return frozenset() if targeting is None else targeting.closed


def halted_by(targeting: Targeting | None) -> str:
    """Return why nobody takes part, whoever it is; or nothing."""
    return "" if targeting is None else targeting.halted


def matches(rules: Rules, attributes: Mapping[str, Any]) -> bool:
    """Return True if all conditions of one of the rules hold for these attributes."""
    for rule in rules:
        for condition in rule:
            if not condition.holds(attributes):
                break
        else:
            return True
    return False


def traffic(experiment: str, share: float) -> Share:
    """Return the share of the subjects who take part in an experiment.

    A larger share of the same experiment holds all of a smaller one.
    """
    return Share(TRAFFIC, f"\0traffic\0{experiment}\0".encode(), (0, round(share * RANGE)))


def in_holdout(subject: str, experiment: str, share: float) -> bool:
    """Return True if the subject is one of the share who always get the experiment's default."""
    return bool(share) and _hash(f"{experiment}\0".encode(), subject) < share * RANGE


def _hash(salt: bytes, subject: str) -> int:
    named = salt + subject.encode(errors="surrogatepass")
    return int.from_bytes(blake2b(named, digest_size=8).digest(), "big")
