"""A process that decides and logs: `python worker.py CONFIG NUMBER CHILDREN`; prints ids."""

from __future__ import annotations

import os
import sys

from banditware import Bandit


def work(bandit: Bandit, number: int) -> None:
    """Decide so often, and say which decisions these were, in one write."""
    ids = [bandit.decide("button", subject="x" * (each % 50)).id for each in range(number)]
    bandit.close(60)
    health = bandit.health()
    assert (health.log_lost, health.log_waiting) == (0, 0), health
    os.write(1, "".join(f"{each}\n" for each in ids).encode())


def main(config: str, number: int, children: int) -> None:
    """Decide once, have children that decide, and decide again."""
    bandit = Bandit.from_config(config)
    first = bandit.decide("button")  # waits in memory, or is being written, while it forks
    pids = []
    for _ in range(children):
        pid = os.fork()
        if pid == 0:
            work(bandit, number)
            os._exit(0)
        pids.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * children
    os.write(1, f"{first.id}\n".encode())
    work(bandit, number)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
