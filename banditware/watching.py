"""Which kind of visit an app's requests are: a plain one, unless something is noted of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from banditware.ground import Ground
from banditware.http import Facts
from banditware.routes import Matches
from banditware.showing import TellingVisit
from banditware.timing import TimedVisit, Watch, WatchedVisit
from banditware.visit import Visit

OpenVisit = Callable[[Ground, Facts, Matches], Visit]


def visits(
    watch: Watch, *, timed: bool = False, also: tuple[type[WatchedVisit], ...] = ()
) -> OpenVisit:
    """Return what makes the visit of a request.

    Args:
        watch: what is shown of it, and the clock.
        timed: note how long it takes.
        also: other kinds of visits that it is.
    """
    kinds: tuple[type[WatchedVisit], ...] = ()
    if watch.debug.header or watch.debug.server_timing:
        kinds = (TellingVisit,)
    elif timed:
        kinds = (TimedVisit,)
    kinds = (*also, *kinds)
    if not kinds:
        return Visit
    return partial(type("WatchedVisit", kinds, {}), watch)
