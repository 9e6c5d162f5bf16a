"""Long work asks for turns of others, wherever it is done."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware import turns
from banditware.counts import folds, pulls_of
from banditware.drain import Drain
from banditware.maturity import Reading, statistics
from banditware.model import Experiment
from banditware.policies import best
from banditware.snapshot import Snapshot, unread
from banditware.spool import MemorySpool
from banditware.stores import Batch, open_store
from banditware.stores.memory import MemoryStore
from tests.recording import pull
from tests.support import experiment

#: A ledger of many arms and cohorts.
FIELDS = {f"n/a{arm}/{18_900 * cohort}": 1.0 for arm in range(40) for cohort in range(100)}


@given(items=st.lists(st.integers()), every=st.integers(1, 9))
def test_items_are_the_same_with_turns_between_them(items: list[int], every: int) -> None:
    """Others get their turn before every so many items, and at the end; no item is lost."""
    seen: list[int | None] = []
    with turns.given(lambda: seen.append(None)):
        seen.extend(turns.spaced(items, every))
        numbers = list(turns.spaced(items, every))
    assert numbers == items
    given_ = -(-len(items) // every) + 1
    assert seen.count(None) == 2 * given_


def test_without_others_the_items_themselves_are_worked_on() -> None:
    """Where nobody has to be considered, nothing is put between the work and its items."""
    items = [1, 2]
    with turns.given(lambda: None):
        assert turns.asked() is not None
    assert turns.asked() is None
    assert turns.spaced(items) is items


def failed(error: Exception) -> None:
    raise error


def draining() -> None:
    spool = MemorySpool()
    for index in range(2_000):
        spool.append(pull(f"a{index}"))
    (source,) = spool.sources()
    Drain(source).run(MemoryStore(), {})


def advancing() -> None:
    every = [replace(experiment(), name=f"e{index}") for index in range(50)]
    read = {each.ledger: (1, {"n/a/0": 1.0}) for each in every}
    snapshot = Snapshot({each.name: unread(each) for each in every})
    snapshot.advanced(read, now=0.0, fault=failed)


def choosing() -> None:
    generator = random.Random(1)
    best.of_betas([(1.0 + generator.random(), 9.0) for _ in range(200)])


def exchanging(address: str, folder: Path) -> None:
    store = open_store(address, folder)
    batches = [Batch(f"e{index}@1", "p", 0, 1, {"n/a/0": 1.0}) for index in range(40)]
    store.exchange(batches, {each.ledger: 0 for each in batches})


@pytest.mark.parametrize(
    ("work", "least"),
    [
        (draining, 100),
        (advancing, 50),
        (choosing, 20),
        (lambda: pulls_of(FIELDS), 10),
        (lambda: folds(FIELDS, 1), 10),
        (lambda: statistics(FIELDS, ["a1"], reading=Reading("g", 0.0, 1.0)), 10),
    ],
)
def test_long_work_gives_turns(work: Callable[[], object], least: int) -> None:
    """Whatever a refresh does for many ledgers, arms or records stops for others in between."""
    seen: list[None] = []
    with turns.given(lambda: seen.append(None)):
        work()
    assert len(seen) >= least


@pytest.mark.parametrize("address", ["memory://", "sqlite:///x.db"])
def test_stores_give_turns(address: str, tmp_path: Path) -> None:
    """A store that works in this process stops for others between ledgers."""
    seen: list[None] = []
    with turns.given(lambda: seen.append(None)):
        exchanging(address, tmp_path)
    assert len(seen) >= 5


def test_many_arms_are_swept_in_few_panels() -> None:
    """The work of a vector grows with the number of arms, not with its square."""

    def panels(arms: int) -> int:
        generator, seen = random.Random(1), list[None]()
        parameters = [(50.0 + generator.random(), 950.0) for _ in range(arms)]
        with turns.given(lambda: seen.append(None)):
            best.of_betas(parameters)
        return len(seen) * best._MANY // arms

    assert panels(1_000) <= panels(100) * 2


def test_pulls_of_the_holdout_are_left_out() -> None:
    """Pulls are those of the named arms; without names, those of all arms but the holdout."""
    fields = {"n/a/0": 2, "n/a/7": 1, "n/b/7": 4, "n/*holdout/7": 8, "k/a/0/g": 16}
    assert pulls_of(fields, {"a"}) == 3
    assert pulls_of(fields) == 7
    assert isinstance(pulls_of({}), int)


def test_sums_of_a_snapshot_are_made_when_asked() -> None:
    """A report finds the counts over all cohorts, although no refresh has summed them."""
    plain: Experiment = experiment()
    read = {plain.ledger: (1, {"n/a/0": 2, "n/a/7": 1})}
    snapshot = Snapshot({plain.name: unread(plain)}).advanced(read, now=0.0, fault=failed)
    assert snapshot.experiments[plain.name].sums.arms["a"].pulls == 3
