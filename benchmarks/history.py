"""What history costs: 200 experiments of ten arms, 90 days, on SQLite and on Valkey.

`PYTHONPATH=. python benchmarks/history.py [EXPERIMENTS]`; a minute. Times are those of the
processor, of this process and the server together, which a busy machine does not change much; the
best of five.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from banditware import Bandit
from banditware.model import DAY
from banditware.stores import Batch, Store
from banditware.stores.memory import MemoryStore
from banditware.stores.parts import Copying
from tests.histories import SPOOL, filled
from tests.redis_servers import ServerProcess

EXPERIMENTS = 200
ARMS = 10
DAYS = 90


class Place(NamedTuple):
    """A store that is measured.

    Attributes:
        name: what it is called.
        url: its address.
        size: returns the bytes that it takes.
        busy: returns the seconds of processor that a server of its own has used.
    """

    name: str
    url: str
    size: Callable[[], int]
    busy: Callable[[], float]


def opened(place: Place, experiments: int) -> Bandit:
    """Return a bandit with so many experiments."""
    arms = {f"arm{number}": "" for number in range(ARMS)}
    return Bandit.from_config(
        {
            "secret_keys": ["a key of the benchmark that is long enough"],
            "store": place.url,
            "refresh": "24h",  # so that no thread takes a turn by itself
            "experiments": {f"experiment{number}": {"arms": arms} for number in range(experiments)},
        }
    )


def best(place: Place, act: Callable[[], object]) -> float:
    """Return the milliseconds of processor that something takes."""
    times = []
    for _ in range(5):
        start = place.busy() + time.process_time()
        act()
        times.append(time.process_time() + place.busy() - start)
    return min(times) * 1e3


def told(place: Place, bandit: Bandit, fields: Mapping[str, Mapping[str, float]]) -> None:
    """Fill the store in two steps, and print what each takes and what reading costs."""
    store, number = bandit._store, len(fields)  # noqa: SLF001
    sizes = [place.size()]
    for aside in (False, True):
        for ledger, all_ in fields.items():
            part = {name: n for name, n in all_.items() if name.startswith("~") == aside}
            store.exchange([Batch(ledger, SPOOL, int(aside), aside + 1, part)], {})
        sizes.append(place.size())
    counts, history = ((b - a) / number / 1e3 for a, b in pairwise(sizes))
    kept = sum(name.startswith("~") for all_ in fields.values() for name in all_) / number
    print(f"{place.name}: {counts:.0f} kB of counts and {history:.0f} kB of history ", end="")
    print(f"({kept:.0f} fields) for each of {number} experiments; milliseconds:")
    ledgers, now = dict.fromkeys(fields, 0), time.time()
    rows: dict[str, Callable[[], object]] = {
        "counts of all experiments, read anew": lambda: store.exchange((), ledgers),
        "stats() of all, nothing changed": bandit.stats,
        "stats() of one": lambda: bandit.stats("experiment1"),
        "history of one, 90 days": lambda: bandit.history("experiment1"),
        "history of one, a week by hours": lambda: bandit.history(
            "experiment1", since=now - 7 * DAY
        ),
        "all fields of one, as for a backup": lambda: _copying(store).parts("experiment1@1"),
    }
    bandit.refresh()
    for name, act in rows.items():
        print(f"  {name:40}{best(place, act):8.1f}")
    days, week = (
        len(json.dumps(bandit.history("experiment1", since=now - days * DAY))) for days in (90, 7)
    )
    print(f"  JSON of one: {days / 1e3:.0f} kB for 90 days, {week / 1e3:.0f} kB for a week")


def _copying(store: Store) -> Copying:
    copying = store.copying()
    assert copying is not None
    return copying


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else EXPERIMENTS
    folder = Path(tempfile.mkdtemp())
    server = ServerProcess("valkey")

    def used() -> int:
        with server.client() as client:
            return int(client.info("memory")["used_memory"])

    def busy() -> float:
        with server.client() as client:
            info = client.info("cpu")
        return float(info["used_cpu_user"] + info["used_cpu_sys"])

    file = folder / "counts.db"
    places = (
        Place("SQLite", f"sqlite:///{file}", lambda: file.stat().st_size, lambda: 0.0),
        Place("Valkey", server.url(spool=str(folder / "spool"), timeout=10), used, busy),
    )
    fields: dict[str, dict[str, float]] = {}
    for place in places:
        with opened(place, number) as bandit:
            if not fields:
                experiments = [s.experiment for s in bandit._ground.snapshot.experiments.values()]  # noqa: SLF001
                generator, now = random.Random(1), time.time()
                fields = filled(MemoryStore(), experiments, DAYS, now, generator)
            told(place, bandit, fields)
    server.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
