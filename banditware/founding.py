"""From a configuration to all that an open bandit is made of.

Nothing of it is needed before a bandit is opened, so that `import banditware` goes without it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from banditware.beacons import beacon_routes
from banditware.config.settings import Settings, forcing_of
from banditware.consenting import consent_of
from banditware.flusher import Flusher
from banditware.flusher import Settings as FlusherSettings
from banditware.ground import Ground
from banditware.log.decisions import DecisionLog
from banditware.log.opening import Given as GivenLog
from banditware.log.opening import begin_log
from banditware.people import Acquaintances, people_of
from banditware.persons import People
from banditware.reloading import Reloading
from banditware.routes import Router
from banditware.snapshot import Snapshot
from banditware.steering import Edges as SteeringEdges
from banditware.steering import Steering
from banditware.stores import open_store
from banditware.stores.base import Counts, Store
from banditware.tokens import Tokens
from banditware.visit import Visit


class Edges(NamedTuple):
    """What a configuration does not say.

    Attributes:
        random: where draws and ids come from.
        clock: seconds since the epoch.
        fault: told of an exception of ours that the app must not see.
        publish: gets the ledgers that changed, with their new counts.
        look: looks at what may have changed outside of the store.
    """

    random: random.Random
    clock: Callable[[], float]
    fault: Callable[[Exception], None]
    publish: Callable[[Mapping[str, Counts]], None]
    look: Callable[[], None]


class Founded(NamedTuple):
    """What a bandit is made of.

    Attributes:
        store: the shared counts.
        people: keeps what was decided for people whom the app knows.
        log: the decision log; it may go nowhere.
        ground: what all visits stand on, before any counts were read.
        steering: follows what operators change.
        flusher: carries records to the store and new counts back.
    """

    store: Store
    people: Acquaintances
    log: DecisionLog
    ground: Ground
    steering: Steering
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

    def furnished(settings: Settings) -> Mapping[str, Any]:
        return _furnished(settings, edges.fault)

    followed = SteeringEdges(clock, edges.fault, furnished)
    steering = Steering(settings, store, followed, Reloading(settings))
    flusher_settings = FlusherSettings(store.folder, settings.refresh, clock, look=edges.look)
    return Founded(
        store,
        people,
        log,
        steering.regrounded(_ground(settings, edges, log, people)),
        steering,
        Flusher(store, flusher_settings, ledgers=lambda: steering.windows, publish=edges.publish),
    )


def _furnished(settings: Settings, fault: Callable[[Exception], None]) -> dict[str, Any]:
    """Return the fields of a ground that the configuration alone decides."""
    return {
        "cookie": settings.cookie,
        "count_bots": settings.count_bots,
        "sources": settings.attributes,
        "consent": consent_of(settings, fault),
        "beacon": settings.beacon,
        "router": Router((*beacon_routes(settings.beacon), *settings.routes)),
    }


def _ground(settings: Settings, edges: Edges, log: DecisionLog, people: People) -> Ground:
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
        **_furnished(settings, edges.fault),
    )
