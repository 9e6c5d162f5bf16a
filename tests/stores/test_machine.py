"""Processes that record, flush, crash and drain each other, in any order, against plain sums."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from banditware import drain
from banditware.counts import Record, encode
from banditware.errors import StoreError
from banditware.filespool import SUFFIX, FileSpool
from banditware.framing import frame
from banditware.keeping import INTERVAL
from banditware.outbox import Outbox
from banditware.stores import redis as redis_store
from tests.histories import added_up
from tests.recording import Faulty, kill
from tests.stores.table import STORES, RedisWorld, World

LEDGERS = ("a@1", "b@1")
#: Cohort 5 is old and folded into cohort 0; sums are compared as if it always were.
FOLDS = {"n/x/5": "n/x/0"}

#: How much longer than usual to look: see `make test-long`.
TIMES = int(os.environ.get("BANDITWARE_TEST_TIMES", "1"))

slots = st.integers(0, 2)
ledgers = st.sampled_from(LEDGERS)


class Machine(RuleBasedStateMachine):
    """Three processes on one store; where a store may be shared by machines, they are on two.

    A process that is not doing anything wrong may at any time be killed, be overtaken by another
    process between its reading and its applying, or lose a request or an answer. The store may at
    any time be wiped or put back to any older state. Time passes for all: every process sweeps
    before anybody makes backups of what was lost.
    """

    make: Callable[[Path], World]

    @initialize()
    def begin(self) -> None:
        """Start three processes on an empty store, with small chunks and excerpts at once."""
        self.temporary = tempfile.TemporaryDirectory()
        folder = Path(self.temporary.name)
        self.world = type(self).make(folder)
        machines = 2 if isinstance(self.world, RedisWorld) else 1
        self.folders = [folder / f"spool{number % machines}" for number in range(3)]
        self.small = contextlib.ExitStack()
        self.small.enter_context(mock.patch.object(drain, "CHUNK", 90))
        self.small.enter_context(mock.patch.object(redis_store, "MANY", 0))
        self.now = 0.0
        self.store = Faulty(self.world.open())
        self.processes = [Outbox(each, lambda: self.now) for each in self.folders]
        self.sums: dict[str, Counter[str]] = {ledger: Counter() for ledger in LEDGERS}
        self.keys: set[tuple[str, str]] = set()
        self.states: list[Any] = [self.world.save()]

    def teardown(self) -> None:
        """Bring everything home and compare; then nothing is left but backups."""
        if not hasattr(self, "world"):
            return
        try:
            for _ in range(3):
                self.sweep_all()
                for process in self.processes:
                    process.flush(self.store, {})
            self.compare()
            for process in self.processes:
                process.finish(self.store)
            for _ in range(5):
                self.wait()
            self.compare()
            left = [path for folder in self.folders for path in folder.glob(f"*{SUFFIX}")]
            assert left == []
        finally:
            self.small.close()
            self.temporary.cleanup()

    def compare(self) -> None:
        """Everything is stored; only rewards whose keys were lost may be let through again."""
        self.compare_history()
        stored = self.stored()
        expected = {name: +sums for name, sums in self.sums.items() if sums}
        if not self.store.restored:
            assert stored == expected
        for ledger, sums in expected.items():
            assert stored[ledger]["n/x/0"] == sums["n/x/0"]
            assert tried(stored[ledger]) == tried(sums)
            assert stored[ledger]["k/x/7/g"] >= sums["k/x/7/g"]

    def compare_history(self) -> None:
        """The history adds up to the counts, whatever was lost, sent again or let through again."""
        for ledger, counts in self.stored().items():
            assert added_up(self.store.aside(ledger)) == added_up(+Counter(counts))

    def stored(self) -> dict[str, Mapping[str, float]]:
        """Return what the store has, folded."""
        read = self.store.exchange((), dict.fromkeys(LEDGERS, 0)).counts
        result: dict[str, Mapping[str, float]] = {}
        for ledger, counts in read.items():
            folded: Counter[str] = Counter()
            for name, number in counts.fields.items():
                folded[FOLDS.get(name, name)] += int(number)
            result[ledger] = folded
        return result

    def attempt(self, flush: Callable[[], object]) -> None:
        """Do what may fail because something was lost."""
        try:
            flush()
        except StoreError as error:
            assert "lost" in str(error)  # noqa: PT017 - nothing else may go wrong
        self.store.before = self.store.after = None

    @rule(slot=slots, ledger=ledgers, cohort=st.sampled_from((0, 5)), times=st.integers(1, 5))
    def pull(self, slot: int, ledger: str, cohort: int, times: int) -> None:
        """Record pulls."""
        for _ in range(times):
            self.processes[slot].spool.append(encode(Record(ledger, "", {f"n/x/{cohort}": 1})))
        self.sums[ledger]["n/x/0"] += times

    @rule(slot=slots, ledger=ledgers, name=st.sampled_from("ijk"), amount=st.integers(1, 9))
    def reward(self, slot: int, ledger: str, name: str, amount: int) -> None:
        """Record a reward that counts once; a key always has the same amount."""
        key = f"7:{name}:g"
        deltas = {"k/x/7/g": 1, "s/x/7/g": ord(name) * 1.0}
        self.processes[slot].spool.append(encode(Record(ledger, key, deltas)))
        if (ledger, key) in self.keys:
            self.sums[ledger]["x/duplicate"] += 1
        else:
            self.keys.add((ledger, key))
            self.sums[ledger].update({"k/x/7/g": 1, "s/x/7/g": ord(name)})

    @rule(slot=slots)
    def flush(self, slot: int) -> None:
        """Flush in peace."""
        self.processes[slot].flush(self.store, {})

    @rule(slot=slots)
    def lose_request(self, slot: int) -> None:
        """Flush while the store cannot be reached."""
        self.store.before = self.store.fail
        self.attempt(lambda: self.processes[slot].flush(self.store, {}))

    @rule(slot=slots)
    def lose_answer(self, slot: int) -> None:
        """Flush, and never hear that it was applied."""
        self.store.after = self.store.fail
        self.attempt(lambda: self.processes[slot].flush(self.store, {}))

    @rule(slot=slots, lost=st.booleans())
    def overtake(self, slot: int, lost: bool) -> None:
        """Flush while somebody drains everything, between reading and applying or just after."""
        own = self.processes[slot]

        def overtake() -> None:
            Outbox(self.folders[slot]).drain_all(self.store)
            if lost:
                self.store.fail()

        self.store.before = overtake
        self.attempt(lambda: own.flush(self.store, {}))

    @rule(slot=slots, torn=st.integers(0, 20))
    def crash(self, slot: int, torn: int) -> None:
        """Kill a process, in the middle of writing a record; another one takes its place."""
        process = self.processes[slot]
        spool = process.spool
        assert isinstance(spool, FileSpool)
        if spool._files and torn:
            with spool._files[-1].path.open("ab") as file:
                file.write(frame(b"a@1\t\tn/x/0 1")[:torn])
        kill(process)
        self.processes[slot] = Outbox(self.folders[slot], lambda: self.now)

    @rule(slot=slots)
    def rotate(self, slot: int) -> None:
        """Begin a new file."""
        self.processes[slot].spool.seal()

    @rule(slot=slots)
    def finish(self, slot: int) -> None:
        """End a process in peace, on which late records follow."""
        self.processes[slot].finish(self.store)

    @rule(slot=slots, lost=st.sampled_from(("", "before", "after")))
    def sweep(self, slot: int, lost: str) -> None:
        """Look for what the store lost and for spools of the dead."""
        if lost:
            setattr(self.store, lost, self.store.fail)
        self.attempt(lambda: self.processes[slot].sweep(self.store, LEDGERS, self.now))

    def sweep_all(self) -> None:
        """Let every process sweep, twice: the first round may be overtaken by another machine."""
        for process in self.processes * 2:
            process.sweep(self.store, LEDGERS, self.now)

    @rule()
    def wait(self) -> None:
        """Let a minute pass, in which everybody sweeps."""
        self.sweep_all()
        self.world.pass_time()
        self.now += INTERVAL
        self.sweep_all()

    @rule(hours=st.sampled_from((1, 24 * 40, 24 * 450)))
    def sleep(self, hours: int) -> None:
        """Let hours pass in which nothing happens."""
        self.now += hours * 3600

    @rule(slot=slots)
    def drain_all(self, slot: int) -> None:
        """Drain every spool of a machine."""
        self.processes[slot].drain_all(self.store, LEDGERS)

    @rule(ledger=ledgers)
    def fold(self, ledger: str) -> None:
        """Fold what is old; nothing expires that a spool may still hold."""
        self.store.fold(ledger, FOLDS, 5)

    @rule()
    def save(self) -> None:
        """Take a copy of the store."""
        self.states.append(self.world.save())

    @rule(data=st.data(), verify=st.booleans())
    def lose(self, data: st.DataObject, verify: bool) -> None:
        """Put a copy in place, or wipe; processes find out at once or by and by."""
        self.world.restore(data.draw(st.sampled_from(self.states)))
        for process in self.processes * verify:
            process.verify(self.store, LEDGERS)

    @rule(slot=slots, data=st.data())
    def lose_in_the_middle(self, slot: int, data: st.DataObject) -> None:
        """Put a copy in place between a process's reading and its applying."""
        state = data.draw(st.sampled_from(self.states))
        self.store.before = lambda: self.world.restore(state)
        self.attempt(lambda: self.processes[slot].flush(self.store, {}))

    @invariant()
    def nothing_twice(self) -> None:
        """At no time is more stored than was recorded."""
        if not hasattr(self, "world"):
            return
        for ledger, counts in self.stored().items():
            assert counts["n/x/0"] <= self.sums[ledger]["n/x/0"]
            assert tried(counts) <= tried(self.sums[ledger])


def tried(counts: Mapping[str, float]) -> float:
    """Return the rewards that count once, let through or not."""
    return counts["k/x/7/g"] + counts["x/duplicate"]


@pytest.mark.parametrize("name", STORES)
def test_counts_survive_everything_exactly(name: str) -> None:
    """Whatever happens in whatever order, everything recorded is stored once, and nothing twice."""

    class OfStore(Machine):
        make = staticmethod(STORES[name])

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        OfStore,
        settings=settings(
            deadline=None,
            max_examples={"memory": 60}.get(name, 20) * TIMES,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
