"""What banditware adds to a request, next to Flask-MAB and to the bare app, in one run.

Every figure is the median over rounds of (wrapped minus bare), both timed in turn within a round.
`python benchmarks/overhead.py --rounds N` is the quick one; `budgets.py` has all rows, and spreads.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
from pathlib import Path

from banditware import Bandit
from benchmarks.apps import config, plain_asgi, plain_wsgi
from benchmarks.importing import import_costs
from benchmarks.least import LeastWSGI
from benchmarks.rows.deciding import mabwiser
from benchmarks.sending import ROWS, asgi_request, wsgi_request
from benchmarks.timing import CALLS, in_turn, overhead
from benchmarks.ways import Way, flask_mab, ways

#: Programs that send the same requests may take these from here.
__all__ = ["ROWS", "asgi_request", "config", "plain_asgi", "plain_wsgi", "wsgi_request"]


def requests_table(folder: Path, rounds: int) -> None:
    """Time the rows of requests, and print them."""
    with Bandit.from_config(config(folder)) as bandit:
        every = [*ways(bandit), flask_mab(folder)]
        print(f"\n{'added microseconds':36}{'budget':>8}" + "".join(f"{e.name:>11}" for e in every))
        for row in ROWS:
            costs = [overhead(way, row, rounds, bandit.flush)[0] for way in every]
            cells = "".join(f"{cost:11.2f}" for cost in costs)
            print(
                f"{row.what:36}{row.budget:8.0f}{cells}   1/{costs[3] / costs[0]:.0f} of Flask-MAB"
            )
    floor = Way("WSGI", wsgi_request, plain_wsgi, LeastWSGI(plain_wsgi))
    least = overhead(floor, ROWS[0], rounds)[0]
    print(f"{'the least, where nothing matches':36}{least:19.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=16)
    rounds = parser.parse_args().rounds
    print(f"CPython {platform.python_version()}, {platform.machine()}, {rounds} rounds of {CALLS}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requests_table(folder, rounds)
        memory = {**config(folder), "store": "memory://"}
    with Bandit.from_config(memory) as bandit:
        calls = {"ours": lambda: bandit.decide("txt_btn"), "theirs": mabwiser()}
        ours, theirs = map(statistics.median, in_turn(calls, rounds, settle=bandit.flush).values())
    print(f"{'decide() without context':36}{2:8}{ours:11.2f}   MABWiser Thompson {theirs:.2f}")
    ours, theirs = map(min, import_costs(["banditware", "flask_mab"]).values())
    print(f"{'import, milliseconds of CPU':36}{60:8}{ours:11.1f}   Flask-MAB {theirs:.1f}")


if __name__ == "__main__":
    main()
