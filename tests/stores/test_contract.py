"""What every store promises; see `banditware.stores.base.Store`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware import turns
from banditware.stores import Batch, Store
from tests.stores.table import STORES, World


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return STORES[request.param](tmp_path)


@pytest.fixture
def store(world: World) -> Store:
    return world.open()


def fields(store: Store, ledger: str = "a@1") -> Mapping[str, float]:
    """Return a ledger's counts, or nothing if the store does not know it."""
    counts = store.exchange((), {ledger: 0}).counts
    return counts[ledger].fields if ledger in counts else {}


def batch(start: int, end: int, deltas: Mapping[str, float], **more: str) -> Batch:
    return Batch(more.get("ledger", "a@1"), more.get("spool", "p"), start, end, deltas)


def rewards(start: int, end: int, *keys: str) -> Batch:
    return Batch("a@1", "p", start, end, {}, tuple((key, {"k/x/0/g": 1}) for key in keys))


def test_a_batch_is_added_and_moves_the_position(store: Store) -> None:
    """A batch that begins where the store has got to is added to the counts and to the position."""
    answer = store.exchange(
        [batch(0, 10, {"n/x/0": 2}), batch(0, 10, {"n/x/0": 3}, ledger="b@1")], {}
    )
    assert answer.positions == {"a@1": 10, "b@1": 10}
    assert answer.counts == {}
    assert fields(store) == {"n/x/0": 2}
    assert fields(store, "b@1") == {"n/x/0": 3}
    assert store.positions("p") == {"a@1": 10, "b@1": 10}


def test_an_exchange_with_turns_is_the_same_exchange(store: Store) -> None:
    """Stopping for others, between what goes to a server at once, changes no answer."""
    batches = [batch(0, 10, {"n/x/0": at, "n/y/0": 1}, ledger=f"a{at}@1") for at in range(60)]
    known = {each.ledger: 0 for each in batches}
    with turns.given(lambda: None):
        answer = store.exchange(batches, known)
        assert store.exchange((), known) == answer._replace(positions={})
    assert answer.positions == {each.ledger: 10 for each in batches}
    assert {name: counts.fields for name, counts in answer.counts.items()} == {
        each.ledger: each.deltas for each in batches
    }


def test_a_batch_that_begins_elsewhere_changes_nothing(store: Store) -> None:
    """A batch from before or after the stored position is answered with it and not applied."""
    store.exchange([batch(0, 10, {"n/x/0": 2})], {})
    before = store.ledgers()
    for start in (0, 5, 11):
        assert store.exchange([batch(start, 20, {"n/x/0": 1})], {}).positions == {"a@1": 10}
    assert fields(store) == {"n/x/0": 2}
    assert store.ledgers() == before


def test_one_batch_may_be_refused_while_another_is_applied(store: Store) -> None:
    """The batches of an exchange are judged one by one."""
    store.exchange([batch(0, 10, {"n/x/0": 2})], {})
    answer = store.exchange(
        [batch(0, 20, {"n/x/0": 9}), batch(0, 20, {"n/y/0": 1}, ledger="b@1")], {}
    )
    assert answer.positions == {"a@1": 10, "b@1": 20}
    assert (fields(store), fields(store, "b@1")) == ({"n/x/0": 2}, {"n/y/0": 1})


def test_spools_have_positions_of_their_own(store: Store) -> None:
    """What one spool has got to says nothing of another."""
    store.exchange([batch(0, 10, {"n/x/0": 2})], {})
    store.exchange([batch(0, 7, {"n/x/0": 5}, spool="q")], {})
    assert fields(store) == {"n/x/0": 7}
    assert (store.positions("p"), store.positions("q")) == ({"a@1": 10}, {"a@1": 7})


def test_a_once_key_counts_once(store: Store) -> None:
    """A key counts the first time, in one batch or over several; its repetitions are counted."""
    store.exchange([rewards(0, 10, "5:a:g", "5:a:g", "5:b:g")], {})
    store.exchange([rewards(10, 20, "5:a:g", "5:a:h", "6:a:g")], {})
    assert fields(store) == {"k/x/0/g": 4, "x/duplicate": 2}


