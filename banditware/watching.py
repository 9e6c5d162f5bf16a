"""Which kind of visit an app's requests are: a plain one, unless something is noted of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from banditware.ground import Ground
from banditware.guardrails.watching import GuardedVisit
from banditware.http import Facts
from banditware.routes import Matches
from banditware.showing import TellingVisit
from banditware.timing import Note, TimedVisit, Timer, Watch, WatchedVisit
from banditware.visit import Visit

if TYPE_CHECKING:
    from banditware.config.settings import Settings

OpenVisit = Callable[[Ground, Facts, Matches], Visit]


def visits(settings: Settings, timer: Timer, note: Note) -> OpenVisit:
    """Return what makes the visit of a request.

    Args:
        settings: the configuration: what is shown, measured, guarded and told to spans.
        timer: the clock by which visits are timed.
        note: takes notes of how the app answered, for guardrails.
    """
    kinds = _kinds(settings)
    if not kinds:
        return Visit
    watch = Watch(timer, note, settings.debug, settings.guardrails)
    return partial(type("WatchedVisit", kinds, {}), watch)


def _kinds(settings: Settings) -> tuple[type[WatchedVisit], ...]:
    kinds: tuple[type[WatchedVisit], ...] = ()
    if settings.debug.header or settings.debug.server_timing:
        kinds = (TellingVisit,)
    elif settings.metrics is not None:
        kinds = (TimedVisit,)
    if settings.guardrails:
        kinds = (GuardedVisit, *kinds)
    if settings.opentelemetry:
        from banditware.tracing import TracedVisit  # noqa: PLC0415  # an extra, asked for by few

        kinds = (TracedVisit, *kinds)
    return kinds
