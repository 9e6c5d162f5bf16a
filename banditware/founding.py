"""From a configuration to all that an open bandit is made of.

Nothing of it is needed before a bandit is opened, so that `import banditware` goes without it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.beacons import beacon_routes
from banditware.config.settings import Settings, forcing_of
from banditware.consenting import consent_of
from banditware.costs import Costs
from banditware.events.happened import Happened
from banditware.exposing import metrics_routes
from banditware.extras import extra
from banditware.flusher import Flusher
from banditware.flusher import Settings as FlusherSettings
from banditware.ground import Ground
from banditware.log.decisions import DecisionLog
from banditware.log.opening import Given as GivenLog
from banditware.log.opening import begin_log
from banditware.people import Acquaintances, people_of
from banditware.persons import People
from banditware.routes import Router
from banditware.snapshot import Snapshot, unread
from banditware.stores import open_store
from banditware.stores.base import Counts, Store
from banditware.timing import Watch
from banditware.tokens import Tokens
from banditware.watching import OpenVisit, visits

if TYPE_CHECKING:
    from banditware.bandit import Bandit


class Edges(NamedTuple):
    """What a configuration does not say.

    Attributes:
        random: where draws and ids come from.
        clock: seconds since the epoch.
        fault: told of an exception of ours that the app must not see.
        publish: gets the ledgers that changed, with their new counts.
        bandit: whose they are; not whole yet.
    """

    random: random.Random
    clock: Callable[[], float]
    fault: Callable[[Exception], None]
    publish: Callable[[Mapping[str, Counts]], None]
    bandit: Bandit


class Founded(NamedTuple):
    """What a bandit is made of.

    Attributes:
        router: finds the routes that match a request.
        visit: makes the visit of a request.
        store: the shared counts.
        people: keeps what was decided for people whom the app knows.
        log: the decision log; it may go nowhere.
        ground: what all visits stand on, before any counts were read.
        flusher: carries records to the store and new counts back.
    """

    router: Router
    visit: OpenVisit
    store: Store
    people: Acquaintances
    log: DecisionLog
    ground: Ground
    flusher: Flusher


def founded(
    settings: Settings, edges: Edges, store: Store | None, given_log: GivenLog | None
) -> Founded:
    """Return what a bandit is made of; nothing is read or started yet.

    Args:
        settings: the configuration.
        edges: what it does not say.
        store: shared counts; None opens those that the configuration names.
        given_log: where the code wants the decision log to go, too.

    Raises:
        ConfigError: what the configuration names is not there.
        StoreError: the store can never be used.
    """
    clock = edges.clock
    store = store or open_store(settings.store, settings.folder)
    people = people_of(settings, store, clock)
    log = begin_log(settings, given_log, clock)
    tracing = _tracing(settings)
    note = log.note if tracing is None else tracing.Noted(log.note, edges.fault)
    windows = {each.ledger: each.attribution for each in settings.experiments}
    return Founded(
        Router((*beacon_routes(settings.beacon), *metrics_routes(edges.bandit), *settings.routes)),
        visits(
            Watch(time.perf_counter, settings.debug),
            timed=settings.metrics is not None,
            also=() if tracing is None else (tracing.TracedVisit,),
        ),
        store,
        people,
        log,
        _ground(settings, edges, note, people, sticky=log.sticky),
        Flusher(
            store if tracing is None else tracing.traced(store),
            FlusherSettings(store.folder, settings.refresh, clock),
            ledgers=lambda: windows,
            publish=edges.publish,
        ),
    )


def _tracing(settings: Settings) -> Any:
    """Return the module that tells spans, if the configuration asks for them."""
    if not settings.opentelemetry:
        return None
    return extra("banditware.tracing", "opentelemetry", "opentelemetry", settings.source)


def _ground(
    settings: Settings,
    edges: Edges,
    note: Callable[[Happened], None] | None,
    people: People,
    *,
    sticky: bool,
) -> Ground:
    return Ground(
        snapshot=Snapshot({each.name: unread(each) for each in settings.experiments}),
        tokens=Tokens(settings.secret_keys),
        cookie=settings.cookie,
        random=edges.random,
        clock=edges.clock,
        count_bots=settings.count_bots,
        fault=edges.fault,
        note=note,
        notes_sticky=sticky,
        sources=settings.attributes,
        consent=consent_of(settings, edges.fault),
        forcing=forcing_of(settings),
        people=people,
        beacon=settings.beacon,
        costs=None if settings.metrics is None else Costs(),
        below_mount=settings.below_mount,
    )
