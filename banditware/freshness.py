"""What is current where nobody may wait long for the store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from banditware.errors import StoreError
from banditware.launching import launch

if TYPE_CHECKING:
    from banditware.flusher import Flusher

T = TypeVar("T")


class Asking:
    """Asks in a thread, one at a time; many may wait for the same answer, as long as they like."""

    def __init__(self, ask: Callable[[], None]) -> None:
        """Prepare; `ask` must not raise."""
        self._ask = ask
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, patience: float) -> None:
        """Have it asked, and wait for `patience` seconds at most. Never raises."""
        if not self._lock.acquire(timeout=patience):
            return
        try:
            if self._thread is None or not self._thread.is_alive():
                self._thread = launch(self._ask)
            thread = self._thread
        finally:
            self._lock.release()
        if thread is not None:  # there are processes that can start none
            thread.join(patience)


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
        self._asking = Asking(self._flush)

    def __call__(self, patience: float) -> None:
        """Ask the store if the counts are old, and wait for `patience` seconds at most.

        A store that is away is left to the flusher, which tries at its own pace. Never raises.
        """
        health = self._flusher.health()
        age = health.counts_age
        if not health.failures and (age is None or age > self._refresh):
            self._asking(patience)

    def _flush(self) -> None:
        try:
            self._flusher.flush()
        except StoreError:  # which the flusher has counted
            pass
        except Exception as error:  # noqa: BLE001  # nothing of ours may end the app's server
            self._fault(error)


class Latest(Generic[T]):
    """What somebody said last, who takes their time: asked anew when it is old."""

    def __init__(
        self, ask: Callable[[], T], first: T, *, every: float, clock: Callable[[], float]
    ) -> None:
        """Prepare.

        Args:
            ask: says it; it may take as long as the store does. What it raises changes nothing.
            first: what holds before it was said for the first time.
            every: seconds after which it is old.
            clock: seconds, of a clock that only goes forward.
        """
        self._said = first
        self._ask = ask
        self._every = every
        self._clock = clock
        self._due = clock()
        self._asking = Asking(self._listen)

    def __call__(self, patience: float) -> T:
        """Return what was said last, after waiting for `patience` seconds at most if it is old."""
        if self._clock() >= self._due:
            self._asking(patience)
        return self._said

    def _listen(self) -> None:
        try:
            self._said = self._ask()
        except Exception:  # noqa: BLE001  # what was said before goes on
            return
        self._due = self._clock() + self._every
