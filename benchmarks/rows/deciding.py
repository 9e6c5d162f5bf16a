"""What a decision without context takes: in memory, and with its record on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from banditware import Bandit
from benchmarks import tables
from benchmarks.apart import apart
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


def deciding(store: str, rounds: int) -> dict[str, list[float]]:
    """Return microseconds of a decision in each round; without a store, on SQLite."""
    with tempfile.TemporaryDirectory() as name:
        settings = config(Path(name))
        with Bandit.from_config({**settings, "store": store or settings["store"]}) as bandit:
            decide = {store: lambda: bandit.decide("txt_btn")}
            return {
                "memory" if store else "SQLite": in_turn(decide, rounds, settle=bandit.flush)[store]
            }


def written() -> Callable[[], object]:
    """Return a write of as many bytes as a pull has."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # as long as it is written to
    return lambda: os.write(file.fileno(), RECORD)


def findings(rounds: int) -> list[Finding]:
    """Return the rows of decisions without context."""
    peers, missing = optional.made(PEERS)
    samples = in_turn(peers, rounds) | apart(deciding, "memory://", rounds)
    samples |= apart(deciding, "", rounds) | in_turn({"write": written()}, rounds)
    spreads = {each: tables.spread(took) for each, took in samples.items()}
    beside = [(each, spreads.get(each) or missing[each]) for each in PEERS]
    write = added(samples["memory"], samples["SQLite"])
    return [
        *compared(Cost("`decide()` without context", "memory", spreads["memory"], BUDGET), beside),
        *compared(
            Cost("its record in the spool, added", "SQLite", write, WRITE),
            [("one `os.write` of 44 bytes", spreads["write"])],
        ),
    ]
