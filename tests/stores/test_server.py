from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from banditware.errors import StoreError
from banditware.stores import Batch, Store, open_store
from banditware.stores.address import parse
from banditware.stores.redis import RedisStore
from banditware.stores.server import Server
from tests import redis_servers
from tests.redis_servers import ServerProcess

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1}, (("5:a:g", {"s/x/0/g": 0.5}),))

RIGHTS = "~banditware:* ~{banditware:* +@read +@write +@scripting +@connection"


@pytest.fixture(params=redis_servers.NAMES, scope="module")
def process(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    process = ServerProcess(request.param)
    yield process
    process.stop()


@pytest.fixture
def client(process: ServerProcess) -> Iterator[redis.Redis]:
    with process.client() as client:
        yield client
        client.replicaof("NO", "ONE")
        client.config_set("maxmemory", "0")
        client.flushall()


@pytest.fixture
def place(process: ServerProcess, tmp_path: Path) -> Callable[..., Store]:
    def place(login: str = "", **options: Any) -> Store:
        url = process.url(**options).replace("unix://", f"unix://{login}")
        return open_store(url, tmp_path)

    return place


def allow(client: Any, rights: str) -> None:
    """Give the user `u` these rights and the password `pw`."""
    client.execute_command("ACL", "SETUSER", "u", "reset", "on", ">pw", *rights.split())


@pytest.mark.parametrize(
    ("login", "rights", "message"),
    [
        (":hunter2@", RIGHTS, "the server has no password; leave it out"),
        ("u:hunter2@", RIGHTS, "the server refuses the user or the password"),
        ("u:pw@", RIGHTS.replace("+@write", ""), "the user lacks a permission"),
        ("u:pw@", RIGHTS.replace("+@scripting", ""), "the user lacks a permission"),
        ("u:pw@", RIGHTS + " -hset", "the user lacks a permission"),
        ("u:pw@", RIGHTS + " -sadd", "the user lacks a permission"),
    ],
)
def test_who_may_not_is_told_at_the_start(
    place: Callable[..., Store], client: redis.Redis, login: str, rights: str, message: str
) -> None:
    """A login that the server refuses, and a user who lacks a right, are told, not the password."""
    allow(client, rights)
    with pytest.raises(StoreError, match=message) as raised:
        place(login).check()
    assert "hunter2" not in str(raised.value)


def test_a_password_is_asked_for(
    place: Callable[..., Store], client: redis.Redis, process: ServerProcess
) -> None:
    """A server that wants a password says so, and takes it."""
    client.config_set("requirepass", "pw")
    try:
        with pytest.raises(StoreError, match="the server wants a password"):
            place().check()
        place(":pw@").check()
    finally:
        client.config_set("requirepass", "")


def test_the_documented_rights_suffice(place: Callable[..., Store], client: redis.Redis) -> None:
    """A user with the rights of the documentation can do everything."""
    allow(client, RIGHTS)
    store = place("u:pw@")
    store.check()
    assert store.ledgers() == {}, "what was tried is gone"
    assert client.keys() == [b"banditware:schema"]
    store.exchange([BATCH], {"a@1": 0})
    store.fold("a@1", {"n/x/0": "n/x/1"}, 9)
    store.release("p")
    assert (store.ledgers(), store.positions("p")) == ({"a@1": 2}, {})


def test_a_full_server_is_told(place: Callable[..., Store], client: redis.Redis) -> None:
    """A server without memory takes nothing, and a batch that it refused leaves no trace."""
    client.config_set("maxmemory", "1")
    for attempt in (place().check, lambda: place().exchange([BATCH], {})):
        with pytest.raises(StoreError, match="the server's memory is full"):
            attempt()
    assert client.dbsize() == 0


def test_a_replica_is_told(place: Callable[..., Store], client: redis.Redis) -> None:
    """A replica takes nothing."""
    client.replicaof("127.0.0.1", "1")
    for attempt in (place().check, lambda: place().exchange([BATCH], {})):
        with pytest.raises(StoreError, match="this server is a replica"):
            attempt()


def test_a_missing_database_is_told(place: Callable[..., Store], client: redis.Redis) -> None:
    """A server has only so many databases; each has counts of its own."""
    with pytest.raises(StoreError, match="no database of this number"):
        place(db=99).check()
    place(db=1).exchange([BATCH], {})
    assert (place(db=1).positions("p"), place().positions("p")) == ({"a@1": 10}, {})


def test_a_silent_server_is_waited_for_no_longer_than_told(
    place: Callable[..., Store], client: redis.Redis, process: ServerProcess
) -> None:
    """A server that does not answer is an error after the timeout, and good again when it does."""
    store = place(timeout=3)
    store.check()
    process.freeze()
    try:
        for attempt in (store.check, lambda: store.exchange([BATCH], {})):
            with pytest.raises(StoreError, match=r"no answer within 3 seconds"):
                attempt()
    finally:
        process.thaw()
    store = place(timeout=10)
    store.exchange([BATCH], {})
    assert store.exchange((), {"a@1": 0}).counts["a@1"].fields == {"n/x/0": 1, "s/x/0/g": 0.5}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("unix:///no/such/socket", r"^unix:///no/such/socket: .*No such file"),
        ("redis://:hunter2@localhost:1", r"^redis://localhost:1/0: .*refused"),
        ("rediss://localhost:1?ca=a&cert=b", r"^rediss://localhost:1/0: .*refused"),
    ],
)
def test_a_server_that_is_not_there_is_told(url: str, message: str, tmp_path: Path) -> None:
    """No server at the address is an error that names it."""
    with pytest.raises(StoreError, match=message):
        open_store(url, tmp_path).check()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (redis.exceptions.MovedError("1 h:1"), "the server is one of a cluster"),
        (redis.exceptions.ClusterDownError("down"), "the server is one of a cluster"),
        (redis.ResponseError("something else"), "^redis://h:6379/0: something else$"),
        (ssl.SSLError(1, "no trust"), "no trust"),
        (ValueError("bad bytes"), "bad bytes"),
    ],
)
def test_other_errors_are_told_as_they_are(
    monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    """Whatever goes wrong is a StoreError with words in it."""

    def fail(*_: object) -> list[Any]:
        raise error

    server = Server(parse("redis://h"), Path())
    monkeypatch.setattr(server, "_execute", fail)
    with pytest.raises(StoreError, match=message):
        server.send([("PING",)])


def test_connections_are_as_the_address_says(tmp_path: Path) -> None:
    """User, password, database, timeouts and certificates reach the client, and nothing retries."""
    url = "rediss://u:p@h:1/2?timeout=.5&ca=ca.pem&cert=me.pem"
    client = Server(parse(url), tmp_path)._connect()
    options = client.connection_pool.connection_kwargs
    expected = {
        "host": "h",
        "port": 1,
        "db": 2,
        "username": "u",
        "password": "p",
        "socket_timeout": 0.5,
        "socket_connect_timeout": 0.5,
        "ssl_ca_certs": str(tmp_path / "ca.pem"),
        "ssl_certfile": str(tmp_path / "me.pem"),
        "ssl_keyfile": str(tmp_path / "me.pem"),
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
    }
    assert {name: options[name] for name in expected} == expected
    assert client.connection_pool.connection_class is redis.SSLConnection
    assert options["retry"].get_retries() == 0


def test_a_child_has_connections_of_its_own(
    place: Callable[..., Store], client: redis.Redis
) -> None:
    """Around a fork the parent keeps its connections, and the child does not touch them."""
    store = place()
    assert isinstance(store, RedisStore)
    store.check()
    parents = store._server._client
    store._server.after_fork(child=False)
    assert store._server._client is parents
    store._server.after_fork(child=True)
    store.exchange([BATCH], {})
    assert store._server._client not in (None, parents)
    assert parents is not None
    assert parents.ping(), "the parent's connection still works"
    parents.close()
    store.close()
    store.close()
    assert store._server._client is None


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (redis.ConnectionError("gone"), True),
        (redis.TimeoutError("silent"), True),
        (redis.BusyLoadingError("loading"), True),
        (redis.exceptions.MasterDownError("failing over"), True),
        (BrokenPipeError("gone"), True),
        (redis.AuthenticationError("wrong"), False),
        (redis.ResponseError("nonsense"), False),
        (ValueError("nonsense"), False),
    ],
)
def test_what_waiting_may_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, passing: bool
) -> None:
    """Servers that are away, start or elect a master come back; mistakes stay."""
    server = Server(parse("redis://127.0.0.1"), tmp_path)

    def fail(commands: object) -> list[object]:
        raise error

    monkeypatch.setattr(server, "_execute", fail)
    with pytest.raises(StoreError) as raised:
        server.send([("PING",)])
    assert raised.value.passing is passing
