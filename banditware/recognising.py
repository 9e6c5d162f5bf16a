"""Who asks: the subject that a request's cookie names, or somebody new."""

from __future__ import annotations

from banditware.ground import Ground
from banditware.http import Facts
from banditware.targeting import new_subject
from banditware.tokens import SKEW, Assignments


def recognised(ground: Ground, facts: Facts, now: float, *, bot: bool) -> Assignments:
    """Return what the subject's cookie says at `now`, or a new subject; a bot has no cookie.

    A cookie that is too old, or comes from further ahead than clocks differ, says nothing.
    """
    header = "" if bot else facts.header("cookie")
    if header:
        found = ground.tokens.read(header, ground.cookie.full_name(https=facts.secure))
        if found is not None and -SKEW <= now - found.issued <= ground.cookie.max_age:
            return found
    return somebody_new(ground, now)


def somebody_new(ground: Ground, now: float) -> Assignments:
    """Return a subject that nothing is remembered of."""
    return Assignments(new_subject(ground.random), int(now), fresh=True)
