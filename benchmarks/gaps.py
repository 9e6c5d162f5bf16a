"""What the machine takes by itself: a process that only looks at its clock, and where it jumps.

`python -m benchmarks.gaps SECONDS` prints, as JSON, for each millisecond the longest time between
two looks and what the process's own clock says that it worked meanwhile, both in milliseconds. It
knows nothing of banditware: what stops it is the machine, or who else works on it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple


class Gap(NamedTuple):
    """The longest time between two looks within a millisecond.

    Attributes:
        long: its milliseconds.
        worked: those of them that count as the process's own work. A machine that is taken away
            without the kernel's knowledge lets them look so.
    """

    long: float
    worked: float


def gaps(
    seconds: float,
    clock: Callable[[], float] = time.perf_counter,
    own: Callable[[], float] = time.thread_time,
) -> list[Gap]:
    """Look at the clock for so long; return the longest gap of each millisecond.

    Args:
        seconds: how long.
        clock: seconds.
        own: seconds of this thread's own work.
    """
    found, begin = [], clock()
    last, worked, longest = begin, own(), Gap(0.0, 0.0)
    while last < begin + seconds:
        now, done = clock(), own()
        gap = Gap((now - last) * 1e3, (done - worked) * 1e3)
        longest = max(longest, gap)
        if int((now - begin) * 1e3) > int((last - begin) * 1e3):
            found.append(longest)
            longest = Gap(0.0, 0.0)
        last, worked = now, done
    return found


def seen(seconds: float) -> list[Gap]:
    """Return the gaps that a process of its own sees in so many seconds."""
    command = [sys.executable, "-m", "benchmarks.gaps", str(seconds)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return [Gap(*each) for each in json.loads(told)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(gaps(float(sys.argv[1]))))
