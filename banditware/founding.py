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
from banditware.exposing import metrics_routes
from banditware.extras import extra
from banditware.flusher import Flusher
from banditware.flusher import Settings as FlusherSettings
from banditware.ground import Ground
from banditware.guardrails.guard import Edges as GuardEdges
from banditware.guardrails.guard import Guard
from banditware.guardrails.tally import Tally
from banditware.log.decisions import DecisionLog
from banditware.log.opening import Given as GivenLog
from banditware.log.opening import begin_log
from banditware.people import Acquaintances, people_of
from banditware.persons import People
from banditware.reloading import Reloading
from banditware.routes import Route, Router
from banditware.snapshot import Snapshot
from banditware.steering import Edges as SteeringEdges
from banditware.steering import Steering
from banditware.stores import open_store
from banditware.stores.base import Counts, Store
from banditware.tokens import Tokens
from banditware.visit import Visit
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
        look: looks at what may have changed outside of the store.
        bandit: whose they are, once it is open.
    """

    random: random.Random
    clock: Callable[[], float]
    fault: Callable[[Exception], None]
    publish: Callable[[Mapping[str, Counts]], None]
    look: Callable[[], None]
    bandit: Bandit


class Founded(NamedTuple):
    """What a bandit is made of.

    Attributes:
        store: the shared counts.
        people: keeps what was decided for people whom the app knows.
        log: the decision log; it may go nowhere.
        ground: what all visits stand on, before any counts were read.
        steering: follows what operators change.
        guard: pauses arms that are beyond a limit.
        flusher: carries records to the store and new counts back.
    """

    store: Store
    people: Acquaintances
    log: DecisionLog
    ground: Ground
    steering: Steering
    guard: Guard
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
    costs = Costs()

    def furnished(settings: Settings) -> Mapping[str, Any]:
        return _furnished(settings, edges, costs)

    def kept(record: bytes) -> None:
        flusher.record(record)

    guard = Guard(GuardEdges(clock, kept, edges.fault))
    followed = SteeringEdges(clock, edges.fault, furnished, _opened(guard.tally))
    steering = Steering(settings, store, followed, Reloading(settings))
    flusher_settings = FlusherSettings(store.folder, settings.refresh, clock, look=edges.look)
    ground = _ground(settings, edges, log, people, furnished(settings))
    talked = _traced(settings, ground, store) if settings.opentelemetry else store
    flusher = Flusher(
        talked,
        flusher_settings,
        ledgers=lambda: {**steering.windows, **guard.ledgers(steering)},
        publish=edges.publish,
    )
    return Founded(store, people, log, steering.regrounded(ground), steering, guard, flusher)


def _opened(tally: Tally) -> Callable[[Settings], OpenVisit]:
    """Return what makes visits under a configuration."""
    return lambda settings: visits(settings, time.perf_counter, tally)


def _traced(settings: Settings, ground: Ground, store: Store) -> Store:
    """Have spans told of what happens on a ground, and return a store that tells them, too."""
    tracing = extra("banditware.tracing", "opentelemetry", "opentelemetry", settings.source)
    ground.note = tracing.Noted(ground.note, ground.fault)
    talkative: Store = tracing.traced(store)
    return talkative


def _furnished(settings: Settings, edges: Edges, costs: Costs) -> dict[str, Any]:
    """Return the fields of a ground that the configuration alone decides."""
    return {
        "cookie": settings.cookie,
        "count_bots": settings.count_bots,
        "sources": settings.attributes,
        "consent": consent_of(settings, edges.fault),
        "beacon": settings.beacon,
        "costs": None if settings.metrics is None else costs,
        "router": Router(_routes(settings, edges)),
    }


def _routes(settings: Settings, edges: Edges) -> tuple[Route, ...]:
    """Return all routes; those that are answered without the app go first."""
    return (
        *beacon_routes(settings.beacon),
        *metrics_routes(settings, edges.bandit),
        *_dashboard(settings, edges),
        *settings.routes,
    )


def _dashboard(settings: Settings, edges: Edges) -> tuple[Route, ...]:
    """Return the routes of the dashboard, if there is one."""
    if settings.dashboard is None:
        return ()
    from banditware.dashboard.mounting import dashboard_routes  # noqa: PLC0415  # few have one

    return dashboard_routes(settings.dashboard, edges.bandit, settings.secret_keys, edges.clock)


def _ground(
    settings: Settings,
    edges: Edges,
    log: DecisionLog,
    people: People,
    furnished: Mapping[str, Any],
) -> Ground:
    """Return what visits stand on, before `Steering.regrounded` has put the experiments there."""
    return Ground(
        snapshot=Snapshot({}),
        tokens=Tokens(settings.secret_keys),
        random=edges.random,
        clock=edges.clock,
        fault=edges.fault,
        note=log.note,
        notes_sticky=log.sticky,
        forcing=forcing_of(settings),
        people=people,
        visit=Visit,
        below_mount=settings.below_mount,
        **furnished,
    )
