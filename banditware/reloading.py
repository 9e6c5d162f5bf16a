"""Noticing that the file of a configuration has changed, and reading it anew.

A file that is being written is left alone until it has been the same for a while. One that
cannot be used changes nothing, is told in the log once, and in `Health` for as long as it is so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from banditware import hangup
from banditware.config import load
from banditware.config.settings import Settings
from banditware.config.stamping import Stamp, stamp_of

#: What a running process goes on with until it is started anew, and what the file calls it.
_LASTING = {
    "store": "store",
    "refresh": "refresh",
    "secret_keys": "secret_keys",
    "log": "log",
    "below_mount": "below_mount",
    "by_arm": "caching",
}

#: Twice as many seconds as a file has to be the same, where refreshes are further apart.
LONGEST_WAIT = 1.0

_log = logging.getLogger("banditware")


class Reloading:
    """Looks at the file of a configuration. One process, one thread at a time.

    Attributes:
        path: the file; empty if the configuration came from none.
    """

    def __init__(self, settings: Settings, timer: Callable[[], float] = time.monotonic) -> None:
        """Prepare.

        Args:
            settings: the configuration; it says which file it came from, and in which state.
            timer: seconds of a clock that nobody sets.
        """
        self._timer = timer
        self._while = min(settings.refresh, LONGEST_WAIT) / 2
        self._since = 0.0
        self.path = "" if settings.stamp is None else settings.stamp.path
        if self.path:
            hangup.listen()
        self._source = settings.source
        self._used: Stamp | None = settings.stamp
        self._seen: Stamp | None = settings.stamp
        self._heard = hangup.number()
        self._problem = ""
        self._restart: tuple[str, ...] = ()
        self._reloads = 0

    def look(self, current: Settings) -> Settings | None:
        """Return what the file says if it has changed and can be used, else None. Never raises.

        What cannot change in a running process is as it is in `current`.
        """
        if not self.path:
            return None
        stamp, heard = stamp_of(self.path), hangup.number()
        told, self._heard = heard != self._heard, heard
        if not told and not self._settled(stamp):
            return None
        self._used = self._seen = stamp
        try:
            settings = load(self.path, secret_keys=current.secret_keys)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with it, nothing changes
            self.refuse(error)
            return None
        return self._usable(settings, current)

    def _settled(self, stamp: Stamp | None) -> bool:
        """Return True if the file is another one than was read, and has been so for a while."""
        if stamp == self._used:
            self._seen = stamp
            return False
        if stamp != self._seen:
            self._seen, self._since = stamp, self._timer()
            return False
        return self._timer() - self._since >= self._while

    def refuse(self, error: Exception) -> None:
        """Tell that the file cannot be used."""
        self._problem = str(error) or type(error).__name__
        _log.error(
            "%s was changed and cannot be used; what it said before goes on:\n%s",
            self._source,
            self._problem,
        )

    def health(self) -> dict[str, Any]:
        """Return what `Health` tells of the file."""
        return {
            "config_error": self._problem,
            "config_restart": self._restart,
            "config_reloads": self._reloads,
        }

    def _usable(self, settings: Settings, current: Settings) -> Settings:
        """Return new settings, with what cannot change now as it was; tell what that is."""
        lasting = [name for name in _LASTING if getattr(settings, name) != getattr(current, name)]
        restart = [_LASTING[name] for name in lasting]
        if settings.varies_on != current.varies_on:
            lasting.append("consent")
            restart.append("consent")
        self._problem, self._restart = "", tuple(restart)
        self._reloads += 1
        if restart:
            _log.warning(
                "%s was read anew; a restart is needed for what it says of: %s",
                self._source,
                ", ".join(restart),
            )
        else:
            _log.info("%s was read anew", self._source)
        kept = {name: getattr(current, name) for name in (*lasting, "source")}
        return settings._replace(**kept)