def test_the_first_of_a_key_counts(store: Store) -> None:
    """Where a batch has a key twice with other amounts, the first one is added."""
    gains = [{"k/x/0/g": 1, "s/x/0/g": amount} for amount in (2.0, 3.0, 5.0)]
    first, second, third = gains
    once = (("5:a:g", second), ("5:b:g", first), ("5:b:g", second), ("5:a:g", third))
    store.exchange([Batch("a@1", "p", 0, 10, {}, once)], {})
    assert fields(store) == {"k/x/0/g": 2, "s/x/0/g": 5.0, "x/duplicate": 2}


def test_many_once_keys_count_once_each(store: Store) -> None:
    """Thousands of rewards, some said twice in one batch or before, add exactly their amounts."""
    gains = [
        {"k/x/0/g": 1, "s/x/0/g": 1.5},
        {"k/y/0/g": 1, "s/y/0/g": 2.0, "n/large/0": 2**40},
        {"k/x/0/g": 1, "s/x/0/g": -0.25},
    ]
    keys = [(f"{i % 2}:id{i}:g", gains[i % 3]) for i in range(3_000)]
    again = keys[10:20] + keys[500:2_600]
    store.exchange([Batch("a@1", "p", 0, 1, {"k/x/0/g": 7}, tuple(keys[:10]))], {})
    store.exchange([Batch("a@1", "p", 1, 2, {"s/x/0/g": 0.5}, (*keys, *again))], {})
    assert fields(store) == {
        "k/x/0/g": 7 + 2_000,
        "s/x/0/g": 0.5 + 1_000 * (1.5 - 0.25),
        "k/y/0/g": 1_000,
        "s/y/0/g": 2_000.0,
        "n/large/0": 2**40 * 1_000,
        "x/duplicate": 10 + len(again),
    }


def test_a_key_is_known_to_its_ledger_only(store: Store) -> None:
    """Two ledgers may see the same key."""
    for ledger in ("a@1", "b@1"):
        store.exchange([Batch(ledger, "p", 0, 9, {}, (("5:a:g", {"k/x/0/g": 1}),))], {})
    assert fields(store, "b@1") == {"k/x/0/g": 1}


def test_only_changed_counts_are_read(store: Store) -> None:
    """A ledger is read if its version is not the known one, and unknown ledgers have version 0."""
    assert store.exchange((), {"a@1": 0}).counts == {}
    store.exchange([batch(0, 10, {"n/x/0": 2})], {})
    read = store.exchange((), {"a@1": 0, "b@1": 0}).counts
    assert set(read) == {"a@1"}
    assert store.ledgers() == {"a@1": read["a@1"].version}
    assert store.exchange((), {"a@1": read["a@1"].version}).counts == {}
    again = store.exchange([batch(10, 20, {"n/x/0": 1})], {"a@1": read["a@1"].version})
    assert again.counts["a@1"].fields == {"n/x/0": 3}


def test_a_ledger_that_is_gone_reads_as_empty(store: Store) -> None:
    """Who knows a version of a ledger that the store does not have gets empty counts."""
    counts = store.exchange((), {"gone@1": 7}).counts["gone@1"]
    assert (counts.version, dict(counts.fields)) == (0, {})


def test_counts_that_were_read_do_not_change(store: Store) -> None:
    """What was read stays as it was, and refuses to be written."""
    store.exchange([batch(0, 10, {"n/x/0": 2})], {})
    read = fields(store)
    store.exchange([batch(10, 20, {"n/x/0": 2})], {})
    assert read == {"n/x/0": 2}
    with pytest.raises(TypeError):
        read["n/x/0"] = 3  # type: ignore[index]  # the point of the test


def test_whole_numbers_stay_exact(store: Store) -> None:
    """Counts stay whole beyond 2^53, where floats have holes."""
    store.exchange([batch(0, 10, {"n/x/0": 2**53})], {})
    store.exchange([batch(10, 20, {"n/x/0": 1, "s/x/0/g": 0.5})], {})
    read = fields(store)
    assert read == {"n/x/0": 2**53 + 1, "s/x/0/g": 0.5}
    assert isinstance(read["n/x/0"], int)


def test_numbers_beyond_64_bits_become_floats(store: Store) -> None:
    """A reward of any size that a record may hold is taken."""
    store.exchange([batch(0, 10, {"s/x/0/g": 10**30})], {})
    store.exchange([batch(10, 20, {"s/x/0/g": 10**30, "n/x/0": 2**62})], {})
    store.exchange([batch(20, 30, {"n/x/0": 2**62})], {})
    assert fields(store) == {"s/x/0/g": pytest.approx(2e30), "n/x/0": pytest.approx(2.0**63)}


