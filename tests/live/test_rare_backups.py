"""A fleet so large that its backups are rare loses the data of its server, again and again.

`python tests/live/test_rare_backups.py 40` loses them 40 times and prints what is missing or twice
each time. The positions of 3,000 spools of other machines make backups three times as rare.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from banditware.keeping import SPOOLS
from tests import redis_servers
from tests.chaos.test_rare_backups import RARER, LargeFleet, lose, minutes_of_work
from tests.redis_servers import ServerProcess


def wipes(folder: Path, times: int) -> list[dict[str, float]]:
    """Return how much more than was recorded the store has after each loss, by field."""
    server = ServerProcess(redis_servers.NAMES[0])
    fleet = LargeFleet(server.url(timeout=10), folder, RARER * SPOOLS)
    found = []
    try:
        minutes_of_work(fleet, RARER + 2)
        for number in range(times):
            found.append(lose(fleet, server))
            minutes_of_work(fleet, 1 + number % (2 * RARER))
    finally:
        fleet.close()
        server.stop()
    return found


def test_a_fleet_of_thousands_of_spools_outlives_a_wipe(tmp_path: Path) -> None:
    """Nothing is lost or doubled with the real number of spools, either."""
    assert wipes(tmp_path, 1) == [{"n/x/0": 0, "k/x/0/g": 0}]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        wrong = wipes(Path(name), int(sys.argv[1]))
    for number, each in enumerate(wrong, 1):
        print(f"wipe {number}: stored beyond what was recorded {each}")
    sys.exit(any(value for each in wrong for value in each.values()))
