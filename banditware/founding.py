"""From a configuration to what all visits of its app stand on."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from banditware.config.settings import Settings, forcing_of
from banditware.consenting import consent_of
from banditware.ground import Ground
from banditware.log.decisions import DecisionLog
from banditware.persons import People
from banditware.snapshot import Snapshot, unread
from banditware.tokens import Tokens


class Edges(NamedTuple):
    """What a configuration does not say.

    Attributes:
        random: where draws and ids come from.
        clock: seconds since the epoch.
        fault: told of an exception of ours that the app must not see.
        log: the decision log; it may go nowhere.
    """

    random: random.Random
    clock: Callable[[], float]
    fault: Callable[[Exception], None]
    log: DecisionLog


def ground_of(settings: Settings, edges: Edges, people: People) -> Ground:
    """Return what visits stand on before any counts were read.

    Args:
        settings: the configuration.
        edges: what it does not say.
        people: keeps what was decided for people whom the app knows.

    Raises:
        ConfigError: a function that the configuration names is not there.
    """
    return Ground(
        snapshot=Snapshot({each.name: unread(each) for each in settings.experiments}),
        tokens=Tokens(settings.secret_keys),
        cookie=settings.cookie,
        random=edges.random,
        clock=edges.clock,
        count_bots=settings.count_bots,
        fault=edges.fault,
        note=edges.log.note,
        notes_sticky=edges.log.sticky,
        sources=settings.attributes,
        consent=consent_of(settings, edges.fault),
        forcing=forcing_of(settings),
        people=people,
        beacon=settings.beacon,
        below_mount=settings.below_mount,
    )
