"""Backups, as every store makes and restores them."""

from __future__ import annotations

from pathlib import Path

import pytest

from banditware.stores import Backup, Batch, Mark, Store, Verdict
from banditware.stores.base import NAME, TRAIL
from tests.recording import LEDGER, fields
from tests.stores.table import STORES, World

#: What a machine has that never made a backup.
NONE = Mark("", 0, 0, "")

ONCE = (("5:a:g", {"k/x/0/g": 1}),)


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(world: World) -> Store:
    return world.open()


def pulls(store: Store, start: int, end: int, spool: str = "p") -> None:
    """Apply one pull for each byte."""
    store.exchange([Batch(LEDGER, spool, start, end, {"n/x/0": end - start})], {})


def backed_up(world: World, kept: Mark = NONE) -> Backup:
    """Return a backup that is made when everybody had time to restore his own."""
    store = world.open()
    world.pass_time()
    backup = store.back_up(LEDGER, kept)
    assert backup is not None
    return backup


def test_a_backup_is_all_of_a_ledger(store: Store, world: World) -> None:
    """It holds counts and positions, has the number of its turn, and changes nothing."""
    store.exchange([Batch(LEDGER, "p", 0, 7, {"n/x/0": 2**60, "s/x/0/g": 0.1})], {})
    pulls(store, 0, 3, "q")
    version = store.ledgers()[LEDGER]
    first, second = backed_up(world), backed_up(world)
    assert first.fields == {"n/x/0": 2**60 + 3, "s/x/0/g": 0.1}
    assert isinstance(first.fields["n/x/0"], int)
    assert first.positions == {"p": 7, "q": 3}
    assert (first.mark.number, second.mark.number) == (1, 2)
    assert store.marks() == {LEDGER: second.mark}
    assert store.ledgers() == {LEDGER: version} == {LEDGER: first.mark.version}


def test_there_is_no_backup_of_nothing(store: Store) -> None:
    """A ledger that is not there has no backup, and none is made by asking."""
    assert store.back_up(LEDGER, NONE) is None
    assert (store.ledgers(), store.marks()) == ({}, {})


def test_what_lost_a_backup_makes_none(store: Store, world: World) -> None:
    """Who has a backup that the store does not contain gets no other before it is restored."""
    pulls(store, 0, 5)
    world.pass_time()
    saved = world.save()
    kept = backed_up(world).mark
    other = kept._replace(origin="other")
    assert store.back_up(LEDGER, other) is None
    world.restore(saved)
    assert store.back_up(LEDGER, kept) is None
    assert store.marks()[LEDGER].number == 0


@pytest.mark.parametrize("newborn", [False, True])
def test_a_lost_ledger_is_restored_once(store: Store, world: World, newborn: bool) -> None:
    """A wiped store, though it began anew, gets back counts and positions, and once only."""
    empty = world.save()
    store.exchange([Batch(LEDGER, "p", 0, 7, {"n/x/0": 4, "s/x/0/g": 0.1}, ONCE)], {})
    backup = backed_up(world)
    world.restore(empty)
    if newborn:
        pulls(store, 0, 9, "q")
    known = store.ledgers().get(LEDGER, backup.mark.version)
    verdicts = [world.open().restore(backup, backup.mark) for _ in range(2)]
    assert verdicts == [Verdict.RESTORED, Verdict.CONTAINED]
    assert fields(store) == {"n/x/0": 4, "s/x/0/g": 0.1, "k/x/0/g": 1}
    assert (store.positions("p"), store.positions("q")) == ({LEDGER: 7}, {})
    assert store.ledgers()[LEDGER] > max(known, backup.mark.version) + 1000
    pulls(store, 7, 8)
    assert backed_up(world, backup.mark).mark.number == 2


