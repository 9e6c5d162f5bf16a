"""Many visitors, a few at a time, the returning ones among the new."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from banditware.cli.demonstration.visitors import Visitor

#: How many visit at the same time.
THREADS = 8

#: New visitors a second, unless the machine is slower. Slow enough to watch, and to learn from the
#: first ones before most have come.
PACE = 250.0

#: Seconds before somebody returns, at most.
_GAP = 2.0


class Crowd:
    """All visitors of a demonstration, in the order of their first visit.

    Attributes:
        visitors: the visitors.
    """

    def __init__(
        self,
        visitors: Sequence[Visitor],
        values: Mapping[str, Mapping[str, str]],
        seed: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Plan the visits.

        Args:
            visitors: who comes, in this order.
            values: see `Visitor.visit`.
            seed: of when they return.
            clock: seconds since whenever.
        """
        self.visitors = visitors
        self._values = values
        self._plan = _planned(visitors, random.Random(seed))
        self._clock = clock
        self._start = 0.0
        self._taking = threading.Lock()
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)]

    def __enter__(self) -> Crowd:  # noqa: PYI034 - typing.Self is newer than 3.10
        self._start = self._clock()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let nobody start another visit, and wait until those who are there have left."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, seconds: float) -> bool:
        """Wait for so many seconds; return True if everybody has come and gone.

        Raises:
            Exception: what kept a visitor from it.
        """
        for thread in [thread for thread in self._threads if thread.is_alive()][:1]:
            thread.join(seconds)
        if self._error is not None:
            raise self._error
        return not any(thread.is_alive() for thread in self._threads)

    def arrived(self) -> Sequence[Visitor]:
        """Return those who have seen the page, in their order."""
        return [visitor for visitor in self.visitors if visitor.seen]

    def _run(self) -> None:
        while not self._stop.is_set():
            with self._taking:
                due, visitor = next(self._plan, (0.0, None))
            if visitor is None:
                return
            if not self._stop.wait(self._start + due - self._clock()):
                self._let_in(visitor)

    def _let_in(self, visitor: Visitor) -> None:
        try:
            visitor.visit(self._values)
        except Exception as error:  # noqa: BLE001 - told by `wait`
            self._error = error
            self._stop.set()


def _planned(
    visitors: Sequence[Visitor], generator: random.Random
) -> Iterator[tuple[float, Visitor]]:
    """Yield every visitor as often as they come, each time with its second, in order."""
    plan: list[tuple[float, int]] = []
    for number, visitor in enumerate(visitors):
        due = number / PACE
        plan.append((due, number))
        for _ in range(visitor.visits - 1):
            due += generator.uniform(0.0, _GAP)
            plan.append((due, number))
    return ((due, visitors[number]) for due, number in sorted(plan))
