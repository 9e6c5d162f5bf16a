"""Real clusters, and real servers under sentinels, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

import redis
from redis.cluster import RedisCluster

from tests.redis_servers import NAMES, ServerProcess, TCPServerProcess, free_port

_SLOTS = 16384

#: Milliseconds after which a server that does not answer is taken to be dead. A busy machine must
#: not look like a dead server.
SILENT = 3000

_DEADLINE = 120.0


def wait(what: str, condition: Callable[[], object]) -> None:
    """Wait until a condition holds; errors of servers that are not ready do not count.

    Raises:
        TimeoutError: it does not.
    """
    end = time.monotonic() + _DEADLINE
    while True:
        try:
            if condition():
                return
        except redis.RedisError:
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain: {what}")
        time.sleep(0.005)


def told(client: redis.Redis, *command: Any) -> dict[str, str]:
    """Return what a command like `CLUSTER INFO` says, by name."""
    answer = _call(client, *command)
    if isinstance(answer, dict):
        return {name: str(value) for name, value in answer.items()}
    return dict(line.split(":", 1) for line in answer.decode().splitlines() if ":" in line)


def _call(client: redis.Redis, *command: Any) -> Any:
    return client.execute_command(*command)  # type: ignore[no-untyped-call]  # theirs


class ClusterProcesses:
    """Three masters, each with a third of the slots, and maybe a replica of each.

    Attributes:
        masters: those who were masters at first.
        replicas: their replicas, in the same order.
    """

    def __init__(self, name: str, *arguments: str, replicas: int = 0, silent: int = SILENT) -> None:
        options = (
            *("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"),
            *("--cluster-node-timeout", str(silent), "--cluster-replica-validity-factor", "0"),
            *("--repl-diskless-sync-delay", "0", *arguments),
        )
        self._nodes = [TCPServerProcess.begin(name, *options) for _ in range(3 + replicas)]
        self.masters, self.replicas = self._nodes[:3], self._nodes[3:]
        for number, node in enumerate(self.masters):
            with node.client() as client:
                slots = range(number * _SLOTS // 3, (number + 1) * _SLOTS // 3)
                _call(client, "CLUSTER ADDSLOTS", *slots)
        for number, node in enumerate(self._nodes):
            with node.client() as client:
                _call(client, "CLUSTER SET-CONFIG-EPOCH", number + 1)
                for other in self._nodes[:number]:
                    _call(client, "CLUSTER MEET", "127.0.0.1", other.port)
        self.settle()
        for master, replica in zip(self.masters, self.replicas, strict=False):
            self._follow(master, replica)
        self.settle()

    def _follow(self, master: ServerProcess, replica: ServerProcess) -> None:
        with master.client() as client:
            name = _call(client, "CLUSTER MYID").decode()
        with replica.client() as client:
            _call(client, "CLUSTER REPLICATE", name)
            wait(
                "the replica follows",
                lambda: told(client, "INFO", "replication").get("master_link_status") == "up",
            )

    def settle(self) -> None:
        """Wait until every node that lives finds that all is well."""
        for node in filter(ServerProcess.runs, self._nodes):
            with node.client() as client:
                wait("the cluster is well", partial(self._well, client))

    def _well(self, client: redis.Redis) -> bool:
        info = told(client, "CLUSTER", "INFO")
        known = int(info["cluster_known_nodes"]) == len(self._nodes)
        return known and info["cluster_state"] == "ok"

    def move(self, slot: int, source: ServerProcess, target: ServerProcess) -> None:
        """Move a slot with all of its keys while it is used; nothing happens if it is not there."""
        with source.client() as giver, target.client() as taker:
            names = {id(it): _call(it, "CLUSTER MYID") for it in (giver, taker)}
            if not self._holds(giver, slot):
                return
            _call(taker, "CLUSTER SETSLOT", slot, "IMPORTING", names[id(giver)])
            _call(giver, "CLUSTER SETSLOT", slot, "MIGRATING", names[id(taker)])
            while keys := _call(giver, "CLUSTER GETKEYSINSLOT", slot, 5):
                _call(giver, "MIGRATE", "127.0.0.1", target.port, "", 0, 10_000, "KEYS", *keys)
            for node in (target, source, *self.masters):
                with node.client() as client:
                    _call(client, "CLUSTER SETSLOT", slot, "NODE", names[id(taker)])

    def _holds(self, client: redis.Redis, slot: int) -> bool:
        name = _call(client, "CLUSTER MYID")
        ranges = _call(client, "CLUSTER SLOTS")
        return any(first <= slot <= last and node[2] == name for first, last, node, *_ in ranges)

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.masters)
        return f"redis+cluster://{hosts}?{urlencode(options)}"

    def client(self) -> RedisCluster:
        """Return a plain client for any key."""
        return RedisCluster("127.0.0.1", self.masters[0].port, protocol=2)

    def clients(self) -> list[redis.Redis]:
        """Return a plain client for each server that holds a part of the keys."""
        return [node.client() for node in self.masters]

    def stop(self) -> None:
        """End all."""
        for node in self._nodes:
            node.stop()


class SentinelProcesses:
    """A master, a replica of it, and three sentinels that watch both.

    Attributes:
        master: the server that was the master at first.
        replica: the other one.
        sentinels: who watches them.
    """

    name = "counts"

    def __init__(self, name: str, *arguments: str, silent: int = SILENT) -> None:
        self._silent = silent
        options = ("--repl-diskless-sync-delay", "0", *arguments)
        self.master = TCPServerProcess.begin(name, *options)
        leader = ("--replicaof", "127.0.0.1", str(self.master.port))
        self.replica = TCPServerProcess.begin(name, *options, *leader)
        self.sentinels = [self._watch(name) for _ in range(3)]

    def _watch(self, name: str) -> ServerProcess:
        return SentinelProcess.begin(
            name,
            f"sentinel monitor {self.name} 127.0.0.1 {self.master.port} 2",
            f"sentinel down-after-milliseconds {self.name} {self._silent}",
            f"sentinel failover-timeout {self.name} 10000",
        )

    def settle(self) -> None:
        """Wait until the replica follows and every sentinel knows of all others."""
        for sentinel in self.sentinels:
            with sentinel.client() as client:
                wait("the sentinels know all", partial(self._well, client))

    def _well(self, client: redis.Redis) -> bool:
        answer = _call(client, "SENTINEL", "MASTER", self.name)
        pairs = [each.decode() for each in answer]
        state = dict(zip(pairs[::2], pairs[1::2], strict=True))
        return (state["num-slaves"], state["num-other-sentinels"]) == ("1", "2")

    def url(self, **options: str | float) -> str:
        """Return the address for a store."""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.name}?{urlencode(options)}"

    def client(self) -> redis.Redis:
        """Return a plain client for the first master."""
        return self.master.client()

    def clients(self) -> list[redis.Redis]:
        """Return a plain client for the server that holds the keys."""
        return [self.master.client()]

    def stop(self) -> None:
        """End all."""
        for each in (*self.sentinels, self.replica, self.master):
            each.stop()


class SentinelProcess(TCPServerProcess):
    """A sentinel, which keeps what it is told and what it learns in a file."""

    def __init__(self, name: str, *lines: str) -> None:
        self._lines = lines
        super().__init__(name)

    def _configured(self) -> list[str]:
        self.port = free_port()
        file = self.folder / "sentinel.conf"
        file.write_text("\n".join((f"port {self.port}", *self._lines, "")), "utf-8")
        return [str(file), "--sentinel"]


@cache
def shared_cluster() -> ClusterProcesses:
    """Return the cluster that all tests share; each has to use a prefix of its own."""
    return ClusterProcesses(NAMES[0])


@cache
def shared_sentinels() -> SentinelProcesses:
    """Return the watched servers that all tests share; each has to use a prefix of its own."""
    return SentinelProcesses(NAMES[0])