def test_a_restored_ledger_has_forgotten_its_keys(store: Store, world: World) -> None:
    """What is applied again after a restore is not taken for a repetition."""
    pulls(store, 0, 1)
    older = world.save()
    backup = backed_up(world)
    store.exchange([Batch(LEDGER, "p", 1, 2, {}, ONCE)], {})
    before = world.save()
    world.restore(older)
    world.restore(before)
    assert store.restore(backup, backup.mark) is Verdict.CONTAINED
    world.restore(older)
    assert store.restore(backup, backup.mark) is Verdict.RESTORED
    for _ in range(2):
        store.exchange([Batch(LEDGER, "p", 1, 2, {}, ONCE)], {})
    assert fields(store) == {"n/x/0": 1, "k/x/0/g": 1}


def test_a_store_that_is_a_little_behind_is_left_to_the_spools(store: Store, world: World) -> None:
    """Between the floor and the newest backup nothing is done; below the floor, it is restored."""
    pulls(store, 0, 1)
    youngest = world.save()
    first = backed_up(world)
    pulls(store, 1, 2)
    behind = world.save()
    second = backed_up(world, first.mark)
    world.restore(behind)
    assert store.restore(second, first.mark) is Verdict.BEHIND
    assert fields(store) == {"n/x/0": 2}
    world.restore(youngest)
    assert store.restore(second, first.mark) is Verdict.RESTORED
    assert fields(store) == {"n/x/0": 2}


def test_another_history_is_left_alone(store: Store, world: World) -> None:
    """A ledger that began anew and has backups of its own is not overwritten."""
    empty = world.save()
    pulls(store, 0, 5)
    backup = backed_up(world)
    world.restore(empty)
    pulls(store, 0, 2)
    backed_up(world)
    assert store.restore(backup, backup.mark) is Verdict.OTHER
    assert fields(store) == {"n/x/0": 2}


def test_the_newest_backup_wins(store: Store, world: World) -> None:
    """Whichever machine comes first, in the end the newest of several backups is in place."""
    empty = world.save()
    pulls(store, 0, 1)
    old = backed_up(world)
    pulls(store, 1, 2)
    new = backed_up(world)
    for order in ([old, new], [new, old]):
        world.restore(empty)
        for backup in order:
            store.restore(backup, backup.mark)
        assert fields(store) == {"n/x/0": 2}
        assert store.positions("p") == {LEDGER: 2}


def test_a_branch_is_known_by_the_names_of_its_backups(store: Store, world: World) -> None:
    """A copy of a state that was given up has backups of the same numbers, and is not ours."""
    pulls(store, 0, 1)
    first = backed_up(world)
    begin = world.save()
    backed_up(world, first.mark)
    given_up = world.save()
    world.restore(begin)
    pulls(store, 1, 2)
    floor = backed_up(world, first.mark)
    pulls(store, 2, 3)
    newest = backed_up(world, floor.mark)
    world.restore(given_up)
    assert store.back_up(LEDGER, floor.mark) is None
    assert store.restore(newest, floor.mark) is Verdict.RESTORED
    assert fields(store) == {"n/x/0": 3}


def test_a_branch_that_went_on_for_longer_is_kept(store: Store, world: World) -> None:
    """Where another machine went on without what we have, and made backups, its counts stay."""
    pulls(store, 0, 1)
    backed_up(world)
    begin = world.save()
    pulls(store, 1, 2)
    ours = backed_up(world)
    world.restore(begin)
    for _ in range(2):
        backed_up(world)
    assert store.restore(ours, ours.mark) is Verdict.OTHER
    assert fields(store) == {"n/x/0": 1}


def test_the_trail_is_bounded(store: Store, world: World) -> None:
    """After many backups an old one is still known, by its number, and a ledger has not grown."""
    pulls(store, 0, 1)
    marks = [backed_up(world).mark for _ in range(70)]
    assert len(marks[-1].trail) == TRAIL
    for mark in marks[::7]:
        assert store.back_up(LEDGER, mark) is not None
        changed = mark._replace(trail="00000000")
        recent = mark.number > store.marks()[LEDGER].number - TRAIL // NAME
        assert (store.back_up(LEDGER, changed) is None) == recent