def test_a_released_spool_is_forgotten(store: Store) -> None:
    """Releasing a spool forgets its positions, keeps its counts, and may be repeated."""
    store.exchange([batch(0, 10, {"n/x/0": 2}), batch(0, 10, {"n/x/0": 2}, ledger="b@1")], {})
    store.exchange([batch(0, 3, {"n/x/0": 2}, spool="q")], {})
    for _ in range(2):
        store.release("p")
    assert (store.positions("p"), store.positions("q")) == ({}, {"a@1": 3})
    assert fields(store) == {"n/x/0": 4}


def test_folding_moves_counts_once(store: Store) -> None:
    """Folding adds sources to targets and deletes them; repeated, it does nothing more."""
    store.exchange([batch(0, 10, {"n/x/1": 2, "n/x/2": 3, "n/x/0": 4, "n/x/9": 1})], {})
    moves = {"n/x/1": "n/x/0", "n/x/2": "n/x/0", "n/y/1": "n/y/0"}
    store.fold("a@1", moves, 0)
    folded = store.ledgers()
    assert fields(store) == {"n/x/0": 9, "n/x/9": 1}
    store.fold("a@1", moves, 0)
    assert store.ledgers() == folded, "nothing was there to fold"
    assert fields(store) == {"n/x/0": 9, "n/x/9": 1}


def test_folding_is_a_change(store: Store) -> None:
    """Other processes read a folded ledger anew."""
    store.exchange([batch(0, 10, {"n/x/1": 2})], {})
    before = store.ledgers()["a@1"]
    store.fold("a@1", {"n/x/1": "n/x/0"}, 0)
    assert store.exchange((), {"a@1": before}).counts["a@1"].fields == {"n/x/0": 2}


def test_expired_keys_are_forgotten(store: Store) -> None:
    """Keys of cohorts before the limit are forgotten, the others stay."""
    store.exchange([rewards(0, 10, "5:a:g", "6:a:g")], {})
    store.fold("a@1", {}, 6)
    store.exchange([rewards(10, 20, "5:a:g", "6:a:g")], {})
    assert fields(store) == {"k/x/0/g": 3, "x/duplicate": 1}


def test_folding_an_unknown_ledger_makes_none(store: Store) -> None:
    """Nothing happens to a ledger that is not there."""
    store.fold("a@1", {"n/x/1": "n/x/0"}, 5)
    assert store.ledgers() == {}


def test_handles_see_the_same_counts(world: World) -> None:
    """What one handle applied, another reads, and both may be closed and used again."""
    one, other = world.open(), world.open()
    one.check()
    one.exchange([batch(0, 10, {"n/x/0": 2})], {})
    one.close()
    assert fields(other) == {"n/x/0": 2}
    assert fields(one) == {"n/x/0": 2}


def test_a_store_says_where_it_is(store: Store) -> None:
    """The address has a scheme, and shared stores have a place for spools."""
    assert "://" in store.url
    assert store.shared == (store.folder is not None)


def test_threads_do_not_lose_counts(store: Store) -> None:
    """Four threads with a spool each, all in one ledger, add up."""

    def work(spool: str) -> None:
        for step in range(20):
            store.exchange([batch(step, step + 1, {"n/x/0": 1}, spool=spool)], {"a@1": 0})

    threads = [threading.Thread(target=work, args=(name,)) for name in "wxyz"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fields(store) == {"n/x/0": 80}


@pytest.mark.parametrize("name", STORES)
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_counts_do_not_depend_on_the_order(
    name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any interleaving of the spools' batches gives the same counts."""
    script = [
        (spool, step, {f"n/{arm}/0": 1 + step}) for spool in "pqr" for step, arm in enumerate("xyx")
    ]
    results = []
    for order in (script, data.draw(st.permutations(script))):
        store = STORES[name](tmp_path_factory.mktemp("order")).open()
        turns = {spool: iter([each for each in script if each[0] == spool]) for spool in "pqr"}
        for spool, _, _ in order:
            _, step, deltas = next(turns[spool])
            store.exchange([batch(step, step + 1, deltas, spool=spool)], {})
        results.append(dict(fields(store)))
    assert results[0] == results[1] == {"n/x/0": 12, "n/y/0": 6}
