"""Telling of alarms: to a function of the app's and to a webhook, from a thread beside all others.

It never waits in a request nor in an exchange with the store. What cannot be told is tried again a
few times, and then left: the alarm is still on the dashboard, in `doctor` and in `Bandit.alarms`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from banditware.alarms.board import Board, Told
from banditware.alarms.rules import Alarm
from banditware.alerting import Alerting
from banditware.connecting import connection_to
from banditware.errors import StoreError
from banditware.forks import ForkAware, watch
from banditware.launching import launch
from banditware.periods import Every

_log = logging.getLogger("banditware")

#: Seconds that a webhook may take to answer.
PATIENCE = 10.0

#: Rest for so many times as long as a look takes, which is a second where there is much to see.
REST = 30

#: Seconds to wait before it is tried again, each time.
BACKOFF = (1.0, 4.0, 16.0, 60.0)

#: From this status on a webhook has not taken the message.
_REFUSED = 300

#: The kind that no board can keep, because it is about the store; every process tells it.
_STORE = "store"


class Teller(ForkAware):
    """Looks for alarms every so often and tells of what has changed.

    Attributes:
        alerting: whom to tell, and how often to look.
    """

    def __init__(
        self,
        alerting: Alerting,
        board: Board,
        check: Callable[[], list[Alarm]],
        sleep: Callable[[float], object] = time.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            alerting: whom to tell, and how often to look.
            board: says which process tells.
            check: returns what is wrong now.
            sleep: waits for so many seconds.
            timer: seconds of a clock that nobody sets.
        """
        self.alerting = alerting
        self._board = board
        self._check = check
        self._sleep = sleep
        self._timer = timer
        self._resting = -math.inf
        self._every = Every(alerting.every)
        self._busy = threading.Lock()
        self._away = False
        watch(self)

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: the child looks for itself."""
        if child:
            self._busy = threading.Lock()

    def look(self, now: float) -> None:
        """Start a round if it is time and the last one is over. Never waits."""
        if self.alerting.silent or self._timer() < self._resting or not self._every.due(now):
            return
        if self._busy.acquire(blocking=False) and launch(self._round) is None:
            self._busy.release()

    def _round(self) -> None:
        try:
            self.round()
        except Exception as error:  # noqa: BLE001  # the next round may do better
            _log.warning("alarms could not be told: %s", error)
        finally:
            self._busy.release()

    def round(self) -> None:
        """Look once, and tell what there is to tell."""
        since = self._timer()
        found = self._check()
        self._resting = self._timer() + REST * (self._timer() - since)
        away = [alarm for alarm in found if alarm.kind == _STORE]
        if bool(away) != self._away:
            self._away = bool(away)
            over = Alarm(_STORE, "", "", None, "is over", "")
            self._tell(Told("begin", away[0]) if away else Told("end", over))
        if not away:
            with contextlib.suppress(StoreError):  # which is an alarm soon
                self._tell_all(self._board.changes(found))

    def _tell_all(self, changes: Iterable[Told]) -> None:
        for told in changes:
            self._tell(told)

    def _tell(self, told: Told) -> None:
        alarm = told.alarm
        where = f"{alarm.experiment} {alarm.arm}".strip() or "everything"
        _log.warning("alarm %s of %s: %s: %s", told.event, where, alarm.kind, alarm.message)
        payload = {"event": told.event, **alarm._asdict()}
        if self.alerting.call:
            self._persevere("the function", lambda: _call(self.alerting.call, payload))
        if self.alerting.webhook:
            self._persevere("the webhook", lambda: post(self.alerting.webhook, payload))

    def _persevere(self, whom: str, tell: Callable[[], None]) -> None:
        """Tell, and try again for a while; neither an address nor what is said there is logged."""
        for pause in BACKOFF:
            if not _failure(tell):
                return
            self._sleep(pause)
        why = _failure(tell)
        if why:
            _log.warning("%s could not be told: %s", whom, why)


def _failure(tell: Callable[[], None]) -> str:
    """Tell, and return what kind of error that ended in, or nothing."""
    try:
        tell()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # an app's own may do anything
        return type(error).__name__
    return ""


def _call(name: str, payload: dict[str, Any]) -> None:
    import pkgutil  # noqa: PLC0415  # only names in a configuration need it

    pkgutil.resolve_name(name)(payload)


def post(url: str, payload: dict[str, Any]) -> None:
    """Send a message to a webhook as JSON; where it redirects to is not followed.

    Raises:
        OSError: it cannot be reached, or has not taken the message.
        http.client.HTTPException: it speaks no HTTP.
    """
    connection, target = connection_to(url, PATIENCE)
    headers = {"Content-Type": "application/json", "User-Agent": "banditware"}
    with contextlib.closing(connection):
        connection.request("POST", target, json.dumps(payload).encode(), headers)
        answer = connection.getresponse()
        if answer.status >= _REFUSED:
            raise OSError(f"it answers {answer.status}")
