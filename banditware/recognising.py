"""Who asks: the subject that a request's cookie names, or somebody new."""

from __future__ import annotations

from banditware.ground import Ground
from banditware.http import Facts
from banditware.ids import new_subject
from banditware.tokens import SKEW, Assignments


def recognised(ground: Ground, facts: Facts, now: float, cookies: str) -> Assignments:
    """Return what the subject's cookie says at `now`, or a new subject.

    A cookie that is too old, or comes from further ahead than clocks differ, says nothing.

    Args:
        ground: what all visits stand on.
        facts: what is known of the request.
        now: seconds since the epoch.
        cookies: its `Cookie` header; empty for who has none, or shall have none.
    """
    if cookies:
        cookie = ground.cookie
        found = ground.tokens.read(cookies, cookie.names[facts.secure])
        if found is not None and -SKEW <= now - found.issued <= cookie.max_age:
            return found
    return somebody_new(ground, now)


def somebody_new(ground: Ground, now: float) -> Assignments:
    """Return a subject that nothing is remembered of."""
    return Assignments(new_subject(ground.random), int(now), fresh=True)
