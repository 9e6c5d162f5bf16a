"""What every store keeps aside of the counts; see `banditware.stores.base.Store.aside`."""

from __future__ import annotations

from pathlib import Path

import pytest

from banditware.stores import Backup, Batch, Mark, Store, Verdict
from banditware.stores.parts import Copying, Part
from tests.recording import LEDGER, fields
from tests.stores.table import REDIS, STORES, RedisWorld, World

NONE = Mark("", 0, 0, "")

#: Counts, and what is kept aside of them.
BOTH = {"n/x/0": 2, "~n/x/3600": 2, "~s/x/3600/g": 0.5}
ASIDE = {"~n/x/3600": 2, "~s/x/3600/g": 0.5}


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(world: World) -> Store:
    return world.open()


def put(store: Store, start: int = 0, **more: object) -> None:
    """Apply one batch of both kinds of fields."""
    store.exchange([Batch(LEDGER, "p", start, start + 1, BOTH)], {})


def backed_up(world: World) -> Backup:
    world.pass_time()
    backup = world.open().back_up(LEDGER, NONE)
    assert backup is not None
    return backup


def test_reading_counts_does_not_come_by_it(store: Store) -> None:
    """One batch adds to both, but an exchange answers the counts only."""
    put(store)
    put(store, 1)
    assert fields(store) == {"n/x/0": 4}
    assert store.aside(LEDGER) == {"~n/x/3600": 4, "~s/x/3600/g": 1.0}
    assert isinstance(store.aside(LEDGER)["~n/x/3600"], int)


def test_an_unknown_ledger_keeps_nothing_aside(store: Store) -> None:
    """Asking is no error, and makes no ledger."""
    assert store.aside("gone@1") == {}
    assert store.ledgers() == {}


def test_it_is_applied_exactly_once(store: Store) -> None:
    """A batch that is sent again adds nothing to either."""
    for _ in range(3):
        put(store)
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 2}, ASIDE)


def test_a_once_key_that_is_refused_adds_nothing(store: Store) -> None:
    """What is kept aside stands under the same keys as the counts."""
    gain = {"k/x/0/g": 1, "~k/x/3600/g": 1, "~s/x/3600/g": 0.25}
    once = tuple((key, gain) for key in ("5:a:g", "5:a:g", "5:b:g"))
    store.exchange([Batch(LEDGER, "p", 0, 1, {}, once)], {})
    store.exchange([Batch(LEDGER, "p", 1, 2, {}, (*once, ("6:a:g", gain)))], {})
    assert fields(store) == {"k/x/0/g": 3, "x/duplicate": 4}
    assert store.aside(LEDGER) == {"~k/x/3600/g": 3, "~s/x/3600/g": 0.75}


def test_large_and_small_numbers_stay_exact(store: Store) -> None:
    """Whole numbers are exact beyond 2^53, and whole numbers and fractions may meet."""
    store.exchange([Batch(LEDGER, "p", 0, 1, {"~n/x/0": 2**53, "~s/x/0/g": 1})], {})
    once = tuple((f"5:{i}:g", {"~n/x/0": 2**40, "~s/x/0/g": 0.5}) for i in range(3))
    store.exchange([Batch(LEDGER, "p", 1, 2, {"~n/x/0": 1}, once)], {})
    assert store.aside(LEDGER) == {"~n/x/0": 2**53 + 1 + 3 * 2**40, "~s/x/0/g": 2.5}


def test_it_is_folded_with_the_counts(store: Store) -> None:
    """Moves are done where the field is; once-keys stay when nothing is said of them."""
    once = (("5:a:g", {"n/x/7": 1}),)
    store.exchange([Batch(LEDGER, "p", 0, 1, BOTH, once)], {})
    moves = {"~n/x/3600": "~n/x/0", "n/x/7": "n/x/0", "~n/x/7200": "~n/x/0"}
    for _ in range(2):
        store.fold(LEDGER, moves, None)
    assert fields(store) == {"n/x/0": 3}
    assert store.aside(LEDGER) == {"~n/x/0": 2, "~s/x/3600/g": 0.5}
    store.exchange([Batch(LEDGER, "p", 1, 2, {}, once)], {})
    assert fields(store) == {"n/x/0": 3, "x/duplicate": 1}


def test_folding_where_there_is_nothing_aside(store: Store) -> None:
    """A ledger that never kept anything aside is folded all the same."""
    store.exchange([Batch(LEDGER, "p", 0, 1, {"n/x/7": 1})], {})
    store.fold(LEDGER, {"~n/x/3600": "~n/x/0", "n/x/7": "n/x/0"}, None)
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 1}, {})


