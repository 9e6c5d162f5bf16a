"""What real servers say of themselves, and what is made of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from banditware.doctor.findings import Finding, Level, judged
from banditware.doctor.servers import RULES, Clocks, gather
from banditware.errors import StoreError
from banditware.stores import open_store
from banditware.stores.redis import RedisStore
from tests import redis_servers
from tests.redis_servers import ServerProcess

FINE = {rule.check: Level.FINE for rule in RULES}


@pytest.fixture(params=redis_servers.NAMES, scope="module")
def process(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    process = ServerProcess(request.param, "--appendonly", "yes")
    yield process
    # A server that is just beginning its append-only file does not end when it is asked to.
    process.kill()
    process.stop()


@pytest.fixture
def client(process: ServerProcess) -> Iterator[Any]:
    with process.client() as client:
        kept = {
            name: client.config_get(name)[name]
            for name in ("maxmemory", "maxmemory-policy", "save", "appendonly")
        }
        yield client
        client.replicaof("NO", "ONE")
        for name, value in kept.items():
            client.config_set(name, value)


def asking(process: ServerProcess, folder: Path, login: str = "") -> RedisStore:
    url = process.url(timeout=10).replace("unix://", f"unix://{login}")
    store = open_store(url, folder)
    assert isinstance(store, RedisStore)
    return store


def examined(
    ask: Callable[..., Sequence[Any]], clock: Callable[[], float] = time.time
) -> Mapping[str, Finding]:
    (facts,) = gather(ask, Clocks(clock, lambda: 0.0))
    return {finding.check: finding for finding in judged(RULES, facts)}


@pytest.fixture
def examine(process: ServerProcess, tmp_path: Path) -> Callable[..., Mapping[str, Finding]]:
    return lambda **more: examined(asking(process, tmp_path).ask, **more)


def test_a_server_that_is_well(
    examine: Callable[..., Mapping[str, Finding]], process: ServerProcess, client: Any
) -> None:
    """A server that throws nothing away and keeps everything has no findings."""
    found = examine()
    assert {check: finding.level for check, finding in found.items()} == FINE
    info = client.info("server")
    version = info.get("valkey_version", info["redis_version"])
    assert found["server"].what.endswith(f" {version}")
    assert found["server"].what.startswith("Valkey" if "valkey_version" in info else "Redis")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("maxmemory-policy allkeys-lru", ("eviction", "danger", "counts are among them")),
        ("maxmemory-policy allkeys-random", ("eviction", "danger", "counts are among them")),
        ("maxmemory-policy volatile-ttl", ("eviction", "danger", "reward from counting")),
        ("maxmemory USED", ("memory", "warning", "takes no more counts")),
        ("appendonly no", ("persistence", "danger", "forgets all counts")),
    ],
)
def test_settings_that_lose_counts(
    examine: Callable[..., Mapping[str, Finding]],
    client: Any,
    setting: str,
    expected: tuple[str, str, str],
) -> None:
    """Each setting that loses counts is found, with its reason and mend, and nothing else is."""
    (check, level, words), used = expected, int(client.info("memory")["used_memory"])
    client.config_set(*setting.replace("USED", str(used * 11 // 10)).split())
    found = examine()
    assert found[check].level.value == level
    assert words in found[check].why
    assert found[check].mend
    others = {name: finding.level for name, finding in found.items() if name != check}
    assert set(others.values()) == {Level.FINE}


def test_snapshots_alone(examine: Callable[..., Mapping[str, Finding]], client: Any) -> None:
    """Snapshots without an append-only file are good to know."""
    client.config_set("appendonly", "no")
    client.config_set("save", "60 1000")
    assert examine()["persistence"].level is Level.NOTE


def test_a_replica(examine: Callable[..., Mapping[str, Finding]], client: Any) -> None:
    """A replica takes no counts."""
    client.replicaof("127.0.0.1", "1")
    assert examine()["role"].level is Level.DANGER


@pytest.mark.parametrize("ahead", [90.0, -90.0])
def test_clocks_that_differ(
    examine: Callable[..., Mapping[str, Finding]], client: Any, ahead: float
) -> None:
    """A clock that is wrong, whichever it is, is found with its sign."""
    finding = examine(clock=lambda: time.time() - ahead)["clock"]
    assert finding.level is Level.WARNING
    assert f"{ahead:+.0f}"[:2] in finding.what


def test_what_a_server_forbids_is_said(process: ServerProcess, client: Any, tmp_path: Path) -> None:
    """A managed server that forbids INFO and CONFIG gives findings, not a crash."""
    rights = ["~*", "+@read", "+@write", "+@scripting", "+@connection", "+time"]
    client.execute_command("ACL", "SETUSER", "u", "reset", "on", ">pw", *rights)
    found = examined(asking(process, tmp_path, "u:pw@").ask)
    client.execute_command("ACL", "DELUSER", "u")
    unread = {check for check, finding in found.items() if finding.level is Level.NOTE}
    assert unread == {"server", "role", "eviction", "memory", "persistence", "last save"}
    assert all("lacks a permission" in found[check].what for check in unread)
    assert found["clock"].level is found["latency"].level is Level.FINE


INFO = {
    "server": "redis_version:5.0.14\r\n",
    "memory": "# Memory\r\nused_memory:9\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n",
    "persistence": "aof_enabled:1\r\naof_last_write_status:err\r\nrdb_last_bgsave_status:ok\r\n",
    "replication": {"role": "master"},
}


def scripted(*command: str) -> list[Any]:
    """Answer like an old server whose disk is full, in words and in mappings."""
    answers: dict[str, Any] = {
        "CONFIG": {"save": "60 1"},
        "TIME": (1000, 500_000),
        "PING": True,
        "INFO": INFO.get(command[-1]),
    }
    return [answers[command[0]]]


def test_an_old_server_whose_disk_is_full() -> None:
    """Versions below 6.2, writes that failed, and round trips that take long are found."""
    ticks = iter(range(100))
    (facts,) = gather(scripted, Clocks(lambda: 1000.5, lambda: float(next(ticks))))
    found = {finding.check: finding for finding in judged(RULES, facts)}
    assert found["server"].level is Level.DANGER
    assert "Redis 5.0.14" in found["server"].what
    assert found["last save"].level is Level.DANGER
    assert "append-only file err, snapshot ok" in found["last save"].what
    assert found["latency"].level is Level.NOTE
    assert found["eviction"].level is found["clock"].level is Level.FINE


def test_servers_that_say_nothing_useful() -> None:
    """A server that leaves facts out of its answers is not judged by them."""
    answers: dict[str, Any] = {"INFO": "", "CONFIG": [], "TIME": "x", "PING": "PONG"}
    (facts,) = gather(lambda *command: [answers[command[0]]], Clocks(time.time, time.time))
    assert {"version", "policy", "aof", "role", "save", "skew"} <= facts.missing.keys()
    assert facts.missing["policy"] == facts.missing["save"] == "the server does not say"
    assert facts.known.keys() == {"latency"}


def test_several_servers_are_told_apart() -> None:
    """The nodes of a cluster have findings of their own."""

    def ask(*command: str) -> list[Any]:
        if command == ("INFO", "replication"):
            raise StoreError("there", "is away")
        return scripted(*command) * 2

    first, second = gather(ask, Clocks(lambda: 1000.5, lambda: 0.0))
    assert (first.about, second.about) == ("(1)", "(2)")
    checks = [finding.check for facts in (first, second) for finding in judged(RULES, facts)]
    assert {"server (1)", "server (2)", "role (1)", "role (2)"} <= set(checks)
