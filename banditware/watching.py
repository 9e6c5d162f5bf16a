"""Which kind of visit an app's requests are: a plain one, unless something is noted of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from banditware.facts import Facts
from banditware.ground import Ground
from banditware.guardrails.watching import GuardedVisit
from banditware.routes import Matches
from banditware.showing import TellingVisit
from banditware.timing import TimedVisit, Timer, Watch, WatchedVisit
from banditware.visit import Visit

if TYPE_CHECKING:
    from banditware.config.settings import Settings
    from banditware.guardrails.tally import Tally

OpenVisit = Callable[[Ground, Facts, Matches], Visit]


def visits(settings: Settings, timer: Timer, tally: Tally | None = None) -> OpenVisit:
    """Return what makes the visit of a request.

    Args:
        settings: the configuration: what is shown, measured, guarded and told to spans.
        timer: the clock by which visits are timed.
        tally: takes the notes of guarded visits.
    """
    kinds = tuple(_kinds(settings))
    if not kinds:
        return Visit
    watch = Watch(timer, settings.debug, settings.guardrails, tally)
    return partial(type("WatchedVisit", kinds, {}), watch)


def _kinds(settings: Settings) -> Iterator[type[WatchedVisit]]:
    """Yield the kinds that go together, those that others do not see first."""
    if settings.opentelemetry:
        from banditware.tracing import TracedVisit  # noqa: PLC0415  # an extra, asked for by few

        yield TracedVisit
    if settings.guardrails:
        yield GuardedVisit
    if settings.debug.header or settings.debug.server_timing:
        yield TellingVisit
    elif settings.metrics is not None:
        yield TimedVisit
