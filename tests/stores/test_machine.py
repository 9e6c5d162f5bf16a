"""Processes that record, flush, crash and drain each other, in any order, against plain sums."""

from __future__ import annotations

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
    precondition,
    rule,
    run_state_machine_as_test,
)

from banditware import drain
from banditware.adoption import adopt, drain_all
from banditware.counts import Record, encode
from banditware.errors import StoreError
from banditware.filespool import FileSpool
from banditware.outbox import Outbox
from banditware.spool import frame
from tests.recording import Faulty, kill
from tests.stores.table import STORES, World

LEDGERS = ("a@1", "b@1")
#: Cohort 5 is old and folded into cohort 0; sums are compared as if it always were.
FOLDS = {"n/x/5": "n/x/0"}

slots = st.integers(0, 2)
ledgers = st.sampled_from(LEDGERS)


class Machine(RuleBasedStateMachine):
    """Three processes on one store.

    A process that is not doing anything wrong may at any time be killed, be overtaken by another
    process between its reading and its applying, or lose a request or an answer. The store may be
    put back to an older copy as long as no spool has been deleted since.
    """

    make: Callable[[Path], World]

    @initialize()
    def begin(self) -> None:
        """Start three processes on an empty store, with chunks of a few records."""
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name) / "spool"
        self.world = type(self).make(Path(self.temporary.name))
        self.small = mock.patch.object(drain, "CHUNK", 90)
        self.small.start()
        self.store = Faulty(self.world.open())
        self.processes = [Outbox(self.folder) for _ in range(3)]
        self.sums: dict[str, Counter[str]] = {ledger: Counter() for ledger in LEDGERS}
        self.keys: set[tuple[str, str]] = set()
        self.saved: tuple[int, Any] | None = None

    def teardown(self) -> None:
        """Bring everything home and compare."""
        if not hasattr(self, "world"):
            return
        try:
            for process in self.processes:
                process.verify(self.store)
                process.finish(self.store)
            adopt(self.store, self.folder, own=())
            stored = self.stored()
            assert stored == {name: +sums for name, sums in self.sums.items() if sums}
            assert not self.folder.exists() or list(self.folder.iterdir()) == []
        finally:
            self.small.stop()
            self.temporary.cleanup()

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
            drain_all(self.store, self.folder, own=())
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
        self.processes[slot] = Outbox(self.folder)

    @rule(slot=slots)
    def rotate(self, slot: int) -> None:
        """Begin a new file."""
        self.processes[slot].spool.seal()

    @rule(slot=slots)
    def finish(self, slot: int) -> None:
        """End a process in peace, on which late records follow."""
        self.processes[slot].verify(self.store)
        self.processes[slot].finish(self.store)

    @rule(slot=slots, lost=st.sampled_from(("", "before", "after")))
    def adopt(self, slot: int, lost: str) -> None:
        """Look for spools of the dead."""
        if lost:
            setattr(self.store, lost, self.store.fail)
        self.attempt(lambda: adopt(self.store, self.folder, own=self.processes[slot].own()))

    @rule(slot=slots)
    def drain_all(self, slot: int) -> None:
        """Drain every spool there is."""
        drain_all(self.store, self.folder, own=self.processes[slot].own())

    @rule(ledger=ledgers)
    def fold(self, ledger: str) -> None:
        """Fold what is old; nothing expires that a spool may still hold."""
        self.store.fold(ledger, FOLDS, 5)

    @rule()
    def save(self) -> None:
        """Take a copy of the store."""
        self.saved = (self.store.released, self.world.save())

    @precondition(lambda self: self.saved is not None and self.saved[0] == self.store.released)
    @rule()
    def restore(self) -> None:
        """Put the copy in place; processes find out when they verify."""
        assert self.saved is not None
        self.world.restore(self.saved[1])
        for process in self.processes:
            process.verify(self.store)

    @precondition(lambda self: self.saved is not None and self.saved[0] == self.store.released)
    @rule(slot=slots)
    def restore_in_the_middle(self, slot: int) -> None:
        """Put the copy in place between a process's reading and its applying."""
        saved = self.saved
        assert saved is not None
        self.store.before = lambda: self.world.restore(saved[1])
        self.attempt(lambda: self.processes[slot].flush(self.store, {}))
        self.saved = None
        for process in self.processes:
            process.verify(self.store)

    @invariant()
    def nothing_twice(self) -> None:
        """At no time is more stored than was recorded."""
        if not hasattr(self, "world"):
            return
        for ledger, counts in self.stored().items():
            for name, number in counts.items():
                limit = self.sums[ledger][name]
                assert number <= limit, f"{ledger} {name}: {number} of {limit}"


@pytest.mark.parametrize("name", STORES)
def test_counts_survive_everything_exactly(name: str) -> None:
    """Whatever happens in whatever order, everything recorded is stored once, and nothing twice."""

    class OfStore(Machine):
        make = staticmethod(STORES[name])

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        OfStore,
        settings=settings(
            deadline=None,
            max_examples={"memory": 60}.get(name, 20),
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )
