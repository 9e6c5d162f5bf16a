"""Reading counts does not take longer with every spool; see `lua/common.lua` on excerpts."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from banditware.errors import StoreError
from banditware.stores import Batch, Mark, Store, open_store
from banditware.stores import redis as redis_store
from banditware.stores.parts import Part
from banditware.stores.redis import EXCERPT, MANY
from tests.recording import fields
from tests.redis_servers import NAMES, ServerProcess
from tests.stores.table import REDIS, RedisWorld

COUNTS = {"n/x/0": 1, "n/x/7": 2, "s/x/0/g": 0.5, "~n/x/3600": 1}


@pytest.fixture(params=REDIS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> RedisWorld:
    return REDIS[request.param](tmp_path)


@pytest.fixture
def store(world: RedisWorld) -> Store:
    return world.open()


def key(world: RedisWorld, more: str = ":excerpt") -> str:
    """Return a key of the ledger."""
    return f"{{{world.prefix}:a@1}}{more}"


def excerpt(world: RedisWorld) -> dict[str, str]:
    """Return what the excerpt of the ledger holds."""
    return {name.decode(): text.decode() for name, text in world.client.hgetall(key(world)).items()}


def spools(store: Store, number: int, *, first: int = 0) -> None:
    """Apply a batch of each of so many spools."""
    for spool in range(first, first + number):
        store.exchange([Batch("a@1", f"spool{spool}", 0, 1, COUNTS)], {})


def crowd(store: Store) -> None:
    """Apply so many batches that there is an excerpt once the counts were read twice."""
    spools(store, MANY + 1)
    fields(store)
    fields(store)


def summed(number: int) -> dict[str, float]:
    """Return what the batches of so many spools add up to."""
    return {name: number * delta for name, delta in COUNTS.items() if name[0] != "~"}


def test_few_spools_need_no_excerpt(world: RedisWorld, store: Store) -> None:
    """Up to `MANY` positions the counts are read where they are."""
    spools(store, MANY)
    assert fields(store) == summed(MANY)
    assert excerpt(world) == {}


def test_many_spools_get_one(world: RedisWorld, store: Store) -> None:
    """Beyond that there is a hash of the counts alone, which batches keep current."""
    spools(store, MANY + 1)
    assert fields(store) == summed(MANY + 1)
    assert excerpt(world) == {}, "who reads for the first time cannot know"
    assert fields(store) == summed(MANY + 1)
    assert excerpt(world).keys() == {"#epoch", "#version", "n/x/0", "n/x/7", "s/x/0/g"}
    assert 0 < world.client.ttl(key(world)) <= EXCERPT
    spools(store, 3, first=MANY + 1)
    store.exchange([Batch("a@1", "spool0", 1, 2, {"n/y/0": 2**53 + 1, "~n/y/0": 1})], {})
    assert excerpt(world)["#version"] == str(MANY + 5)
    assert fields(store) == {**summed(MANY + 4), "n/y/0": 2**53 + 1}
    assert set(excerpt(world)) == {"#epoch", "#version", *fields(store)}


def test_reading_looks_at_counts_only(world: RedisWorld, store: Store) -> None:
    """What is read comes from the excerpt as long as it is current, and not from the ledger."""
    crowd(store)
    world.client.hset(key(world), "n/x/0", 1000)
    assert fields(store)["n/x/0"] == 1000
    spools(store, 1, first=MANY + 1)
    assert fields(store)["n/x/0"] == MANY + 2, "what a batch changes is copied, not added"


@pytest.mark.parametrize("change", ["folded", "merged", "older", "evicted", "begun anew", "torn"])
def test_a_stale_excerpt_is_written_anew(world: RedisWorld, store: Store, change: str) -> None:
    """Whoever changes a ledger without its excerpt, or loses one of both, does no harm."""
    crowd(store)
    expected = summed(MANY + 1)
    client = world.client
    if change == "folded":
        store.fold("a@1", {"n/x/7": "n/x/0"}, None)
        expected["n/x/0"] += expected.pop("n/x/7")
    elif change == "merged":
        copying = store.copying()
        assert copying is not None
        assert copying.merge("a@1", Part("o", 0, 1, {"n/x/0": 5}), 0) is not None
        expected["n/x/0"] += 5
    elif change == "older":
        client.hincrby(key(world, ""), "n/x/0", 5)
        client.hincrby(key(world, ""), "#version", 1)
        expected["n/x/0"] += 5
    elif change == "evicted":
        client.delete(key(world))
    elif change == "torn":
        client.hdel(key(world), "#epoch", "n/x/0")
    else:
        client.delete(key(world, ""))
        spools(store, MANY + 1)
        spools(store, 1, first=MANY + 1)
        expected = summed(MANY + 2)
    stale = excerpt(world)
    assert fields(store) == expected
    assert excerpt(world) != stale
    spools(store, 1, first=MANY + 2)
    assert excerpt(world)["#version"] == str(store.ledgers()["a@1"])


def test_a_restored_ledger_is_read_as_it_was(world: RedisWorld, store: Store) -> None:
    """A backup that is put back is not hidden by the excerpt of what was lost."""
    spools(store, MANY + 1)
    world.pass_time()
    backup = store.back_up("a@1", Mark("", 0, 0, ""))
    assert backup is not None
    spools(store, 1, first=MANY + 1)
    fields(store)
    world.client.delete(key(world, ""))
    store.restore(backup, backup.mark)
    assert fields(store) == summed(MANY + 1)


def test_many_fields_fit(world: RedisWorld, store: Store) -> None:
    """A batch and an excerpt may have more fields than a script has room for at once."""
    many = {f"n/arm{number}/0": number for number in range(1, 9001)}
    with mock.patch.object(redis_store, "MANY", 0):
        for start in range(4):
            store.exchange([Batch("a@1", "p", start, start + 1, many)], {})
            found = store.exchange((), {"a@1": 0}).counts["a@1"].fields
            assert found == {name: number * (start + 1) for name, number in many.items()}
        assert len(excerpt(world)) == 9002


def test_an_excerpt_of_somebody_else_stops_the_batch(world: RedisWorld, store: Store) -> None:
    """A key that is no hash is neither read nor written."""
    crowd(store)
    version = world.client.hget(key(world, ""), "#version")
    world.client.set(key(world), "theirs")
    for attempt in (lambda: spools(store, 1, first=MANY + 1), lambda: fields(store)):
        with pytest.raises(StoreError, match="belongs to something else"):
            attempt()
    assert world.client.hget(key(world, ""), "#version") == version


@pytest.mark.parametrize("full", [True, False])
def test_a_server_that_takes_no_writes_can_be_read(tmp_path: Path, *, full: bool) -> None:
    """Where an excerpt cannot be written the counts are read all the same."""
    server = ServerProcess(NAMES[0])
    store = open_store(server.url(), tmp_path)
    crowd(store)
    with server.client() as client:
        client.delete("{banditware:a@1}:excerpt")
        if full:
            client.config_set("maxmemory", "1")
        else:
            client.replicaof("127.0.0.1", "1")
        assert fields(store) == summed(MANY + 1)
        assert not client.exists("{banditware:a@1}:excerpt")
    store.close()
    server.stop()
