"""Stores that count, fold, are put back, and are copied into each other in any order."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

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

from banditware.copying import REPLACE, copy_all, copy_ledger
from banditware.errors import StoreError
from banditware.stores import Batch, Store
from banditware.stores.parts import Copying, Keys, Part, Parts
from tests.stores.table import STORES, World

#: One is enough, and lets things meet.
LEDGERS = ("a@1",)
FOLDS = {
    f"{kind}/{arm}/5{goal}": f"{kind}/{arm}/0{goal}"
    for kind, goal in (("n", ""), ("s", "/g"), ("~n", ""), ("~s", "/g"))
    for arm in "x"
}

stores = st.integers(0, 2)
ledgers = st.sampled_from(LEDGERS)
Act = Callable[[], object]


class Lossy:
    """What a store offers to copies, with something happening before or after its n-th step."""

    def __init__(self, copying: Copying, at: int, before: Act, after: Act) -> None:
        self._copying = copying
        self._left = at
        self._before = before
        self._after = after

    def _step(self, do: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left != 0:
            return do()
        self._before()
        answer = do()
        self._after()
        return answer

    def parts(self, ledger: str) -> Parts:
        """See `Copying.parts`."""
        parts: Parts = self._step(lambda: self._copying.parts(ledger))
        return parts

    def merge(self, ledger: str, part: Part, expected: int) -> Mapping[str, float] | None:
        """See `Copying.merge`."""
        added: Mapping[str, float] | None = self._step(
            lambda: self._copying.merge(ledger, part, expected)
        )
        return added

    def keys(self, ledger: str) -> Iterator[Keys]:
        """See `Copying.keys`."""
        return self._copying.keys(ledger)

    def remember(self, ledger: str, keys: Keys) -> int:
        """See `Copying.remember`."""
        new: int = self._step(lambda: self._copying.remember(ledger, keys))
        return new


def nothing() -> None:
    """Let nothing happen."""


def lose() -> None:
    """End a copy in the middle."""
    raise StoreError("store", "lost")


def of(store: Store) -> Copying:
    """Return what a store offers to copies."""
    copying = store.copying()
    assert copying is not None
    return copying


def folded(fields: Mapping[str, float]) -> Counter[str]:
    """Return counts as if everything that may be folded were."""
    sums: Counter[str] = Counter()
    for name, number in fields.items():
        sums[FOLDS.get(name, name)] += number  # type: ignore[assignment]  # halves, all exact
    return +sums


class Machine(RuleBasedStateMachine):
    """Three stores with a spool each.

    Copies may be made in any direction, be killed before or after any step, and be overtaken by
    anything else at any step. With `backups`, stores may be put back to an older state, whereupon
    the spools bring back what was lost, at any later time.
    """

    kinds: tuple[str, ...]
    backups: bool

    @initialize()
    def begin(self) -> None:
        """Begin with empty stores."""
        self.temporary = tempfile.TemporaryDirectory()
        self.worlds: list[World] = []
        for number, kind in enumerate(self.kinds):
            folder = Path(self.temporary.name) / str(number)
            folder.mkdir()
            self.worlds.append(STORES[kind](folder))
        self.stores = [world.open() for world in self.worlds]
        self.spools: list[dict[str, list[Batch]]] = [
            {ledger: [] for ledger in LEDGERS} for _ in self.stores
        ]
        self.sums: dict[str, Counter[str]] = {ledger: Counter() for ledger in LEDGERS}
        self.saved: dict[int, Any] = {}
        self.keys = 0

    def teardown(self) -> None:
        """Copy everything everywhere: every store has everything once."""
        if not hasattr(self, "worlds"):
            return
        try:
            for store in range(len(self.stores)):
                self.replay(store)
            for _ in range(2):
                for here, there in permutations(self.stores, 2):
                    list(copy_all(here, there, {}, anew=REPLACE))
            for store in range(len(self.stores)):
                for ledger in LEDGERS:
                    assert self.stored(store, ledger) == +self.sums[ledger]
                self.see_everything_again(store)
        finally:
            self.temporary.cleanup()

    def see_everything_again(self, store: int) -> None:
        """All rewards of all stores come to this one again, and none of them counts."""
        ledger = "a@1"
        once = tuple((f"7:{key}:g", {"k/x/0/g": 1}) for key in range(self.keys))
        self.stores[store].exchange([Batch(ledger, f"again{store}", 0, 1, {}, once)], {})
        found = self.stored(store, ledger)
        assert found["k/x/0/g"] == self.sums[ledger]["k/x/0/g"]
        assert found["x/duplicate"] == self.keys

    def stored(self, store: int, ledger: str) -> Counter[str]:
        """Return what a store has, folded."""
        read = self.stores[store].exchange((), {ledger: 0}).counts
        if ledger not in read:
            return Counter()
        return folded({**read[ledger].fields, **self.stores[store].aside(ledger)})

    def chosen(self, number: int) -> int:
        """Return one of the stores."""
        return number % len(self.stores)

    def replay(self, store: int) -> None:
        """Bring what a store does not have from its spool, in one batch or in many."""
        for ledger, batches in self.spools[store].items():
            for batch in batches:
                self.stores[store].exchange([batch], {})
            assert self.stores[store].positions(f"s{store}").get(ledger, 0) == len(batches)

    def put(self, store: int, ledger: str, deltas: Mapping[str, float], *keys: str) -> None:
        """Record something."""
        batches = self.spools[store][ledger]
        once = tuple((key, {"k/x/0/g": 1}) for key in keys)
        at = len(batches)
        batches.append(Batch(ledger, f"s{store}", at, at + 1, deltas, once))
        self.sums[ledger] += folded(deltas) + Counter({"k/x/0/g": len(keys)})
        self.replay(store)

    @rule(
        store=stores,
        ledger=ledgers,
        arm=st.just("x"),
        cohort=st.sampled_from((0, 5)),
        halves=st.integers(1, 9),
    )
    def record(self, store: int, ledger: str, arm: str, cohort: int, halves: int) -> None:
        """Count a pull and a reward."""
        deltas = {f"n/{arm}/{cohort}": 1, f"s/{arm}/{cohort}/g": halves / 2}
        deltas |= {f"~{field}": amount for field, amount in deltas.items()}
        self.put(self.chosen(store), ledger, deltas)

    @rule(store=stores)
    def reward(self, store: int) -> None:
        """Count a reward once."""
        self.keys += 1
        self.put(self.chosen(store), "a@1", {}, f"7:{self.keys - 1}:g")

    @rule(store=stores, ledger=ledgers)
    def fold(self, store: int, ledger: str) -> None:
        """Fold what is old in one of the stores."""
        self.stores[self.chosen(store)].fold(ledger, FOLDS, 0)

    @rule(here=stores, there=stores)
    def copy(self, here: int, there: int) -> None:
        """Copy one store into another, all of it."""
        here, there = self.chosen(here), self.chosen(there)
        if here != there:
            list(copy_all(self.stores[here], self.stores[there], {}, anew=REPLACE))

    @rule(here=stores, there=stores, ledger=ledgers, at=st.integers(1, 5), late=st.booleans())
    def crash(self, here: int, there: int, ledger: str, at: int, *, late: bool) -> None:
        """Kill a copy before or after one of its steps."""
        self.disturb(here, there, ledger, at, (nothing, lose) if late else (lose, nothing))

    @rule(
        here=stores,
        there=stores,
        ledger=ledgers,
        at=st.integers(1, 4),
        what=st.sampled_from(
            ("same", "back", "third", "fold here", "fold there", "record here", "record there")
        ),
    )
    def overtake(self, here: int, there: int, ledger: str, at: int, what: str) -> None:
        """Let something else happen in the middle of a copy."""
        one, other = self.chosen(here), self.chosen(there)
        third = self.chosen(other + 1)
        acts: dict[str, Act] = {
            "same": lambda: self.copy(one, other),
            "back": lambda: self.copy(other, one),
            "third": lambda: self.copy(third, other),
            "fold here": lambda: self.fold(one, ledger),
            "fold there": lambda: self.fold(other, ledger),
            "record here": lambda: self.record(one, ledger, "x", 5, 1),
            "record there": lambda: self.record(other, ledger, "x", 5, 1),
        }
        self.disturb(here, there, ledger, at, (acts[what], nothing))

    def disturb(self, here: int, there: int, ledger: str, at: int, acts: tuple[Act, Act]) -> None:
        """Copy a ledger with something happening at a step of the target."""
        here, there = self.chosen(here), self.chosen(there)
        if here == there:
            return
        target = Lossy(of(self.stores[there]), at, *acts)
        try:
            copy_ledger(of(self.stores[here]), target, ledger, "there", anew=REPLACE)
        except StoreError as error:
            assert "lost" in str(error)  # noqa: PT017 - nothing else may go wrong

    @precondition(lambda self: self.backups)
    @rule(store=stores)
    def save(self, store: int) -> None:
        """Take a copy of a store's files."""
        store = self.chosen(store)
        self.saved[store] = self.worlds[store].save()

    @precondition(lambda self: self.backups)
    @rule(store=stores, soon=st.booleans())
    def restore(self, store: int, *, soon: bool) -> None:
        """Put the copy in place; the spools bring back the rest, now or with the next record."""
        store = self.chosen(store)
        if store in self.saved:
            self.worlds[store].restore(self.saved[store])
            if soon:
                self.replay(store)

    @invariant()
    def nothing_twice(self) -> None:
        """At no time has any store more than was recorded altogether, nor less than nothing."""
        for store in range(len(getattr(self, "stores", ()))):
            for ledger in LEDGERS:
                for name, number in self.stored(store, ledger).items():
                    limit = self.sums[ledger][name]
                    assert 0 < number <= limit, f"{store} {ledger} {name}: {number} of {limit}"
                read = self.stores[store].exchange((), {ledger: 0}).counts
                if ledger in read:
                    assert min(read[ledger].fields.values(), default=0) >= 0


CASES = {
    "redis and sqlite, put back": (("valkey", "sqlite"), True),
    "redis and redis, put back": (("redis", "redis"), True),
    "three": (("sqlite", "valkey", "redis"), False),
    "three of a kind": (("valkey", "valkey", "valkey"), False),
}


@pytest.mark.parametrize("case", CASES)
def test_copies_are_exact_whatever_happens(case: str) -> None:
    """Whatever happens in whatever order, in the end every store has everything once."""
    wanted, restored = CASES[case]
    usable = tuple(kind if kind in STORES else "sqlite" for kind in wanted)

    class OfCase(Machine):
        kinds = usable
        backups = restored

    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        OfCase,
        settings=settings(
            deadline=None,
            max_examples=15,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
