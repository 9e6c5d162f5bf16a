"""What hostile User-Agents of 8 KB cost, with and without the extra `bots`: the slowest of many.

Run with `python benchmarks/user_agents.py`.
"""

from __future__ import annotations

import sys
import time

from banditware import bots

SIZE = 8_192
TRIALS = 25
PARTS = ("x", "bo", "Bo", "cubot", "Spider ", "ContextualBot", "Current ", "BlogTraffic/1.1", "a-")


def slowest() -> tuple[float, str]:
    """Return the longest that an agent took at best, in milliseconds, and what it is made of."""
    found = []
    for part in PARTS:
        agent = (part * SIZE)[:SIZE]
        found.append((min(_once(agent) for _ in range(TRIALS)) * 1_000, part))
    return max(found)


def _once(agent: str) -> float:
    bots._names_bot.cache_clear()  # noqa: SLF001  # a hostile client sends another one each time
    start = time.perf_counter()
    bots.is_bot(agent)
    return time.perf_counter() - start


def main() -> None:
    """Print both."""
    extra = "installed" if bots.known_crawlers() else "not installed"
    print("extra `bots` is {}: slowest {:.3f} ms ({!r}, repeated)".format(extra, *slowest()))
    sys.modules["crawleruseragents"] = None  # type: ignore[assignment]  # as if it were not there
    bots.known_crawlers.cache_clear()
    print("without it: slowest {:.3f} ms ({!r}, repeated)".format(*slowest()))


if __name__ == "__main__":
    main()
