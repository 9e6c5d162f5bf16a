"""What the dashboard's pages take with many experiments and a long history.

200 experiments of 10 arms with 90 days behind them, on SQLite and on a Redis or Valkey server:
`PYTHONPATH=. python benchmarks/dashboard.py` prints the server's time for the first overview of a
process, for the second one, for one whose counts have all moved on since, and for the page of an
experiment, with what they send. `--experiments` and `--days` make it smaller.

The first time is that of the thread, so that a busy machine is nobody's fault; the second one is
the clock's, with the waiting for the store. An overview asks no store.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from banditware import Bandit
from banditware.answer import Answer, Later, Received
from banditware.config import load
from banditware.stores import Batch, open_store
from tests.histories import filled
from tests.redis_servers import shared
from tests.support import Asked

TOKEN = "a-token-of-the-benchmark"

#: Milliseconds and kilobytes that the overview may take.
BUDGET = (300, 300)


def config(store: str, experiments: int, arms: int) -> dict[str, Any]:
    """Return a configuration with so many experiments."""
    names = [f"arm-{number}" for number in range(arms)]
    return {
        "secret_keys": ["0123456789abcdef0123456789abcdef"],
        "store": store,
        "refresh": "1h",
        "dashboard": {"token": TOKEN},
        "experiments": {f"experiment-{n:03}": {"arms": names} for n in range(experiments)},
    }


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of the stores."""
    found = {"SQLite": f"sqlite:///{folder}/counts.db"}
    server = shared("valkey")
    found["Valkey"] = server.url(spool=str(folder / "spool"), timeout=30)
    yield found


def ask(bandit: Bandit, place: str) -> Answer:
    """Return the answer to a request of somebody who has the token."""
    path, _, query = f"/_banditware/{place}".partition("?")
    headers = {"authorization": f"Bearer {TOKEN}"}
    visit = bandit.begin(Asked(path=path, query=query, headers=headers))
    assert isinstance(visit.answer, Later)
    answer = visit.answer.respond(Received())
    assert answer.status == 200, answer.body
    return answer


def timed(title: str, made: Callable[[], Answer]) -> tuple[float, float]:
    """Print and return what a page takes: milliseconds and kilobytes."""
    since, own = time.perf_counter(), time.thread_time()
    answer = made()
    took, worked = (time.perf_counter() - since) * 1e3, (time.thread_time() - own) * 1e3
    size = len(answer.body) / 1024
    print(f"  {title:<44}{worked:8.1f} ms {took:8.1f} ms {size:8.1f} KB")
    return worked, size


def move_on(bandit: Bandit, clock: list[float]) -> None:
    """Let every experiment be shown once more, and a minute pass."""
    settings = bandit.settings
    store = open_store(settings.store, settings.folder)
    clock[0] += 61
    for each in settings.experiments:
        fields = {f"n/arm-0/{each.cohort(clock[0])}": 1}
        store.exchange([Batch(each.ledger, f"moved {clock[0]}", 0, 1, fields)], {})
    bandit.refresh()


def measured(address: str, experiments: int, days: int) -> bool:
    """Print what pages take on a store; return True if the overview is within its budget."""
    settings = load(config(address, experiments, 10))
    clock = [time.time()]
    store = open_store(settings.store, settings.folder)
    filled(store, settings.experiments, days, clock[0], random.Random(1))
    pages = []
    with Bandit(settings, store=store, clock=lambda: clock[0]) as bandit:
        pages.append(timed("overview, the first of the process", lambda: ask(bandit, "")))
        pages.append(timed("overview, again", lambda: ask(bandit, "")))
        move_on(bandit, clock)
        pages.append(timed("overview, when all counts have moved on", lambda: ask(bandit, "")))
        for _ in range(experiments // 10):
            ask(bandit, "api/overview")
        pages.append(timed("overview, when everything is judged", lambda: ask(bandit, "")))
        timed("overview as JSON", lambda: ask(bandit, "api/overview"))
        name = settings.experiments[0].name
        for span in ("7d", "30d", "90d"):
            place = f"experiments/{name}?span={span}"
            timed(f"experiment, {span}", partial(ask, bandit, place))
        fields = store.aside(settings.experiments[0].ledger)
        print(f"  kept aside of an experiment: {len(fields):,} fields")
    return all(took <= BUDGET[0] and size <= BUDGET[1] for took, size in pages)


def main() -> int:
    """Measure all stores; exit with 1 if an overview is not within its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    given = parser.parse_args()
    well = True
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        stores(Path(folder)) as addresses,
    ):
        for name, address in addresses.items():
            print(f"{name}: {given.experiments} experiments, 10 arms, {given.days} days")
            well = measured(address, given.experiments, given.days) and well
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
