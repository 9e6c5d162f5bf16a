"""Counts that are current where nobody may wait long for the store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from banditware.errors import StoreError
from banditware.launching import launch

if TYPE_CHECKING:
    from banditware.flusher import Flusher


class Freshness:
    """Sees to it that counts are no older than `refresh`, if the store lets itself be asked.

    The flusher's thread does that anyway, where it runs: this is for a process that has not served
    anybody yet, or not for a while.
    """

    def __init__(
        self, flusher: Flusher, refresh: float, fault: Callable[[Exception], None]
    ) -> None:
        """Prepare.

        Args:
            flusher: asks the store.
            refresh: seconds after which counts are old.
            fault: told of an exception of ours.
        """
        self._flusher = flusher
        self._refresh = refresh
        self._fault = fault
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None

    def __call__(self, patience: float) -> None:
        """Ask the store if the counts are old, and wait for `patience` seconds at most.

        A store that is away is left to the flusher, which tries at its own pace. Never raises.
        """
        health = self._flusher.health()
        if health.failures:
            return
        if health.counts_age is not None and health.counts_age <= self._refresh:
            return
        if not self._lock.acquire(timeout=patience):
            return
        try:
            if self._asking is None or not self._asking.is_alive():
                self._asking = launch(self._ask)
            asking = self._asking
        finally:
            self._lock.release()
        if asking is not None:  # where no thread can be started, counts come between requests
            asking.join(patience)

    def _ask(self) -> None:
        try:
            self._flusher.flush()
        except StoreError:  # which the flusher has counted
            pass
        except Exception as error:  # noqa: BLE001  # nothing of ours may end the app's server
            self._fault(error)
