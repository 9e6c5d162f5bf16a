"""Alarms, looked for beside the pages that show them.

To find out what is wrong, the history of every experiment is read: with hundreds of them that takes
seconds. A page shows what was found last, and has somebody look again if that is long ago.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from banditware.dashboard.source import Alarm

#: Seconds between two looks, and how many times longer than a look that is at least.
EVERY, REST = 60.0, 30.0

#: Of so many experiments a page waits for a look, for so many seconds at most. With more of them
#: the look begins when the page is made: two threads of Python's do not work at the same time.
FEW, PATIENCE = 8, 0.25

#: Lets something be done beside.
Launch = Callable[[Callable[[], None]], object]


class Found(NamedTuple):
    """What was found.

    Attributes:
        alarms: what is wrong.
        time: when somebody looked, in seconds since the epoch; None if nobody has yet.
    """

    alarms: Sequence[Alarm] = ()
    time: float | None = None


def in_a_thread(call: Callable[[], None]) -> None:
    """Call something in a thread that holds up nobody's end."""
    threading.Thread(target=call, name="banditware-lookout", daemon=True).start()


class Lookout:
    """Looks for alarms from time to time, while somebody wants to see them. One per process."""

    def __init__(
        self,
        look: Callable[[], Sequence[Alarm]],
        clock: Callable[[], float],
        fault: Callable[[Exception], None],
        launch: Launch = in_a_thread,
    ) -> None:
        """Prepare; nothing is looked for yet.

        Args:
            look: returns what is wrong; may take long.
            clock: seconds since the epoch.
            fault: told of an exception of `look`.
            launch: lets something be done beside.
        """
        self._look = look
        self._clock = clock
        self._fault = fault
        self._launch = launch
        self._lock = threading.Lock()
        self._found = Found()
        self._due = float("-inf")
        self._period = EVERY
        self._done: threading.Event | None = None

    def begin(self) -> None:
        """Let somebody look, if the last time is long ago and nobody does."""
        with self._lock:
            now = self._clock()
            # A clock that is set back does not end the looking.
            if self._done is not None or self._due - self._period <= now < self._due:
                return
            done = self._done = threading.Event()
        self._launch(partial(self._turn, done))

    def found(self, experiments: int) -> Found:
        """Return what is wrong, as far as that is known; there are so many experiments."""
        if experiments <= FEW:
            self.begin()
            done = self._done
            if done is not None:
                done.wait(PATIENCE)
        return self._found

    def _turn(self, done: threading.Event) -> None:
        begun = self._clock()
        try:
            self._found = Found(tuple(self._look()), begun)
        except Exception as error:  # noqa: BLE001  # whatever it was, pages have to go on
            self._fault(error)
        with self._lock:
            ended = self._clock()
            self._period = max(EVERY, REST * (ended - begun))
            self._due = ended + self._period
            self._done = None
        done.set()
