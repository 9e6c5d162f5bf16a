"""What a decision without context takes: in memory, and with its record on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from banditware import Bandit
from benchmarks import tables
from benchmarks.apps import config
from benchmarks.rows import optional
from benchmarks.rows.finding import Cost, Finding, compared
from benchmarks.timing import added, in_turn

BUDGET = 2.0

#: What a spool write may add to it.
WRITE = 2.5

#: As long as the record of a pull in a spool.
RECORD = b"12345678\tn/txt_btn/casual/1800000000\t1\t\t\n\n"


def mabwiser() -> Callable[[], object]:
    """Return a decision of MABWiser's Thompson sampling, which has learnt of three arms."""
    from mabwiser.mab import MAB, LearningPolicy  # noqa: PLC0415  # it may be missing

    peer = MAB(["a", "b", "c"], LearningPolicy.ThompsonSampling())
    peer.fit(["a", "b", "c"] * 20, [0, 1, 0, 1, 1, 0] * 10)
    predict: Callable[[], object] = peer.predict
    return predict


def growthbook() -> Callable[[], object]:
    """Return an inline experiment of GrowthBook, run for a user whom it knows already."""
    import growthbook as peer  # noqa: PLC0415  # it may be missing

    user = peer.GrowthBook(attributes={"id": "u1"})
    experiment = peer.Experiment(key="txt_btn", variations=["Hey", "Add", "Good day"])
    assert user.run(experiment).inExperiment
    return lambda: user.run(experiment)


PEERS: dict[str, Callable[[], Callable[[], object]]] = {
    "GrowthBook": growthbook,
    "MABWiser Thompson": mabwiser,
}


def findings(rounds: int) -> list[Finding]:
    """Return the rows of decisions without context."""
    peers, missing = optional.made(PEERS)
    with tempfile.TemporaryDirectory() as name:
        on_disk = config(Path(name))
        with (
            Bandit.from_config({**on_disk, "store": "memory://"}) as memory,
            Bandit.from_config(on_disk) as sqlite,
            (Path(name) / "written").open("ab", buffering=0) as file,
        ):
            calls: dict[str, Callable[[], Any]] = {
                **peers,
                "memory": lambda: memory.decide("txt_btn"),
                "SQLite": lambda: sqlite.decide("txt_btn"),
                "write": lambda: os.write(file.fileno(), RECORD),
            }
            samples = in_turn(calls, rounds)
    spreads = {each: tables.spread(samples[each]) for each in calls}
    beside = [(each, spreads.get(each) or missing[each]) for each in PEERS]
    write = added(samples["memory"], samples["SQLite"])
    return [
        *compared(Cost("`decide()` without context", "memory", spreads["memory"], BUDGET), beside),
        *compared(
            Cost("its record in the spool, added", "SQLite", write, WRITE),
            [("one `os.write` of 44 bytes", spreads["write"])],
        ),
    ]
