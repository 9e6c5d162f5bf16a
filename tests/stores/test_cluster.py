from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.crc import key_slot
from redis.exceptions import MovedError

from banditware.errors import StoreError
from banditware.stores import Batch, cluster, open_store, pipeline
from banditware.stores.address import Place
from banditware.stores.cluster import Cluster
from banditware.stores.redis import RedisStore
from tests import redis_groups, redis_servers
from tests.redis_servers import TCPServerProcess, free_port
from tests.stores.table import REDIS, RedisWorld

#: Ledgers, of which every node of three holds one at least.
NAMES = [f"e{number}@1" for number in range(8)]


@pytest.fixture
def world(tmp_path: Path) -> RedisWorld:
    return REDIS["cluster"](tmp_path)


@pytest.fixture
def store(world: RedisWorld) -> Iterator[RedisStore]:
    store = world.open()
    assert isinstance(store, RedisStore)
    yield store
    store.close()


@pytest.fixture
def router(store: RedisStore) -> Cluster:
    assert isinstance(store._server, Cluster)
    return store._server


def batches(step: int = 0) -> list[Batch]:
    return [Batch(name, "p", 10 * step, 10 * step + 10, {"n/x/0": 1}) for name in NAMES]


def slot(world: RedisWorld, name: str) -> int:
    return key_slot(f"{{{world.prefix}:{name}}}".encode())


def replaced(router: Cluster, slot: int, place: Place | None) -> None:
    """Let a router believe that a slot is somewhere else."""
    owners = list(router._owners or router._ask())
    owners[slot] = place
    router._owners = owners


