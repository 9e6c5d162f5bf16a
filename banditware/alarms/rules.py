"""What is wrong, from facts. Pure: the facts say what time it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import NamedTuple

from banditware.analysis.srm import ALARM, mismatch
from banditware.dating import HOUR
from banditware.drawing import Drawn
from banditware.model import DAY

#: Pulls per hour, over the day before, from which an hour without any is no chance.
STEADY = 10.0

#: Rewards that should have come within a day, from which none is no chance.
EXPECTED = 10.0

#: Decisions that were excluded within the last two hours, from which it is worth a look.
MANY = 20.0

#: Seconds that the store may be away, and that clocks may differ.
AWAY, SKEW = 30.0, 60.0

#: Reasons of what is no visitor's decision, or is kept apart on purpose.
NO_VISITORS = frozenset(
    {"bad_goal", "bot", "clipped", "cross_site", "duplicate", "head", "holdout", "late"}
) | frozenset({"method", "no_decision", "not_a_number", "out_of_range", "prefetch"})


class Alarm(NamedTuple):
    """Something that an operator has to know.

    Attributes:
        kind: `mismatch`, `no_pulls`, `no_rewards`, `excluded`, `guardrail`, `store` or `clock`.
        experiment: name of the experiment; empty if it is about everything.
        arm: name of the arm; empty if it is not about one.
        since: since when, in seconds since the epoch, or None if that is not known.
        message: what is wrong, in one sentence.
        mend: what to do about it.
    """

    kind: str
    experiment: str
    arm: str
    since: float | None
    message: str
    mend: str


class Common(NamedTuple):
    """What is known of everything.

    Attributes:
        now: seconds since the epoch.
        store: the store's address, without a password.
        away: since when the store is away; None if it is there, or nobody knows.
        skews: by how many seconds clocks are ahead of ours, by whose they are.
    """

    now: float
    store: str = ""
    away: float | None = None
    skews: Mapping[str, float] = {}


class Known(NamedTuple):
    """What is known of one experiment.

    Attributes:
        experiment: its name.
        running: it is meant to decide now.
        now: seconds since the epoch.
        pulls: by the start of their hour.
        rewards: of its goal, by the start of their hour.
        excluded: what was not counted, by reason and the start of the hour.
        drawn: recorded pulls and the shares they were drawn from, by arm.
        breaches: when the default arm was found to be beyond a limit, and how, by arm and guard.
    """

    experiment: str
    running: bool
    now: float
    pulls: Mapping[int, float] = {}
    rewards: Mapping[int, float] = {}
    excluded: Mapping[tuple[str, int], float] = {}
    drawn: Mapping[str, Drawn] = {}
    breaches: Mapping[tuple[str, str], tuple[float, str]] = {}


class Found(NamedTuple):
    """What a rule has found.

    Attributes:
        since: see `Alarm`.
        message: see `Alarm`.
        arm: see `Alarm`.
    """

    since: float | None
    message: str
    arm: str = ""


def alarms(common: Common, experiments: Iterable[Known]) -> list[Alarm]:
    """Return all that is wrong, those of everything first."""
    found = [
        Alarm(kind, "", "", each.since, each.message, mend)
        for kind, (rule, mend) in _OF_ALL.items()
        for each in rule(common)
    ]
    for known in experiments:
        found += [
            Alarm(kind, known.experiment, each.arm, each.since, each.message, mend)
            for kind, (find, mend) in _OF_EACH.items()
            for each in find(known)
        ]
    return found


def _last(hours: Mapping[int, float]) -> float | None:
    """Return the end of the last hour in which anything happened."""
    return max((hour + HOUR for hour, number in hours.items() if number > 0), default=None)


def _between(hours: Mapping[int, float], start: float, end: float) -> float:
    """Return how much happened in the hours that begin between two times."""
    return math.fsum(number for hour, number in hours.items() if start <= hour < end)


def _no_pulls(known: Known) -> Iterator[Found]:
    end = _last(known.pulls)
    if not known.running or end is None or known.now - end < HOUR:
        return
    first = max(min(known.pulls), end - DAY)
    before = _between(known.pulls, first, end)
    if before >= STEADY * (end - first) / HOUR and not list(_excluded(known)):
        yield Found(end, f"no pull since {_time(end)}, after {before:.0f} in the day before")


def _no_rewards(known: Known) -> Iterator[Found]:
    end = _last(known.rewards)
    if not known.running or end is None or known.now - end < DAY:
        return
    pulls, since = _between(known.pulls, 0, end), _between(known.pulls, end, math.inf)
    expected = _between(known.rewards, 0, end) / pulls * since if pulls else 0.0
    if expected >= EXPECTED:
        message = f"no reward since {_time(end)}, where {expected:.0f} were to be expected"
        yield Found(end, f"{message} of {since:.0f} pulls")


def _excluded(known: Known) -> Iterator[Found]:
    recent = known.now // HOUR * HOUR - HOUR
    if not known.running or _between(known.pulls, recent, math.inf):
        return
    reasons: dict[str, float] = {}
    for (reason, hour), number in known.excluded.items():
        if hour >= recent and reason not in NO_VISITORS:
            reasons[reason] = reasons.get(reason, 0.0) + number
    total = math.fsum(reasons.values())
    if total >= MANY:
        most = max(sorted(reasons), key=lambda reason: reasons[reason])
        message = f"{total:.0f} decisions and no pull since {_time(recent)}; excluded mostly as"
        yield Found(recent, f"{message} {most!r}")


def _mismatch(known: Known) -> Iterator[Found]:
    found = mismatch(known.drawn)
    if found.alarm:
        arm, pulls = found.arm, known.drawn[found.arm].pulls
        yield Found(
            None,
            f"{arm} has {pulls:.0f} pulls where its draws make {found.expected[arm]:.0f}; the "
            f"evidence is above {ALARM:.0f}, which chance ever reaches in one of {ALARM:.0f} cases",
            arm,
        )


def _breaches(known: Known) -> Iterator[Found]:
    for (arm, guard), (found, note) in sorted(known.breaches.items()):
        if known.now - found < HOUR:
            yield Found(found, f"{guard}: {note}", arm)


def _away(common: Common) -> Iterator[Found]:
    if common.away is not None and common.now - common.away >= AWAY:
        yield Found(common.away, f"{common.store} is away since {_time(common.away)}")


def _skewed(common: Common) -> Iterator[Found]:
    off = {whose: ahead for whose, ahead in common.skews.items() if abs(ahead) >= SKEW}
    if off:
        told = ", ".join(f"that of {whose} by {ahead:+.0f} s" for whose, ahead in off.items())
        yield Found(None, f"clocks differ from the one of this host: {told}")


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M} UTC"


_OF_ALL: Mapping[str, tuple[Callable[[Common], Iterator[Found]], str]] = {
    "store": (_away, "see that it runs, and that this host may use it; counts wait on disk"),
    "clock": (_skewed, "synchronise the clocks of all hosts (NTP)"),
}

_OF_EACH: Mapping[str, tuple[Callable[[Known], Iterator[Found]], str]] = {
    "guardrail": (_breaches, "it is the default, which is not paused: mend it, or make another it"),
    "mismatch": (_mismatch, "see what depends on the arm between draw and count; `docs/alarms.md`"),
    "excluded": (_excluded, "see what that reason means, and `banditware why` for one subject"),
    "no_pulls": (_no_pulls, "see whether its pages are served, and still match a route"),
    "no_rewards": (_no_rewards, "see whether what rewards still matches a route, and answers well"),
}