def test_a_backup_carries_it(world: World, store: Store) -> None:
    """A lost ledger gets both back, and what stood in its place is gone."""
    empty = world.save()
    put(store)
    backup = backed_up(world)
    assert backup.fields == BOTH
    world.restore(empty)
    store.exchange([Batch(LEDGER, "q", 0, 1, {"~n/y/0": 9, "n/y/0": 9})], {})
    assert store.restore(backup, backup.mark) is Verdict.RESTORED
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 2}, ASIDE)
    put(store, 1)
    assert store.aside(LEDGER) == {"~n/x/3600": 4, "~s/x/3600/g": 1.0}


def of(store: Store) -> Copying:
    copying = store.copying()
    assert copying is not None
    return copying


SHARED = {name: made for name, made in STORES.items() if name != "memory"}


@pytest.mark.parametrize("name", SHARED)
def test_it_is_copied_as_a_part(name: str, tmp_path: Path) -> None:
    """A part has both, is noted, replaced and taken away, and the notes are not shown."""
    store = SHARED[name](tmp_path).open()
    put(store)
    copying = of(store)
    assert copying.parts(LEDGER).own.fields == BOTH
    far = Part("far", 7, 3, {"n/x/0": 5, "~n/x/3600": 5, "~n/y/0": 1})
    assert copying.merge(LEDGER, far, 0) == far.fields
    assert (fields(store), store.aside(LEDGER)) == (
        {"n/x/0": 7},
        {**ASIDE, "~n/x/3600": 7, "~n/y/0": 1},
    )
    assert copying.parts(LEDGER).own.fields == BOTH
    assert copying.parts(LEDGER).others == {"far": far}
    newer = Part("far", 7, 4, {"n/x/0": 6, "~n/x/3600": 6})
    assert copying.merge(LEDGER, newer, 3) == {"n/x/0": 1, "~n/x/3600": 1, "~n/y/0": -1}
    assert store.aside(LEDGER) == {**ASIDE, "~n/x/3600": 8}
    assert copying.merge(LEDGER, Part("far", 7, 0, {}), 4) == {"n/x/0": -6, "~n/x/3600": -6}
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 2}, ASIDE)


@pytest.mark.parametrize("name", SHARED)
def test_notes_are_folded_with_it(name: str, tmp_path: Path) -> None:
    """After a fold the parts are still the parts."""
    store = SHARED[name](tmp_path).open()
    put(store)
    copying = of(store)
    copying.merge(LEDGER, Part("far", 7, 3, {"~n/x/3600": 5}), 0)
    store.fold(LEDGER, {"~n/x/3600": "~n/x/0"}, None)
    assert store.aside(LEDGER) == {"~n/x/0": 7, "~s/x/3600/g": 0.5}
    parts = copying.parts(LEDGER)
    assert parts.others["far"].fields == {"~n/x/0": 5}
    assert parts.own.fields == {"n/x/0": 2, "~n/x/0": 2, "~s/x/3600/g": 0.5}


@pytest.mark.parametrize("name", REDIS)
def test_what_a_lost_ledger_left_behind_is_not_counted_again(name: str, tmp_path: Path) -> None:
    """A server may lose one key of a ledger; what is applied again is there a single time."""
    world = REDIS[name](tmp_path)
    store = world.open()
    put(store)
    _delete(world, f"{{{world.prefix}:{LEDGER}}}")
    assert (store.aside(LEDGER), of(store).parts(LEDGER).own.fields) == ({}, {})
    store.exchange([Batch(LEDGER, "q", 0, 1, {"n/x/0": 1, "n/x/7": 1})], {})
    store.fold(LEDGER, {"~n/x/3600": "~n/x/0", "n/x/7": "n/x/0"}, None)
    assert store.aside(LEDGER) == {}
    put(store)
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 4}, ASIDE)


@pytest.mark.parametrize("name", REDIS)
def test_a_lost_history_leaves_the_counts(name: str, tmp_path: Path) -> None:
    """Where only what is kept aside is lost, it begins anew."""
    world = REDIS[name](tmp_path)
    store = world.open()
    put(store)
    _delete(world, f"{{{world.prefix}:{LEDGER}}}:aside")
    assert store.aside(LEDGER) == {}
    put(store, 1)
    assert (fields(store), store.aside(LEDGER)) == ({"n/x/0": 4}, ASIDE)


def _delete(world: RedisWorld, key: str) -> None:
    for client in world.clients:
        for name in client.scan_iter(count=1000):
            if name == key.encode():
                client.delete(name)