def test_each_node_gets_its_part_in_one_go(
    store: RedisStore, router: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exchange over all nodes sends one pipeline to each of them, and reads come with it."""
    store.exchange(batches(), {})
    sent: list[int] = []
    real = pipeline.run

    def spy(client: Any, commands: Any) -> Any:
        sent.append(client.connection_pool.connection_kwargs["port"])
        return real(client, commands)

    monkeypatch.setattr(cluster, "run", spy)
    answer = store.exchange(batches(1), dict.fromkeys(NAMES, 0))
    assert answer.positions == dict.fromkeys(NAMES, 20)
    assert [answer.counts[name].fields for name in NAMES] == [{"n/x/0": 2}] * len(NAMES)
    assert len(sent) == len({*sent}) == 3


def test_positions_and_release_are_one_round(store: RedisStore, router: Cluster) -> None:
    """Once the ledgers are known, asking all of them takes one round for each node."""
    store.exchange(batches(), {})
    assert store.positions("p") == dict.fromkeys(NAMES, 10)
    rounds: list[int] = []
    real = router._execute

    def spy(commands: Any) -> Any:
        rounds.append(len(commands))
        return real(commands)

    router._execute = spy  # type: ignore[method-assign]  # to listen
    assert store.positions("p") == dict.fromkeys(NAMES, 10)
    store.release("p")
    assert store.positions("p") == {}
    assert rounds == [1 + len(NAMES)] * 3


def test_a_slot_that_moved_is_followed(
    store: RedisStore, router: Cluster, world: RedisWorld
) -> None:
    """A node that no longer holds a slot says where it is; that is done, and the map made anew."""
    owners = list(router._ask())
    at = slot(world, NAMES[0])
    elsewhere = next(place for place in owners if place != owners[at])
    replaced(router, at, elsewhere)
    assert store.exchange(batches(), {}).positions == dict.fromkeys(NAMES, 10)
    assert router._owners is None
    assert store.exchange(batches(1), {}).positions == dict.fromkeys(NAMES, 20)
    assert router._ask() == owners


def test_a_slot_on_the_move_is_followed(
    store: RedisStore, router: Cluster, world: RedisWorld
) -> None:
    """While a slot moves, what has arrived is read there and what has not is read here."""
    store.exchange(batches(), {})
    clients = {
        ("127.0.0.1", node.port): node.client() for node in redis_groups.shared_cluster().masters
    }
    at = slot(world, NAMES[0])
    source = router._ask()[at]
    assert source
    target = next(place for place in clients if place != source)
    nodes = {place: client.execute_command("CLUSTER MYID") for place, client in clients.items()}  # type: ignore[no-untyped-call]  # theirs
    move = ("CLUSTER SETSLOT", at)
    try:
        clients[target].execute_command(*move, "IMPORTING", nodes[source])  # type: ignore[no-untyped-call]  # theirs
        clients[source].execute_command(*move, "MIGRATING", nodes[target])  # type: ignore[no-untyped-call]  # theirs
        assert store.exchange((), {NAMES[0]: 0}).counts[NAMES[0]].fields == {"n/x/0": 1}
        keys = clients[source].execute_command("CLUSTER GETKEYSINSLOT", at, 100)  # type: ignore[no-untyped-call]  # theirs
        clients[source].execute_command("MIGRATE", *target, "", 0, 5000, "KEYS", *keys)  # type: ignore[no-untyped-call]  # theirs
        assert store.exchange((), {NAMES[0]: 0}).counts[NAMES[0]].fields == {"n/x/0": 1}
        with pytest.raises(StoreError, match="the cluster is moving keys just now"):
            store.exchange(batches(1), {})
    finally:
        clients[source].execute_command(*move, "NODE", nodes[target])  # type: ignore[no-untyped-call]  # theirs
        for client in clients.values():
            client.execute_command(*move, "NODE", nodes[target])  # type: ignore[no-untyped-call]  # theirs
    assert store.exchange(batches(1), {}).positions == dict.fromkeys(NAMES, 20)
    assert store.exchange((), {NAMES[0]: 0}).counts[NAMES[0]].fields == {"n/x/0": 2}


def test_a_node_that_is_away_keeps_nobody_from_the_others(
    store: RedisStore, router: Cluster, world: RedisWorld
) -> None:
    """The other nodes get their part, and the next turn asks another node for the map."""
    store.exchange((), {"a@1": 0})
    seeds = router._seeds
    replaced(router, slot(world, NAMES[0]), ("127.0.0.1", free_port()))
    with pytest.raises(StoreError, match="refused"):
        store.exchange(batches(), {})
    assert router._seeds == (*seeds[1:], *seeds[:1])
    positions = store.exchange(batches(), {}).positions
    assert positions == dict.fromkeys(NAMES, 10)
    read = store.exchange((), dict.fromkeys(NAMES, 0)).counts
    assert {counts.fields["n/x/0"] for counts in read.values()} == {1}, "nothing counts twice"


def test_a_slot_without_a_node_is_told(
    store: RedisStore, router: Cluster, world: RedisWorld
) -> None:
    """What nobody holds cannot be applied."""
    at = slot(world, NAMES[0])
    replaced(router, at, None)
    with pytest.raises(StoreError, match=f"no node of the cluster holds slot {at}"):
        store.exchange(batches(), {})


def test_a_slot_that_moves_all_the_time_is_told(router: Cluster) -> None:
    """Who is sent on twice gives up for this turn."""
    assert "moving keys just now" in router._explain(MovedError("1 h:1"))


def test_any_node_that_answers_will_do(tmp_path: Path) -> None:
    """Hosts that are away are passed over; if all are, that is an error."""
    node = redis_groups.shared_cluster().masters[0].port
    away = f"127.0.0.1:{free_port()}"
    store = open_store(f"redis+cluster://{away},127.0.0.1:{node}?prefix=any&timeout=10", tmp_path)
    store.check()
    store.close()
    with pytest.raises(StoreError, match="refused"):
        open_store(f"redis+cluster://{away}", tmp_path).check()


def test_the_documented_rights_suffice(tmp_path: Path) -> None:
    """A user of all nodes with the rights of the documentation can do everything, without fails."""
    place = redis_groups.shared_cluster()
    rights = "~acl:* ~{acl:* +@read +@write +@scripting +@connection"
    for more, mended in (("", False), (" +cluster|slots", True)):
        for client in place.clients():
            user = ("ACL SETUSER", "u", "reset", "on", ">pw", *f"{rights}{more}".split())
            client.execute_command(*user)  # type: ignore[no-untyped-call]  # theirs
        url = place.url(prefix="acl", timeout=10).replace("://", "://u:pw@")
        store = open_store(url, tmp_path)
        if not mended:
            with pytest.raises(StoreError, match=r"the user lacks a permission.*\+cluster\|slots"):
                store.check()
            continue
        store.check()
        store.exchange(batches(), dict.fromkeys(NAMES, 0))
        store.fold(NAMES[0], {"n/x/0": "n/x/1"}, 9)
        store.release("p")
        assert store.positions("p") == {}
        store.close()


def test_nodes_that_left_are_left(router: Cluster, store: RedisStore) -> None:
    """Connections to nodes that hold nothing any more are closed."""
    store.check()
    old = ("127.0.0.1", 1)
    router._nodes[old] = router._connect_to(old)
    router._owners = None
    store.check()
    assert old not in router._nodes
    assert router._nodes


def test_a_node_without_a_name_is_the_one_that_was_asked() -> None:
    """A node that does not know its own name leaves it empty."""
    ranges = [[0, 1, ["", 7, "id"], ["r", 8, "id"]], [3, 3, ["h", 9, "id", []]], [4, 4, [None, 5]]]
    owners = cluster._owners(ranges, "seed")
    assert list(owners[:6]) == [("seed", 7), ("seed", 7), None, ("h", 9), ("seed", 5), None]


@pytest.mark.parametrize("name", redis_servers.NAMES)
def test_the_wrong_kind_of_address_is_told(name: str, tmp_path: Path) -> None:
    """A single server is no cluster, and a node of a cluster is not a single server."""
    single = TCPServerProcess.begin(name)
    try:
        with pytest.raises(StoreError, match="the server is no cluster: write redis://"):
            open_store(f"redis+cluster://127.0.0.1:{single.port}?timeout=10", tmp_path).check()
    finally:
        single.stop()
    node = redis_groups.shared_cluster().masters[0]
    store = open_store(f"redis://127.0.0.1:{node.port}?prefix=wrong&timeout=10", tmp_path)
    with pytest.raises(StoreError, match=r"is one of a cluster: write redis\+cluster://"):
        store.exchange(batches(), {})
    store.close()


def test_a_child_has_connections_of_its_own(store: RedisStore, router: Cluster) -> None:
    """Around a fork the parent keeps its connections, and the child does not touch them."""
    store.exchange(batches(), {})
    parents = dict(router._nodes)
    router.after_fork(child=False)
    assert router._nodes == parents
    router.after_fork(child=True)
    store.exchange(batches(1), {})
    assert not {*map(id, parents.values())} & {*map(id, router._nodes.values())}
    for client in parents.values():
        assert client.ping()
        client.close()


def test_two_threads_get_the_same_connections(
    router: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is second to open connections to a node uses those of the first."""
    place = redis_groups.shared_cluster().masters[0].port
    real: Callable[[Place], Any] = router._connect_to

    def slow(place: Place) -> Any:
        router._nodes.setdefault(place, real(place))
        return real(place)

    monkeypatch.setattr(router, "_connect_to", slow)
    assert router._node(("127.0.0.1", place)) is router._nodes[("127.0.0.1", place)]


def test_each_node_says_something_about_itself(store: RedisStore) -> None:
    """What is asked of servers, and not of keys, is answered by each node that holds slots."""
    answers = store.ask("INFO", "server")
    assert len({answer["run_id"] for answer in answers}) == 3
