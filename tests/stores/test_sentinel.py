from __future__ import annotations

from pathlib import Path

import pytest
import redis

from banditware.errors import StoreError
from banditware.stores import Batch, open_store
from banditware.stores.address import parse
from banditware.stores.redis import RedisStore
from banditware.stores.sentinel import Sentinels
from tests import redis_groups
from tests.redis_groups import SentinelProcess
from tests.redis_servers import NAMES, free_port
from tests.stores.table import REDIS

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1})


def watcher(port: int) -> Sentinels:
    return Sentinels(parse(f"redis+sentinel://127.0.0.1:{port}/counts?timeout=10"), Path())


def test_a_master_that_nobody_knows_is_told(tmp_path: Path) -> None:
    """A name that the sentinels do not know, and sentinels that are away, are an error."""
    port = redis_groups.shared_sentinels().sentinels[0].port
    for place in (f"127.0.0.1:{port}/other", f"127.0.0.1:{free_port()}/other"):
        with pytest.raises(StoreError, match="no sentinel that answers knows a working master 'ot"):
            open_store(f"redis+sentinel://:hunter2@{place}?timeout=10", tmp_path).check()


def test_any_sentinel_that_answers_will_do(tmp_path: Path) -> None:
    """Sentinels that are away are passed over."""
    port = redis_groups.shared_sentinels().sentinels[1].port
    place = f"127.0.0.1:{free_port()},127.0.0.1:{port}/counts"
    store = open_store(f"redis+sentinel://{place}?prefix=any&timeout=10", tmp_path)
    store.check()
    store.close()
    store.check()
    store.close()


@pytest.mark.parametrize("name", NAMES)
def test_sentinels_have_a_password_of_their_own(name: str, tmp_path: Path) -> None:
    """Sentinels that want a password say so, and get their own, not the server's."""
    master = redis_groups.shared_sentinels().master
    monitor = f"sentinel monitor counts 127.0.0.1 {master.port} 1"
    sentinel = SentinelProcess.begin(name, monitor, "requirepass sesame")
    url = f"redis+sentinel://127.0.0.1:{sentinel.port}/counts?timeout=10&prefix=password"
    try:
        with pytest.raises(StoreError, match="the sentinels want a password: add"):
            open_store(url, tmp_path).check()
        with pytest.raises(StoreError, match="the sentinels refuse the user") as raised:
            open_store(f"{url}&sentinel_password=hunter2", tmp_path).check()
        assert "hunter2" not in str(raised.value)
        store = open_store(f"{url}&sentinel_password=sesame", tmp_path)
        store.check()
        store.close()
        both = f"{url}&sentinel_username=default&sentinel_password=sesame"
        store = open_store(both.replace("://", "://:hunter2@"), tmp_path)
        with pytest.raises(StoreError, match="the server has no password; leave it out"):
            store.check()
        store.close()
    finally:
        sentinel.stop()


def test_connections_are_as_the_address_says(tmp_path: Path) -> None:
    """Login, database, timeouts and certificates reach sentinels and server; nothing retries."""
    url = "rediss+sentinel://u:p@h:1,g/m/2?timeout=.5&ca=ca.pem&sentinel_username=v"
    server = Sentinels(parse(f"{url}&sentinel_password=w"), tmp_path)
    pools = [server._connect().connection_pool]
    assert server._sentinels
    pools += [sentinel.connection_pool for sentinel in server._sentinels.sentinels]
    expected = {
        "socket_timeout": 0.5,
        "socket_connect_timeout": 0.5,
        "ssl_ca_certs": str(tmp_path / "ca.pem"),
    }
    for pool in pools:
        options = pool.connection_kwargs
        assert {name: options[name] for name in expected} == expected
        assert options["retry"].get_retries() == 0
        assert issubclass(pool.connection_class, redis.SSLConnection)
    logins = [
        tuple(pool.connection_kwargs[name] for name in ("username", "password", "db"))
        for pool in pools
    ]
    assert logins == [("u", "p", 2), ("v", "w", 0), ("v", "w", 0)]


def test_after_a_failure_the_sentinels_are_asked_again(tmp_path: Path) -> None:
    """A server that refuses may not be the master any more, so its connections are closed."""
    store = REDIS["sentinel"](tmp_path).open()
    assert isinstance(store, RedisStore)
    server = store._server
    store.exchange([BATCH], {})
    assert server._client is not None
    pool = server._client.connection_pool
    (connection,) = pool._available_connections
    assert connection._sock is not None
    with pytest.raises(StoreError, match="wrong number"):
        server.send([("GET",)])
    assert connection._sock is None
    assert store.exchange((), {"a@1": 0}).counts["a@1"].fields == {"n/x/0": 1}
    store.close()


def test_a_failure_before_anything_was_opened_closes_nothing() -> None:
    """There may be nothing to forget."""
    server = watcher(free_port())
    server._failed()
    server.close()
    assert server._client is None


def test_a_child_has_connections_of_its_own() -> None:
    """Around a fork the parent keeps its connections, and the child does not touch them."""
    server = watcher(redis_groups.shared_sentinels().sentinels[0].port)
    server.send([("GET", "x")])
    parents = server._client, server._sentinels
    server.after_fork(child=False)
    assert (server._client, server._sentinels) == parents
    server.after_fork(child=True)
    assert (server._client, server._sentinels) == (None, None)
    server.send([("GET", "x")])
    assert server._client is not parents[0]
    server.close()
    assert parents[0]
    assert parents[1]
    parents[0].close()
    parents[1].close()
