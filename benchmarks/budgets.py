"""Every budget of DESIGN section 9, banditware beside its peers, in one run.

Figures are medians over rounds, with the quartiles behind them; whatever a line compares was timed
in turn within each round. The exit status is 1 if a budget is not met.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from benchmarks import tables
from benchmarks.pace import PATIENCE
from benchmarks.rows import contextual, counting, deciding, imports, paths, redis_trips
from benchmarks.rows.finding import Finding, missed, table
from benchmarks.timing import CALLS, MOST

ROUNDS, QUICK = 16, 2

NOTE = (
    "Medians of {rounds} rounds of {calls:,} calls ({few} where one takes half a millisecond), the "
    "quartiles behind them; *added* is what a call takes more than the bare app, or than the call "
    "above it, in the same round. Rounds wait until the core runs at its full speed, whatever "
    "others do on its hardware (up to {patience:.0f} seconds in a process), and are taken again if "
    "it slowed down within them (up to {most} times as many in all). Before each round the counts "
    "are flushed: no server's requests leave as much to be counted as a loop's, and the flusher's "
    "thread would still be at that of the last rounds; what it takes for a request has rows of its "
    "own. Each way in, and each store, has a process of its own. An app of Flask varies by more "
    "than the first budget, which is why budgets are judged on WSGI and ASGI. The contextual peers "
    "get rows of numbers, and Vowpal Wabbit text, that are ready; banditware and Eppo's SDK get "
    "attributes."
)

PEERS = (
    "Flask-MAB",
    "growthbook",
    "mabwiser",
    "eppo-server-sdk",
    "bayesianbandits",
    "vowpalwabbit",
    "redis",
)


def note(what: str) -> None:
    """Say how far it is, to whoever waits."""
    print(f"{time.strftime('%X')} {what}", file=sys.stderr, flush=True)


def versions(names: Iterable[str]) -> str:
    """Return packages with their versions, or that they are not installed."""
    return ", ".join(f"{name} {version(name)}" for name in names)


def version(name: str) -> str:
    """Return the version of a package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def every(*, quick: bool, pictures: Path | None) -> list[Finding]:
    """Measure everything; draw the picture if it has a folder."""
    rounds = QUICK if quick else ROUNDS
    note("requests")
    added, missing = paths.measured(rounds)
    if pictures:
        paths.picture(added, pictures)
    found = paths.findings(added, missing)
    parts: dict[str, Callable[[], list[Finding]]] = {
        "decisions": lambda: deciding.findings(rounds),
        "decisions in context": lambda: contextual.decisions(rounds),
        "rewards": lambda: contextual.rewards(rounds),
        "Redis": lambda: redis_trips.findings(rounds, 6 if quick else 60),
        "counting": lambda: counting.findings(1.5 if quick else 10),
        "importing": lambda: imports.findings(2 if quick else 16),
    }
    for what, part in parts.items():
        note(what)
        found += part()
    return found


def main() -> int:
    """Print the table; return 1 if a budget is not met."""
    options = tables.options(__doc__)
    found = every(quick=options.quick, pictures=options.pictures)
    print("### Budgets, and peers beside them\n")
    print(table(found))
    rounds = QUICK if options.quick else ROUNDS
    said = {"rounds": rounds, "calls": CALLS, "few": contextual.FEW}
    print(f"\n{NOTE.format(**said, patience=PATIENCE, most=MOST)}")
    print(f"\nPeers: {versions(PEERS)}.")
    misses = missed(found)
    print("\n" + ("\n".join(f"- {miss}" for miss in misses) or "All budgets are met."))
    return int(bool(misses))


if __name__ == "__main__":
    sys.exit(main())
