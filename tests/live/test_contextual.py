"""Two segments that like different arms: each gets its own, and the log says exactly why.

`PYTHONPATH=. python tests/live/test_contextual.py 20000` sends so many visitors to gunicorn with
four workers on Valkey, prints what each segment got, and compares all counts and sums of the models
with those that a single process gets from the decision log.
"""

from __future__ import annotations

import json
import math
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from banditware.contextual.features import parsed
from banditware.contextual.moments import pairs
from banditware.stores import open_store
from tests.redis_servers import shared
from tests.serving import Server, Visitor, gunicorn, stats

APP = """
def app(environ, start_response):
    visit = environ["banditware.visit"]
    body = visit["offer"].encode() if environ["PATH_INFO"] == "/" else b"ok"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: {store}
refresh: 200ms
attributes:
  plan: {{header: X-Plan}}
  age: {{query: age}}
experiments:
  offer:
    policy: igw
    context: {{plan: categorical, age: numeric}}
    arms: [discount, upgrade]
routes:
  - {{match: GET /, choose: offer}}
  - {{match: POST /buy, reward: offer}}
log: {{file: decisions.jsonl, rotate: 1GB}}
"""

#: How likely a visitor buys, by plan and arm.
RATES = {
    ("free", "discount"): 0.30,
    ("free", "upgrade"): 0.10,
    ("paid", "discount"): 0.10,
    ("paid", "upgrade"): 0.30,
}
BETTER = {"free": "discount", "paid": "upgrade"}

VISITORS_AT_ONCE = 8


class Day(NamedTuple):
    """What came of some visitors.

    Attributes:
        quarters: visitors by quarter of the time, plan and arm.
        pulls: what the visitors saw.
        rewards: what they bought.
        stored: what `banditware stats` says of it: pulls and rewards.
        difference: the largest between a number of the store and the same from the log, relative to
            its size.
        numbers: how many numbers were compared.
    """

    quarters: Counter[tuple[int, str, str]]
    pulls: int
    rewards: int
    stored: tuple[int, int]
    difference: float
    numbers: int


def day(folder: Path, visitors: int, *, workers: int) -> Day:
    """Let so many visitors come, and compare what is stored with what is in the log."""
    store = shared("valkey").url(prefix=folder.name, spool=str(folder / "spool"))
    (folder / "shop.py").write_text(APP)
    (folder / "banditware.yaml").write_text(CONFIG.format(store=store))
    quarters: Counter[tuple[int, str, str]] = Counter()
    with gunicorn(folder, "shop:app", workers=workers) as server:
        bought = _visits(server, visitors, quarters)
    arms = json.loads(stats(folder))["experiments"]["offer"]["arms"].values()
    lines = (folder / "decisions.jsonl").read_text().splitlines()
    replayed = replay(map(json.loads, lines))
    (counts,) = open_store(store, folder).exchange((), {"offer@1": 0}).counts.values()
    kept = {name: number for name, number in counts.fields.items() if name[0] in "nkmsqAb"}
    return Day(
        quarters,
        sum(quarters.values()),
        bought,
        (sum(arm["pulls"] for arm in arms), sum(arm["rewards"] for arm in arms)),
        max(_difference(kept.get(name), replayed.get(name)) for name in {*kept, *replayed}),
        len(kept),
    )


def _visits(server: Server, visitors: int, quarters: Counter[tuple[int, str, str]]) -> int:
    """Let visitors come, some at a time; return how many bought."""
    numbers, bought, lock = iter(range(visitors)), [0], threading.Lock()

    def visit() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            chance = random.Random(number)
            plan = chance.choice(["free", "paid"])
            visitor = Visitor(server.port)
            path = f"/?age={chance.randint(18, 80)}"
            arm = visitor.request("GET", path, **{"X-Plan": plan}).body.decode()
            buys = chance.random() < RATES[plan, arm]
            if buys:
                assert visitor.request("POST", "/buy").status == 200
            with lock:
                quarters[number * 4 // visitors, plan, arm] += 1
                bought[0] += buys

    threads = [threading.Thread(target=visit) for _ in range(VISITORS_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return bought[0]


def replay(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return what the log says of counts and models, as a single process would add it up."""
    sums: dict[str, float] = {}
    features: dict[str, Mapping[str, float]] = {}

    def add(field: str, number: float = 1) -> None:
        sums[field] = sums.get(field, 0) + number

    for event in sorted(events, key=lambda event: event["kind"]):  # decisions come first
        if not event["counted"]:
            continue
        arm, cohort = event["arm"], event["cohort"]
        if event["kind"] == "decision":
            vector = features[event["decision_id"]] = parsed(event["features"])
            add(f"n/{arm}/{cohort}")
            for (one, other), number in pairs(vector):
                add(f"A/{arm}/{cohort}/{one}/{other}", number)
            continue
        amount, goal = event["amount"], event["goal"]
        for field, number in (("k", 1), ("s", amount), ("q", amount**2), ("m", event["unit"])):
            add(f"{field}/{arm}/{cohort}/{goal}", number)
        for key, value in features[event["decision_id"]].items():
            add(f"b/{arm}/{cohort}/{key}", amount * value)
    return sums


def _difference(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return math.inf
    return abs(one - other) / max(1.0, abs(one))


def test_the_log_replays_the_models_of_all_workers(tmp_path: Path) -> None:
    """Counts and sums of the models are, to 1e-9, what one process gets from the decision log."""
    seen = day(tmp_path, 300, workers=2)

    assert seen.stored == (seen.pulls, seen.rewards) == (300, seen.rewards)
    assert seen.difference < 1e-9
    assert seen.numbers > 20


def main(visitors: int) -> int:
    """Run for so many visitors, print what came of it, and return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        seen = day(Path(name), visitors, workers=4)
    fine = seen.stored == (seen.pulls, seen.rewards) and seen.difference < 1e-9
    print(f"{seen.pulls} visitors, {seen.rewards} bought; stored {seen.stored}")
    for plan, better in BETTER.items():
        shares = []
        for quarter in range(4):
            got = {arm: seen.quarters[quarter, plan, arm] for arm in BETTER.values()}
            shares.append(got[better] / sum(got.values()))
        fine &= shares[-1] > 0.5
        told = ", ".join(f"{share:.1%}" for share in shares)
        print(f"{plan}: {better} is better and got {told} of the four quarters")
    print(
        f"{seen.numbers} numbers of the store, largest difference to the log {seen.difference:.1e}"
    )
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
