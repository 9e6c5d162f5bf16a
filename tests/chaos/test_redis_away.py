"""A server that is away, loses what it had, or is behind a wire that loses things."""

from __future__ import annotations

import os
import random
import signal
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from banditware.errors import StoreError
from banditware.flusher import Flusher, Settings
from banditware.stores import Batch, Store, open_store
from banditware.stores.redis import RedisStore
from tests import redis_servers
from tests.proxy import Fault, Proxy
from tests.recording import LEDGER, Shown, fields, pull, reward
from tests.redis_servers import ServerProcess

BATCH = Batch(LEDGER, "p", 0, 10, {"n/x/0": 1})

#: Seconds a test waits for an answer that never comes: a busy machine has to answer within it.
PATIENCE = 5.0


@pytest.fixture(params=redis_servers.NAMES)
def process(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    process = ServerProcess(request.param)
    yield process
    process.stop()


@pytest.fixture
def proxy(process: ServerProcess) -> Iterator[Proxy]:
    proxy = Proxy(process.socket)
    yield proxy
    proxy.close()


def behind(proxy: Proxy, folder: Path, timeout: float = 10) -> Store:
    """Return the store behind a proxy."""
    return open_store(f"redis://127.0.0.1:{proxy.port}?timeout={timeout}", folder)


def flusher_on(store: Store) -> Flusher:
    """Return a flusher without a thread: it turns when a test says so."""
    settings = Settings(store.folder, refresh=3600.0)
    flusher = Flusher(store, settings, ledgers=lambda: {LEDGER: 1e10}, publish=Shown())
    flusher._started = True
    return flusher


def impatient(store: Store) -> None:
    """Let the connection that is open wait for half a second; any later one is as patient as ever.

    So nothing that has to succeed is in a hurry.
    """
    assert isinstance(store, RedisStore)
    client = store._server._client
    assert client is not None
    (connection,) = client.connection_pool._available_connections
    connection._sock.settimeout(0.5)
    connection._parser._buffer.socket_timeout = 0.5  # which redis-py goes back to


def direct(process: ServerProcess, folder: Path) -> Store:
    """Return the store without anything in between."""
    return open_store(process.url(timeout=10), folder)


@pytest.mark.parametrize("fault", [Fault.DROP_REQUEST, Fault.DROP_REPLY, Fault.BLACKHOLE])
def test_what_is_lost_is_sent_again_and_counts_once(
    process: ServerProcess, proxy: Proxy, tmp_path: Path, fault: Fault
) -> None:
    """A request or answer that gets lost is an error, and counts exactly once in the end."""
    store = behind(proxy, tmp_path, PATIENCE)
    flusher = flusher_on(store)
    flusher.flush()
    rounds = 1 if fault is Fault.BLACKHOLE else 3
    for number in range(rounds):
        flusher.record(pull())
        flusher.record(reward(f"5:{number}:g"))
        proxy.once(fault)
        if fault is Fault.BLACKHOLE:
            impatient(store)
        with pytest.raises(StoreError):
            flusher.flush()
        applied = 2 * (fault is Fault.DROP_REPLY)
        assert sum(fields(direct(process, tmp_path)).values()) == 2 * number + applied
        flusher.flush()
    assert fields(direct(process, tmp_path)) == {"n/x/0": rounds, "k/x/0/g": rounds}
    flusher.close(timeout=10)


@pytest.mark.parametrize("released", [False, True])
def test_a_batch_that_arrives_after_its_spool_was_drained_is_refused(
    process: ServerProcess, proxy: Proxy, tmp_path: Path, released: bool
) -> None:
    """A request that a network kept, and delivers when all is done, counts nothing."""
    store = behind(proxy, tmp_path, PATIENCE)
    flusher = flusher_on(store)
    flusher.flush()
    flusher.record(pull())
    proxy.once(Fault.HOLD)
    impatient(store)
    with pytest.raises(StoreError, match="no answer within"):
        flusher.flush()
    flusher.close(timeout=10)
    assert store.folder
    (spool,) = store.folder.glob("*.spool")
    if released:
        spool.unlink()
        store.release(spool.stem)
        assert store.positions(spool.stem) == {}
    before = fields(direct(process, tmp_path))
    assert proxy.deliver() == 1
    assert fields(direct(process, tmp_path)) == before == {"n/x/0": 1}


def test_a_lossy_wire_is_exact(process: ServerProcess, proxy: Proxy, tmp_path: Path) -> None:
    """With every fourth request or answer lost, three processes count every record once."""
    generator = random.Random(5)
    lossy = [Fault.DROP_REQUEST, Fault.DROP_REPLY, *[Fault.NONE] * 6]
    proxy.plan = lambda: generator.choice(lossy)
    flushers = [flusher_on(behind(proxy, tmp_path)) for _ in range(3)]
    for number in range(120):
        for flusher in flushers:
            flusher.record(pull())
            flusher.record(reward(f"5:{number}:g"))
            flusher.turn()
    failed = sum(flusher.health().flush_errors for flusher in flushers)
    proxy.plan = lambda: Fault.NONE
    for flusher in flushers:
        flusher.close(timeout=10)
    stored = fields(direct(process, tmp_path))
    assert stored == {"n/x/0": 360, "k/x/0/g": 120, "x/duplicate": 240}
    assert failed > 20, "the wire did lose things"


def test_a_server_that_refuses_is_an_error_at_once(
    process: ServerProcess, proxy: Proxy, tmp_path: Path
) -> None:
    """Connections that end, and new ones that are refused, delay the counts and lose nothing."""
    flusher = flusher_on(behind(proxy, tmp_path))
    flusher.record(pull())
    flusher.flush()
    proxy.refuse = True
    proxy.cut()
    for _ in range(3):
        flusher.record(pull())
        flusher.turn()
    assert flusher.health().flush_errors == 3
    assert fields(direct(process, tmp_path)) == {"n/x/0": 1}
    proxy.refuse = False
    flusher.turn()
    assert fields(direct(process, tmp_path)) == {"n/x/0": 4}
    flusher.close(timeout=10)


def test_a_request_never_waits_for_a_server(
    process: ServerProcess, proxy: Proxy, tmp_path: Path
) -> None:
    """While the thread hangs in a black hole, requests record without sending anything."""
    flusher = flusher_on(behind(proxy, tmp_path, PATIENCE))
    flusher.flush()
    entered = threading.Event()

    def hole() -> Fault:
        entered.set()
        return Fault.BLACKHOLE

    proxy.plan = hole
    flusher.record(pull())
    thread = threading.Thread(target=flusher.turn)
    thread.start()
    assert entered.wait(10)
    before = proxy.requests
    for _ in range(1000):
        flusher.record(pull())
    assert proxy.requests == before, "recording is no business of the server"
    thread.join(6 * PATIENCE)
    assert not thread.is_alive(), "the timeout ends the wait"
    proxy.plan = lambda: Fault.NONE
    flusher.turn()
    assert fields(direct(process, tmp_path)) == {"n/x/0": 1001}
    flusher.close(timeout=10)


@pytest.mark.parametrize("loss", ["restart", "flushall", "evicted"])
def test_a_server_that_lost_everything_gets_it_again(
    process: ServerProcess, tmp_path: Path, loss: str
) -> None:
    """What is still in spools is applied again, after a restart without disk, a wipe, a DEL."""
    store = direct(process, tmp_path)
    flusher = flusher_on(store)
    for number in range(10):
        flusher.record(pull())
        flusher.record(reward(f"5:{number % 5}:g"))
        flusher.flush()
    if loss == "restart":
        process.kill()
        with pytest.raises(StoreError):
            flusher.flush()
        process.start()
    with process.client() as client:
        if loss == "flushall":
            client.flushall()
        elif loss == "evicted":
            client.delete("{banditware:a@1}")
    flusher.record(pull())
    flusher.turn()
    flusher.turn()
    assert fields(store) == {"n/x/0": 11, "k/x/0/g": 5, "x/duplicate": 5}
    flusher.close(timeout=10)


def test_scripts_that_get_lost_are_no_error(process: ServerProcess, tmp_path: Path) -> None:
    """SCRIPT FLUSH between any two exchanges is not noticed."""
    flusher = flusher_on(direct(process, tmp_path))
    with process.client() as client:
        for _ in range(20):
            flusher.record(pull())
            flusher.flush()
            client.script_flush()
    flusher.close(timeout=10)
    assert fields(direct(process, tmp_path)) == {"n/x/0": 20}
    assert flusher.health().flush_errors == 0


def test_a_forked_child_leaves_the_connection_alone(process: ServerProcess, tmp_path: Path) -> None:
    """Children, one of which is killed, talk over connections of their own."""
    store = direct(process, tmp_path)
    store.check()
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            try:
                store.exchange([BATCH._replace(spool=f"child{number}")], {LEDGER: 0})
                if number == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                os._exit(0)
            except BaseException:  # noqa: BLE001 - nothing of pytest may run in a child
                os._exit(1)
        children.append(child)
        store.exchange([BATCH._replace(start=number, end=number + 1)], {})
    statuses = [os.waitpid(child, 0)[1] for child in children]
    assert statuses == [signal.SIGKILL, 0, 0, 0]
    assert fields(store) == {"n/x/0": 8}
    store.close()


def test_tls_is_verified_both_ways(process: ServerProcess, tmp_path: Path) -> None:
    """A server with a certificate of our authority is used; any other is refused, as are we."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("us@example").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "us.pem"
    )
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(secure)
    authority.configure_trust(secure)
    secure.verify_mode = ssl.CERT_REQUIRED
    proxy = Proxy(process.socket, secure)
    try:
        url = f"rediss://localhost:{proxy.port}?timeout=5"
        store = open_store(f"{url}&ca=ca.pem&cert=us.pem", tmp_path)
        store.check()
        assert store.exchange([BATCH], {}).positions == {LEDGER: 10}
        store.close()
        for options in ("ca=other.pem&cert=us.pem", "ca=ca.pem", "ca=gone.pem"):
            with pytest.raises(StoreError):
                open_store(f"{url}&{options}", tmp_path).check()
        wrong = url.replace("localhost", "127.0.0.1")
        with pytest.raises(StoreError):
            open_store(f"{wrong}&ca=ca.pem&cert=us.pem", tmp_path).check()
    finally:
        proxy.close()
