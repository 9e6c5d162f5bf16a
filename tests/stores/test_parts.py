"""What stores promise to copies; see `banditware.stores.parts.Copying`."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from banditware.stores import Batch, Mark, Store, Verdict, redis_parts, sqlite_parts
from banditware.stores.parts import Copying, Keys, Part
from banditware.stores.redis import ONCE
from tests.recording import fields
from tests.stores.table import STORES, RedisWorld, World

SHARED = {name: made for name, made in STORES.items() if name != "memory"}

SERVERS = [name for name in SHARED if name != "sqlite"]


@pytest.fixture(params=SHARED)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return SHARED[request.param](tmp_path)


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> RedisWorld:
    world = SHARED[request.param](tmp_path)
    assert isinstance(world, RedisWorld)
    return world


@pytest.fixture
def store(world: World) -> Store:
    return world.open()


@pytest.fixture
def copying(store: Store) -> Copying:
    return of(store)


def of(store: Store) -> Copying:
    copying = store.copying()
    assert copying is not None
    return copying


def put(store: Store, amounts: dict[str, float], start: int = 0) -> None:
    store.exchange([Batch("a@1", "p", start, start + 1, amounts)], {})


def part(version: int, amounts: dict[str, float], origin: str = "far") -> Part:
    return Part(origin, 7, version, amounts)


def test_memory_offers_nothing(tmp_path: Path) -> None:
    """Counts that end with their process cannot be copied."""
    assert STORES["memory"](tmp_path).open().copying() is None


def test_a_ledger_has_one_origin(world: World) -> None:
    """Every handle says the same origin of a ledger, and nothing of what is not there."""
    assert of(world.open()).parts("a@1").own._replace(place=0) == Part("", 0, 0, {})
    put(world.open(), {"n/x/0": 1})
    first, again = (of(world.open()).parts("a@1") for _ in range(2))
    assert first == again
    assert len(first.own.origin) == 16
    assert (first.own.version, dict(first.own.fields), first.others) == (1, {"n/x/0": 1}, {})
    world.open().exchange([Batch("b@1", "p", 0, 1, {"n/x/0": 1})], {})
    other = of(world.open()).parts("b@1").own
    assert other.origin != first.own.origin
    assert other.place == first.own.place


def test_notes_are_nobody_elses(store: Store, copying: Copying) -> None:
    """Who reads counts is not shown where they came from."""
    copying.merge("a@1", part(3, {"n/x/0": 5}), 0)
    assert store.exchange((), {"a@1": 0}).counts["a@1"].fields == {"n/x/0": 5}


def test_an_empty_part_is_a_note(store: Store, copying: Copying) -> None:
    """A ledger that says nothing is noted, and known from then on."""
    assert copying.merge("a@1", part(3, {}), 0) == {}
    assert copying.parts("a@1").others == {"far": part(3, {})}
    assert set(store.ledgers()) == {"a@1"}
    assert fields(store) == {}


def test_a_part_is_added_once(store: Store, copying: Copying) -> None:
    """A part is added to the counts; its newer state adds what is new, under the same fields."""
    put(store, {"n/x/0": 1, "s/x/0/g": 0.25})
    assert copying.merge("a@1", part(3, {"n/x/0": 5, "s/x/0/g": 0.5}), 0) == {
        "n/x/0": 5,
        "s/x/0/g": 0.5,
    }
    assert fields(store) == {"n/x/0": 6, "s/x/0/g": 0.75}
    assert copying.merge("a@1", part(4, {"n/x/0": 7, "s/x/0/g": 0.5}), 3) == {"n/x/0": 2}
    assert fields(store) == {"n/x/0": 8, "s/x/0/g": 0.75}
    found = copying.parts("a@1")
    assert found.own.fields == {"n/x/0": 1, "s/x/0/g": 0.25}
    assert found.others == {"far": part(4, {"n/x/0": 7, "s/x/0/g": 0.5})}


def test_who_expects_something_else_changes_nothing(store: Store, copying: Copying) -> None:
    """A copy that was overtaken by another one is refused, also if it comes late."""
    first = part(3, {"n/x/0": 5})
    assert copying.merge("a@1", first, 0) is not None
    before = store.ledgers()
    for expected in (0, 2, 4):
        assert copying.merge("a@1", part(5, {"n/x/0": 9}), expected) is None
    assert (fields(store), store.ledgers()) == ({"n/x/0": 5}, before)


def test_only_what_changes_counts_is_a_change(store: Store, copying: Copying) -> None:
    """A newer state with the same numbers is noted, and nobody has to read the ledger anew."""
    copying.merge("a@1", part(3, {"n/x/0": 5}), 0)
    before = store.ledgers()["a@1"]
    assert copying.merge("a@1", part(9, {"n/x/0": 5}), 3) == {}
    assert store.ledgers()["a@1"] == before
    assert copying.parts("a@1").others["far"].version == 9
    copying.merge("a@1", part(10, {"n/x/0": 6}), 9)
    assert store.ledgers()["a@1"] != before


def test_what_a_part_has_no_more_is_taken_away(store: Store, copying: Copying) -> None:
    """A field that was folded elsewhere disappears here; what this store counted under it stays."""
    put(store, {"n/x/5": 1})
    copying.merge("a@1", part(3, {"n/x/5": 2, "n/y/5": 3, "w/x/5/g": 0.5}), 0)
    copying.merge("a@1", part(4, {"n/x/0": 2, "n/y/0": 3, "w/x/0/g": 0.5}), 3)
    assert fields(store) == {"n/x/5": 1, "n/x/0": 2, "n/y/0": 3, "w/x/0/g": 0.5}


def test_parts_are_folded_with_their_ledger(store: Store, copying: Copying) -> None:
    """After folding, every part and the own one are what they were, under the folded fields."""
    put(store, {"n/x/5": 1, "n/x/0": 10})
    copying.merge("a@1", part(3, {"n/x/5": 2, "n/x/0": 20}), 0)
    copying.merge("a@1", part(3, {"n/x/5": 4}, "other"), 0)
    store.fold("a@1", {"n/x/5": "n/x/0"}, 0)
    found = copying.parts("a@1")
    assert (fields(store), found.own.fields) == ({"n/x/0": 37}, {"n/x/0": 11})
    assert {name: dict(each.fields) for name, each in found.others.items()} == {
        "far": {"n/x/0": 22},
        "other": {"n/x/0": 4},
    }
    copying.merge("a@1", part(4, {"n/x/5": 3, "n/x/0": 20}), 3)
    assert fields(store) == {"n/x/0": 35, "n/x/5": 3}, "nothing is ever below zero"


def test_whole_numbers_are_copied_exactly(store: Store, copying: Copying) -> None:
    """Counts beyond 2^53, and below zero, keep every digit."""
    put(store, {"n/x/0": 1, "s/x/0/g": -5})
    copying.merge("a@1", part(3, {"n/x/0": 2**53, "s/x/0/g": -(2**53)}), 0)
    copying.merge("a@1", part(4, {"n/x/0": 2**53 + 1, "s/x/0/g": -(2**53) - 3}), 3)
    assert fields(store) == {"n/x/0": 2**53 + 2, "s/x/0/g": -(2**53) - 8}
    assert copying.parts("a@1").own.fields == {"n/x/0": 1, "s/x/0/g": -5}


def test_huge_numbers_are_copied(store: Store, copying: Copying) -> None:
    """A reward of any size that a record may hold can be copied."""
    copying.merge("a@1", part(3, {"s/x/0/g": 10**30}), 0)
    assert fields(store) == {"s/x/0/g": pytest.approx(1e30)}


def test_keys_are_a_union(store: Store, copying: Copying) -> None:
    """Keys that were copied are seen; those that this store has seen are not new."""
    store.exchange([Batch("a@1", "p", 0, 1, {}, (("5:a:g", {"k/x/0/g": 1}),))], {})
    assert copying.remember("a@1", Keys(5, ["a:g", "b:g"], 999)) == 1
    assert copying.remember("a@1", Keys(6, ["a:g"])) == 1
    again = tuple((key, {"k/x/0/g": 1}) for key in ("5:a:g", "5:b:g", "6:a:g", "6:b:g"))
    store.exchange([Batch("a@1", "p", 1, 2, {}, again)], {})
    assert fields(store) == {"k/x/0/g": 2, "x/duplicate": 3}
    seen = {(keys.cohort, id_) for keys in copying.keys("a@1") for id_ in keys.ids}
    assert seen == set(product((5, 6), ("a:g", "b:g")))


def test_keys_of_a_ledger_nobody_knows(copying: Copying) -> None:
    """An unknown ledger has no keys, and may be told some before it has counts."""
    assert list(copying.keys("a@1")) == []
    assert copying.remember("a@1", Keys(5, ["a:g"])) == 1
    assert [list(keys.ids) for keys in copying.keys("a@1")] == [["a:g"]]


def test_copied_keys_are_forgotten_in_time(store: Store, copying: Copying) -> None:
    """Folding forgets copied keys like its own."""
    copying.remember("a@1", Keys(5, ["a:g"]))
    copying.remember("a@1", Keys(6, ["a:g"]))
    store.fold("a@1", {}, 6)
    assert [keys.cohort for keys in copying.keys("a@1")] == [6]


def test_many_keys_come_in_pieces(
    store: Store, copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many keys a ledger has, few of them are in memory at a time."""
    monkeypatch.setattr(sqlite_parts, "KEYS", 50)
    monkeypatch.setattr(redis_parts, "KEYS", 50)
    names = [f"{number}:g" for number in range(1500)]
    for start in range(0, 1500, 500):
        assert copying.remember("a@1", Keys(5 + start, names[start : start + 500])) == 500
    pieces = list(copying.keys("a@1"))
    assert {(keys.cohort, id_) for keys in pieces for id_ in keys.ids} == {
        (5 + number // 500 * 500, name) for number, name in enumerate(names)
    }
    assert len(pieces) > 9
    assert max(len(keys.ids) for keys in pieces) <= 500


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_keys_keep_the_time_they_have_to_live(server: RedisWorld) -> None:
    """A set lives as long as the longest of its sources says."""
    copying = of(server.open())
    place = f"{{{server.prefix}:a@1}}:once:5"
    for life, kept in ((100, 100), (50, 100), (200, 200), (None, ONCE)):
        copying.remember("a@1", Keys(5, ["a:g"], life))
        assert kept - 60 <= int(server.client.ttl(place)) <= kept
    (found,) = copying.keys("a@1")
    assert found.life is not None
    assert 0 < found.life <= ONCE


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_keys_of_counts_that_were_lost_are_not_copied(server: RedisWorld) -> None:
    """A set that outlived its ledger says nothing about what is counted now."""
    store = server.open()
    store.exchange([Batch("a@1", "p", 0, 1, {}, (("5:a:g", {"k/x/0/g": 1}),))], {})
    server.client.delete(f"{{{server.prefix}:a@1}}")
    store.exchange([Batch("a@1", "p", 0, 1, {}, (("6:a:g", {"k/x/0/g": 1}),))], {})
    server.client.hset(f"{{{server.prefix}:a@1}}", "#cohorts", " 5 6")
    assert [keys.cohort for keys in of(store).keys("a@1")] == [6]


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ledger_that_was_evicted_takes_its_notes_along(server: RedisWorld) -> None:
    """Counts that were lost are copied anew; what is left of the notes does not keep them out."""
    store = server.open()
    of(store).merge("a@1", part(3, {"n/x/0": 5}), 0)
    server.client.delete(f"{{{server.prefix}:a@1}}")
    assert of(store).parts("a@1").others == {}
    of(store).merge("a@1", part(3, {"n/x/0": 5}), 0)
    assert fields(store) == {"n/x/0": 5}


def test_a_part_can_be_taken_away(store: Store, copying: Copying) -> None:
    """A part without a version is forgotten, and so are its counts; the others stay."""
    put(store, {"n/x/0": 1})
    copying.merge("a@1", part(3, {"n/x/0": 5, "n/y/0": 2}), 0)
    copying.merge("a@1", part(4, {"n/x/0": 7}, "other"), 0)
    assert copying.merge("a@1", part(0, {}), 3) == {"n/x/0": -5, "n/y/0": -2}
    assert fields(store) == {"n/x/0": 8}
    assert set(copying.parts("a@1").others) == {"other"}


def test_a_backup_holds_what_was_copied(store: Store, copying: Copying, world: World) -> None:
    """A ledger that is restored knows what was copied into it, and gets only the rest again."""
    empty = world.save()
    put(store, {"n/x/0": 1})
    copying.merge("a@1", part(3, {"n/x/0": 5}), 0)
    world.pass_time()
    backup = store.back_up("a@1", Mark("", 0, 0, ""))
    assert backup is not None
    copying.merge("a@1", part(4, {"n/x/0": 7}), 3)
    world.restore(empty)
    assert copying.parts("a@1").others == {}
    assert store.restore(backup, backup.mark) is Verdict.RESTORED
    found = copying.parts("a@1")
    assert (found.own.origin, found.own.fields) == (backup.mark.origin, {"n/x/0": 1})
    assert copying.merge("a@1", part(4, {"n/x/0": 7}), found.others["far"].version) == {"n/x/0": 2}
    assert fields(store) == {"n/x/0": 8}


@pytest.mark.parametrize("server", SERVERS, indirect=True)
def test_a_ledger_that_a_copy_makes_is_left_in_peace(server: RedisWorld) -> None:
    """Every machine gets to restore what it has before the new ledger has backups of its own."""
    store, copying = server.open(), of(server.open())
    copying.remember("b@1", Keys(5, ["a:g"]))
    for ledger in ("a@1", "b@1"):
        copying.merge(ledger, part(3, {"n/x/0": 5}), 0)
        assert store.back_up(ledger, Mark("", 0, 0, "")) is None
