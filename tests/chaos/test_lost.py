"""A store that loses what no spool holds any more: totals come back from backups, exactly once."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from banditware.errors import StoreError
from banditware.flusher import Flusher, Settings
from banditware.keeping import INTERVAL
from banditware.stores import open_store
from tests import redis_servers
from tests.proxy import Proxy
from tests.recording import LEDGER, Shown, fields, pull, reward
from tests.redis_servers import ServerProcess

#: Seconds that servers may take.
PATIENCE = 60.0


class Fleet:
    """Machines with a folder each, on one store, and a clock that all of them read."""

    def __init__(self, url: str, *folders: Path) -> None:
        self.url = url
        self.folders = folders
        self.now = 1_000_000.0
        self.sent = 0
        for folder in folders:
            folder.mkdir()
        self.store = open_store(url, folders[0])
        self.processes = [self._start(folder) for folder in folders]

    def _start(self, folder: Path) -> Flusher:
        store = open_store(self.url, folder)
        settings = Settings(store.folder, refresh=3600.0, clock=lambda: self.now)
        flusher = Flusher(store, settings, ledgers=lambda: {LEDGER: 1e10}, publish=Shown())
        flusher._started = True
        return flusher

    def work(self, times: int = 10) -> None:
        """Let every machine record and flush; each reward is a new one."""
        for process in self.processes:
            for _ in range(times):
                self.sent += 1
                process.record(pull())
                process.record(reward(f"5:{self.sent}:g"))
                process.turn()

    def replace(self) -> None:
        """End all processes in peace, and start others."""
        for process in self.processes:
            process.close(timeout=PATIENCE)
        self.processes = [self._start(folder) for folder in self.folders]

    def minutes(self, number: int) -> None:
        """Let time pass: everybody sweeps twice a minute, and the server forgets its peace."""
        for _ in range(number):
            for _ in range(2):
                self.now += INTERVAL / 2
                for process in self.processes:
                    process.turn()
            if not self.url.startswith("sqlite:"):
                self._end_peace()

    def _end_peace(self) -> None:
        client = redis.Redis.from_url(self.url.partition("?")[0], protocol=2)
        for key in list(client.scan_iter("*:calm")):
            client.delete(key)
        client.close()

    def age(self) -> None:
        """Record, end, and wait for so long that no spool of it is left."""
        self.work()
        self.replace()
        self.minutes(5)
        assert self.spools() == []
        assert self.stored() == {"n/x/0": self.sent, "k/x/0/g": self.sent}

    def spools(self) -> list[Path]:
        """Return the spools of all machines."""
        return [path for folder in self.folders for path in folder.glob("*.spool/*.spool")]

    def stored(self) -> dict[str, float]:
        """Return what the store has."""
        return dict(fields(self.store))

    def settle(self) -> None:
        """Let everybody find out what happened, in two rounds."""
        for _ in range(2):
            self.now += INTERVAL / 2
            for process in self.processes:
                process.turn()
                process.turn()

    def close(self) -> None:
        """End all processes."""
        for process in self.processes:
            process.close(timeout=PATIENCE)


@pytest.fixture(params=redis_servers.NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    server = ServerProcess(request.param)
    yield server
    server.stop()


@pytest.fixture
def fleet(server: ServerProcess, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(server.url(timeout=10), tmp_path / "one", tmp_path / "two")
    yield fleet
    fleet.close()


def restart(server: ServerProcess) -> None:
    server.kill()
    server.start()


def flush_all(server: ServerProcess) -> None:
    with server.client() as client:
        client.flushall()


def delete(server: ServerProcess) -> None:
    with server.client() as client:
        assert client.delete(f"{{banditware:{LEDGER}}}") == 1


@pytest.mark.parametrize("lose", [restart, flush_all, delete], ids=["restart", "flushall", "del"])
@pytest.mark.parametrize("recording", [False, True])
def test_a_wipe_long_after_the_spools_are_gone(
    server: ServerProcess, fleet: Fleet, lose: Callable[[ServerProcess], None], recording: bool
) -> None:
    """A server without persistence restarts, is flushed, loses a key: all counts come back once."""
    fleet.age()
    fleet.work()
    lose(server)
    if recording:
        fleet.work()
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}
    fleet.age()


def test_every_wipe_is_outlived(server: ServerProcess, fleet: Fleet) -> None:
    """One wipe after another, at any distance, with processes ending in between."""
    for minutes in (0, 1, 2, 3):
        fleet.work(3)
        fleet.minutes(minutes)
        flush_all(server)
        fleet.work(3)
        fleet.replace()
        fleet.settle()
        assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}


def test_a_machine_that_was_away_brings_nothing_old(server: ServerProcess, fleet: Fleet) -> None:
    """An old backup gives way to a newer one, whether it comes before or after it."""
    fleet.age()
    absent = fleet.processes.pop()
    fleet.age()
    flush_all(server)
    fleet.processes.insert(0, absent)
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}
    fleet.processes.reverse()
    flush_all(server)
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}


def test_a_server_that_starts_from_an_old_file(server: ServerProcess, fleet: Fleet) -> None:
    """A server killed long after its last save comes back with old counts, and gets the new."""
    fleet.age()
    with server.client() as client:
        client.save()
    fleet.age()
    fleet.work()
    restart(server)
    assert fleet.stored() != {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}, "it did go back"
    fleet.work()
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("lag", ["seconds", "minutes", "empty"])
@pytest.mark.parametrize("name", redis_servers.NAMES)
def test_a_replica_that_lags_takes_over(tmp_path: Path, name: str, lag: str) -> None:
    """What a replica did not get before it took over is counted again, and once."""
    port = free_port()
    primary = ServerProcess(name, "--port", str(port))
    replica = ServerProcess(name)
    proxy = Proxy(primary.socket)
    fleet = Fleet(f"redis://127.0.0.1:{proxy.port}?timeout=10", tmp_path / "one", tmp_path / "two")
    try:
        if lag != "empty":
            fleet.age()
            follow(replica, port)
        if lag == "seconds":
            fleet.work()
        else:
            fleet.age()
        primary.kill()
        proxy._target = replica.socket
        proxy.cut()
        with contextlib.suppress(StoreError):
            fleet.stored()
        assert fleet.stored().get("n/x/0", 0) == {"empty": 0}.get(lag, 20), "it did lag"
        fleet.work()
        fleet.settle()
        assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}
        fleet.processes[0].record(reward("5:1:g"))
        fleet.processes[0].flush()
        if lag == "seconds":
            assert fleet.stored()["x/duplicate"] == 1, "once-keys are not forgotten"
    finally:
        fleet.close()
        proxy.close()
        primary.stop()
        replica.stop()


def follow(replica: ServerProcess, port: int) -> None:
    """Copy everything from a primary, and then nothing more."""
    with replica.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(port))
        end = time.monotonic() + PATIENCE
        while client.info("replication")["master_link_status"] != "up":
            assert time.monotonic() < end
            time.sleep(0.01)
        client.execute_command("REPLICAOF", "NO", "ONE")


@pytest.mark.parametrize("lost", ["older", "deleted"])
def test_a_database_that_is_replaced(tmp_path: Path, lost: str) -> None:
    """A database put back from an old copy, or deleted, gets everything that was counted since."""
    fleet = Fleet("sqlite:///counts.db", tmp_path / "one")
    database, copy = tmp_path / "one/counts.db", tmp_path / "copy.db"
    fleet.age()
    shutil.copy(database, copy)
    fleet.age()
    fleet.work()
    database.unlink()
    if lost == "older":
        copy.rename(database)
    fleet.work()
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}
    fleet.close()


def test_a_reader_finds_all(server: ServerProcess, fleet: Fleet) -> None:
    """Who only asks for the counts, when all processes have ended, gets what was lost as well."""
    fleet.age()
    fleet.close()
    flush_all(server)
    (reader, _) = fleet.processes = [fleet._start(folder) for folder in fleet.folders]
    reader.drain_all()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}


def test_what_is_lost_while_the_server_is_away(server: ServerProcess, fleet: Fleet) -> None:
    """Records that waited while the server was down go on top of what it gets back."""
    fleet.age()
    server.kill()
    fleet.work(2)
    with pytest.raises(StoreError):
        fleet.processes[0].flush()
    server.start()
    fleet.settle()
    assert fleet.stored() == {"n/x/0": fleet.sent, "k/x/0/g": fleet.sent}
