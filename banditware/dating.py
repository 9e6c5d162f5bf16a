"""What of a ledger's history is kept, and for how long: fields that say when something happened.

They are added by the batches that add the counts, and kept aside of them (`Store.aside`):

| field | what is added |
|---|---|
| `~n/ARM/HOUR` | 1 for a pull |
| `~k/ARM/HOUR/GOAL` | 1 for a reward |
| `~s/ARM/HOUR/GOAL` | the reward |
| `~x/REASON/HOUR` | 1 for what was served but not counted, or sent but not credited |

HOUR is the start of the hour in which it happened, in seconds since the epoch. A record does not
say when it was made: its spool does, by its name, because a process begins a new one every hour.
Hours of more than `HOURS` ago become days (of UTC), days of more than `DAYS` ago become 0.
"""

from __future__ import annotations

from collections.abc import Iterable

from banditware.counts import FOLDED, Fields
from banditware.model import DAY

#: Seconds of an hour.
HOUR = 3600

#: Seconds for which hours, and for which days are kept.
HOURS = 31 * int(DAY)
DAYS = 400 * int(DAY)

#: Kinds of counts whose history is kept.
_KINDS = frozenset("nksx")

_FOLDABLE = frozenset(f"~{kind}" for kind in _KINDS)


def dated(deltas: Fields, hour: int) -> Fields:
    """Return deltas with what they add to the history.

    Args:
        deltas: what a record adds.
        hour: start of the hour in which it was made, or 0 if that is not known. Nothing happens
            before the decision that it belongs to.

    Raises:
        ValueError: a field is none.
    """
    more: dict[str, float] = {}
    for name, number in deltas.items():
        if name[:1] in _KINDS and name[1:2] == "/":
            field = _field(name, hour)
            more[field] = more.get(field, 0) + number
    return {**deltas, **more}


def _field(name: str, hour: int) -> str:
    kind, owner, *rest = name.split("/", 3)
    if kind == "x":
        return f"~x/{owner}/{hour}"
    cohort, *goal = rest
    when = max(hour, int(cohort) // HOUR * HOUR)
    return "/".join((f"~{kind}", owner, str(when), *goal))


def aged(fields: Iterable[str], now: float) -> dict[str, str]:
    """Return which fields of a history to fold into which; see `Store.fold`.

    Args:
        fields: names of fields; others than those of the history are left alone.
        now: seconds since the epoch.
    """
    day = int(DAY)
    hours_since, days_since = (int(now - kept) // day * day for kept in (HOURS, DAYS))
    moves = {}
    for name in fields:
        kind, _, rest = name.partition("/")
        if kind not in _FOLDABLE:
            continue
        owner, when, *goal = rest.split("/", 2)
        time = int(when)
        into = FOLDED if time < days_since else time // day * day
        if time < hours_since and into != time:
            moves[name] = "/".join((kind, owner, str(into), *goal))
    return moves
