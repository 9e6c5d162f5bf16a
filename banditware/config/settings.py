"""What a configuration says, frozen: the values the rest of banditware works with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from banditware.attributes import NO_SOURCES, Source
from banditware.beacon import Beacon
from banditware.config.stamping import Stamp
from banditware.consent import ConsentSettings
from banditware.debugging import NO_DEBUG, Debug
from banditware.forcing import Forcing
from banditware.http import Cookie
from banditware.log.settings import LogSettings
from banditware.model import Experiment
from banditware.routes import Route

__all__ = ["Cookie", "Settings"]


class Settings(NamedTuple):
    """A whole configuration, checked.

    Attributes:
        secret_keys: keys of the cookie's signature, oldest first: the last signs, all verify.
        store: address of the shared counts, as it was written.
        refresh: seconds between two exchanges with the store.
        cookie: how the cookie is written.
        experiments: the experiments, in the order of the file.
        routes: the routes, in the order of the file.
        count_bots: count the decisions for bots like any other.
        below_mount: match routes below the app's mount point, not with it.
        folder: folder of the file, or the current one; relative paths of `store` start there.
        source: name of the file as it was given, or `<mapping>`.
        attributes: where the attributes of a request stand, by name.
        log: where the decision log goes.
        beacon: how pages tell what is seen; None if nothing waits for that.
        consent: where it stands whether a subject may be remembered; None if nobody is asked.
        debug: what is shown of decisions while an app is made.
        by_arm: shared caches may keep a page for each arm.
        kill_switch: the file whose existence switches everything off, or None.
        stamp: the state that the file was in when it was read; None for a mapping.
    """

    secret_keys: tuple[str, ...]
    store: str
    refresh: float
    cookie: Cookie
    experiments: tuple[Experiment, ...]
    routes: tuple[Route, ...]
    count_bots: bool
    below_mount: bool
    folder: Path
    source: str
    attributes: Mapping[str, Source] = NO_SOURCES
    log: tuple[LogSettings, ...] = ()
    beacon: Beacon | None = None
    consent: ConsentSettings | None = None
    debug: Debug = NO_DEBUG
    by_arm: bool = False
    kill_switch: Path | None = None
    stamp: Stamp | None = None

    @property
    def varies_on(self) -> tuple[str, ...]:
        """The request headers on which responses depend, beside the cookie."""
        return () if self.consent is None else self.consent.varies_on

    def __repr__(self) -> str:
        """Name the experiments only: the rest holds secrets."""
        names = ", ".join(experiment.name for experiment in self.experiments)
        return f"Settings(source={self.source!r}, experiments=({names}))"


def forcing_of(settings: Settings) -> Forcing:
    """Return what reads and writes which arms are asked for by force."""
    keys, experiments, cookie = settings.secret_keys, settings.experiments, settings.cookie
    return Forcing(keys, experiments, cookie, anybody=settings.debug.force)
