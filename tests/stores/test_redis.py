from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.errors import StoreError
from banditware.stores import Backup, Batch, Mark, Store, Verdict, open_store
from banditware.stores.redis import CALM, ONCE, TOMBSTONE
from tests.recording import fields
from tests.stores.table import REDIS, FakeWorld, RedisWorld

#: What a machine has that never made a backup.
NONE = Mark("", 0, 0, "")

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1}, (("5:a:g", {"k/x/0/g": 1}),))


@pytest.fixture(params=REDIS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> RedisWorld:
    return REDIS[request.param](tmp_path)


@pytest.fixture
def store(world: RedisWorld) -> Store:
    return world.open()


@pytest.fixture
def client(world: RedisWorld) -> Any:
    return world.client


def key(world: RedisWorld, more: str = "") -> str:
    """Return a key of the ledger."""
    return f"{{{world.prefix}:a@1}}{more}"


def contents(world: RedisWorld) -> dict[bytes, bytes]:
    """Return everything that is stored, but not how long it lives."""
    return {key: content for rows in world.save() for key, _, content in rows}


def test_the_folder_of_spools_is_beside_the_configuration(tmp_path: Path) -> None:
    """The folder has a name of its own for every address, unless the address names one."""
    assert open_store("redis://h", tmp_path).folder == tmp_path / "banditware-488fc8b8.spool"
    assert open_store("redis://h?spool=s", tmp_path).folder == tmp_path / "s"
    assert open_store("redis://h?spool=/s", tmp_path).folder == Path("/s")


def test_a_late_batch_of_a_released_spool_is_refused(
    store: Store, world: RedisWorld, client: Any
) -> None:
    """What was sent before a spool was released and arrives afterwards is left alone."""
    store.exchange([BATCH], {})
    before = client.hget(key(world), "@p")
    store.release("p")
    late = store.exchange([BATCH], {}).positions["a@1"]
    assert (before, late) == (b"10", 2**53 - 1), "behind every end"
    assert fields(store) == {"n/x/0": 1, "k/x/0/g": 1}
    assert 0 < client.ttl(key(world, ":gone:p")) <= TOMBSTONE
    store.exchange([BATCH._replace(spool="q")], {})
    assert fields(store)["n/x/0"] == 2, "other spools go on"


def test_counts_that_are_lost_take_their_once_keys_along(
    store: Store, world: RedisWorld, client: Any
) -> None:
    """A hash that was evicted is filled again from the spools, rewards and all."""
    store.exchange([BATCH], {})
    client.delete(key(world))
    assert client.exists(key(world, ":once:5"))
    store.exchange([BATCH], {})
    store.exchange([BATCH._replace(spool="q")], {})
    assert fields(store) == {"n/x/0": 2, "k/x/0/g": 1, "x/duplicate": 1}


def test_no_backup_is_made_of_what_was_just_lost(
    store: Store, world: RedisWorld, client: Any
) -> None:
    """After a birth, a restore and a step back, other machines have time to restore theirs."""

    def peace() -> bool:
        return CALM - 60 < client.ttl(key(world, ":calm")) <= CALM and not store.back_up(
            "a@1", NONE
        )

    store.exchange([BATCH], {})
    assert peace()
    world.pass_time()
    first = store.back_up("a@1", NONE)
    behind = world.save()
    second = store.back_up("a@1", NONE)
    assert first
    assert second
    assert store.restore(first, first.mark) is Verdict.CONTAINED
    assert not client.exists(key(world, ":calm"))
    world.restore(behind)
    assert store.restore(second, first.mark) is Verdict.BEHIND
    assert peace()
    client.delete(key(world), key(world, ":calm"), f"{world.prefix}:ledgers")
    assert store.restore(second, first.mark) is Verdict.RESTORED
    assert peace()
    assert list(store.ledgers()) == ["a@1"], "it is listed again"


def test_counts_of_an_older_banditware_get_backups(
    store: Store, world: RedisWorld, client: Any
) -> None:
    """A ledger without an origin has that of its epoch from the first backup on."""
    store.exchange([BATCH], {})
    world.pass_time()
    client.hdel(key(world), "#origin")
    assert store.marks() == {"a@1": Mark("", 0, 1, "")}
    backup = store.back_up("a@1", store.marks()["a@1"])
    assert backup is not None
    assert backup.mark.origin == client.hget(key(world), "#epoch").decode()
    assert store.marks() == {"a@1": backup.mark}


def test_once_keys_end_by_themselves(store: Store, world: RedisWorld, client: Any) -> None:
    """A set lives for long by itself; folding sets the end that fits, and does not move it."""
    store.exchange([BATCH], {})
    once = key(world, ":once:5")
    assert ONCE - 60 < client.ttl(once) <= ONCE
    store.fold("a@1", {}, 4)
    week = 7 * 86_400
    assert week - 60 < client.ttl(once) <= week + 1
    client.expire(once, week - 4000)
    store.fold("a@1", {}, 4)
    assert client.ttl(once) <= week - 4000
    store.fold("a@1", {}, 6)
    assert not client.exists(once)
    assert client.hget(key(world), "#cohorts") == b""


def test_a_set_without_keys_gives_none(store: Store, world: RedisWorld, client: Any) -> None:
    """Of a set that holds nothing but its epoch, or a page of it, there is nothing to copy."""
    store.exchange([BATCH], {})
    copying = store.copying()
    assert copying is not None
    ((cohort, keys, _),) = copying.keys("a@1")
    client.srem(key(world, f":once:{cohort}"), *keys)
    assert list(copying.keys("a@1")) == []


def test_several_cohorts_end_one_by_one(store: Store, world: RedisWorld, client: Any) -> None:
    """Each cohort has a set of its own, listed once, also when it was lost meanwhile."""
    keys = tuple((f"{cohort}:a:g", {"k/x/0/g": 1}) for cohort in (5, -6, 7))
    store.exchange([Batch("a@1", "p", 0, 10, {}, keys)], {})
    client.delete(key(world, ":once:7"))
    store.exchange([Batch("a@1", "p", 10, 20, {}, keys)], {})
    assert client.hget(key(world), "#cohorts").split() == [b"-6", b"5", b"7"]
    store.fold("a@1", {}, 6)
    assert client.hget(key(world), "#cohorts") == b"7"
    assert fields(store) == {"k/x/0/g": 4, "x/duplicate": 2}


def test_scripts_that_the_server_forgot_are_loaded_again(store: Store, client: Any) -> None:
    """After SCRIPT FLUSH everything goes on, and nothing counts twice."""
    for step in range(3):
        store.exchange([Batch("a@1", "p", step, step + 1, {"n/x/0": 1})], {"a@1": 0})
        client.script_flush()
    store.fold("a@1", {"n/x/0": "n/x/1"}, 0)
    assert fields(store) == {"n/x/1": 3}


@pytest.mark.parametrize("content", ["text", "hash"])
def test_a_key_of_somebody_else_is_left_alone(
    store: Store, world: RedisWorld, client: Any, content: str
) -> None:
    """What is no ledger is neither read nor written."""
    if content == "text":
        client.set(key(world), "theirs")
    else:
        client.hset(key(world), "n/x/0", "5")
    client.sadd(f"{world.prefix}:ledgers", "a@1")
    saved = contents(world)
    attempts: list[Callable[[], object]] = [
        lambda: store.exchange([BATCH], {}),
        lambda: store.exchange((), {"a@1": 0}),
        lambda: store.release("p"),
        lambda: store.fold("a@1", {"n/x/0": "n/x/1"}, 9),
        lambda: store.back_up("a@1", NONE),
        lambda: store.restore(Backup("a@1", Mark("o", 1, 1, "t"), {"n/x/0": 1}, {}), NONE),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError, match="belongs to something else; choose another"):
            attempt()
    assert contents(world) == saved


def test_a_set_of_somebody_else_stops_the_batch(
    store: Store, world: RedisWorld, client: Any
) -> None:
    """A batch that cannot be applied whole is not begun."""
    client.set(key(world, ":once:5"), "theirs")
    with pytest.raises(StoreError, match="belongs to something else"):
        store.exchange([BATCH], {})
    assert not client.exists(key(world))


@pytest.mark.parametrize("schema", ["2", "two"])
def test_newer_counts_are_refused(
    store: Store, world: RedisWorld, client: Any, schema: str
) -> None:
    """What a newer banditware wrote is neither read nor written, and refused at the start."""
    store.check()
    store.exchange([BATCH], {})
    client.hset(key(world), "#schema", schema)
    client.set(f"{world.prefix}:schema", schema)
    saved = contents(world)
    for attempt in (
        store.check,
        lambda: store.exchange([BATCH], {}),
        lambda: store.exchange((), {"a@1": 0}),
        lambda: store.fold("a@1", {}, 9),
        lambda: store.release("p"),
        lambda: store.back_up("a@1", NONE),
        lambda: store.restore(Backup("a@1", Mark("o", 1, 1, "t"), {"n/x/0": 1}, {}), NONE),
    ):
        with pytest.raises(StoreError, match="written by a newer banditware; upgrade this one"):
            attempt()
    assert contents(world) == saved


def test_small_fractions_are_kept(store: Store) -> None:
    """Numbers far below one are summed as exactly as numbers above."""
    store.exchange([Batch("a@1", "p", 0, 1, {"q/x/0/g": 1e-30, "s/x/0/g": 0.1})], {})
    store.exchange([Batch("a@1", "p", 1, 2, {"q/x/0/g": 2e-30, "s/x/0/g": 0.2})], {})
    assert fields(store) == {"q/x/0/g": 1e-30 + 2e-30, "s/x/0/g": 0.1 + 0.2}


def test_large_rewards_of_one_batch_stay_whole(store: Store) -> None:
    """Whole rewards whose sum has no place in a double are added exactly."""
    keys = tuple((f"5:{i}:g", {"s/x/0/g": amount}) for i, amount in enumerate((2**53, 1, -3, 4)))
    store.exchange([Batch("a@1", "p", 0, 1, {}, keys)], {})
    assert fields(store) == {"s/x/0/g": 2**53 + 2}
    store.exchange([Batch("a@1", "p", 1, 2, {"s/x/0/g": 2**53 + 1})], {})
    assert fields(store) == {"s/x/0/g": 2**54 + 3}


def test_one_round_trip_and_nothing_for_what_did_not_change(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches and reads go together, and a ledger whose version is known comes back empty."""
    store: Any = world.open()
    store.exchange([BATCH], {"a@1": 0})
    answers = []
    real = store._server._execute

    def spy(commands: Any) -> list[Any]:
        answers.append(real(commands))
        return answers[-1]  # type: ignore[no-any-return]  # what redis answers has no type

    monkeypatch.setattr(store._server, "_execute", spy)
    store.exchange([Batch("b@1", "p", 0, 10, {"n/x/0": 1})], {"a@1": 1, "b@1": 0})
    assert answers == [[10, None, ["1", "n/x/0\n1", 0], 1]]
    store.exchange((), {})
    assert len(answers) == 1, "nothing to say, nothing sent"


NUMBERS = st.integers(-(2**70), 2**70) | st.floats(-1e300, 1e300)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), NUMBERS), max_size=6), st.booleans())
def test_sums_are_those_of_python(batches: list[Mapping[str, float]], once: bool) -> None:
    """Whole numbers are added exactly up to 64 bits, all others as doubles."""
    store = FakeWorld(Path()).open()
    expected: dict[str, float] = {}
    exact: dict[str, bool] = {}
    for step, deltas in enumerate(batches):
        keys = ((f"5:{step}:g", deltas),) if once else ()
        store.exchange([Batch("a@1", "p", step, step + 1, {} if once else deltas, keys)], {})
        for name, delta in deltas.items():
            expected[name] = expected.get(name, 0) + delta
            small = isinstance(expected[name], int) and abs(expected[name]) < 2**62
            exact[name] = exact.get(name, True) and small
    read = fields(store)
    for name, number in expected.items():
        if exact[name]:
            assert read[name] == number
        else:
            scale = sum(abs(float(deltas.get(name, 0))) for deltas in batches)
            assert abs(read[name] - number) <= 1e-14 * scale
