"""Who asks: the subject that a request's cookie names, or somebody new."""

from __future__ import annotations

from banditware.ground import Ground
from banditware.ids import new_subject
from banditware.tokens import SKEW, Assignments


def recognised(ground: Ground, cookies: str, *, https: bool, now: float) -> Assignments:
    """Return what the subject's cookie says at `now`, or a new subject.

    A cookie that is too old, or comes from further ahead than clocks differ, says nothing.

    Args:
        ground: what all visits stand on.
        cookies: the `Cookie` header of the request; empty for who has none, or shall have none.
        https: whether the request came by it.
        now: seconds since the epoch.
    """
    if cookies:
        cookie = ground.cookie
        found = ground.tokens.read(cookies, cookie.names[https])
        if found is not None and -SKEW <= now - found.issued <= cookie.max_age:
            return found
    return somebody_new(ground, now)


def somebody_new(ground: Ground, now: float) -> Assignments:
    """Return a subject that nothing is remembered of."""
    return Assignments(new_subject(ground.random), int(now), fresh=True)
