"""A store that is away is asked less and less often, by every process at another moment.

Requests never ask the store, so a breaker that is open delays nothing but the thread's next round.
"""

from __future__ import annotations

import random

#: The longest pause, in seconds, after a store failed again and again.
LONGEST_PAUSE = 30.0

#: Doublings after which any pause is the longest one.
_MOST = 16


class Breaker:
    """Says how long to wait until the store is asked again.

    After a failure it is open. The wait is then drawn from the whole range between the usual one
    and a limit that doubles with every failure, up to `LONGEST_PAUSE` (full jitter), so that the
    workers of a fleet do not come back all at once. The first success closes it.

    Attributes:
        failures: failures since the last success.
    """

    def __init__(self, usual: float, generator: random.Random) -> None:
        """Begin closed.

        Args:
            usual: seconds between two rounds while the store answers.
            generator: draws the waits.
        """
        self.failures = 0
        self._usual = usual
        self._random = generator

    @property
    def open(self) -> bool:
        """True from a failure to the next success."""
        return self.failures > 0

    def succeeded(self) -> None:
        """Close it: the store answered."""
        self.failures = 0

    def failed(self) -> None:
        """Open it, or keep it open for longer."""
        self.failures += 1

    def pause(self) -> float:
        """Return the seconds until the store may be asked again."""
        if not self.failures:
            return self._usual
        limit = min(LONGEST_PAUSE, self._usual * 2.0 ** min(self.failures, _MOST))
        # A usual wait that is longer than any limit would leave nothing to draw from.
        return self._random.uniform(min(self._usual, limit / 2.0), limit)
