"""Where a failure is staged: a store of some kind, and everything that can be done to it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.chaos.crew import Crew
from tests.proxy import Proxy
from tests.redis_groups import ClusterProcesses, SentinelProcesses
from tests.redis_servers import ServerProcess

#: Milliseconds after which a silent server is taken to be dead.
SILENT = 1000


class Stage(NamedTuple):
    """A store under workers.

    Attributes:
        crew: the workers.
        url: the store.
        folder: what its paths are relative to.
        server: the server, where there is one.
        proxy: the wire to it.
        cluster: the cluster, where it is one.
        sentinels: the watched servers, where they are.
    """

    crew: Crew
    url: str
    folder: Path
    server: ServerProcess | None = None
    proxy: Proxy | None = None
    cluster: ClusterProcesses | None = None
    sentinels: SentinelProcesses | None = None


@contextlib.contextmanager
def staged(crew: Crew, kind: str, program: str, arguments: tuple[str, ...]) -> Iterator[Stage]:
    """Set up a stage, and take it down again.

    Args:
        crew: who will work.
        kind: `sqlite`, `server`, `cluster` or `sentinel`.
        program: which server; see `tests.redis_servers`.
        arguments: more arguments for it.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bw-")))
        stage = Stage(crew, "sqlite:///counts.db", folder)
        if kind == "server":
            server = ServerProcess(program, *arguments)
            stack.callback(server.stop)
            proxy = Proxy(server.socket)
            stack.callback(proxy.close)
            url = f"redis://127.0.0.1:{proxy.port}?timeout=1"
            stage = stage._replace(url=url, server=server, proxy=proxy)
        elif kind == "cluster":
            cluster = ClusterProcesses(program, *arguments, replicas=1, silent=SILENT)
            stack.callback(cluster.stop)
            stage = stage._replace(url=cluster.url(timeout=1), cluster=cluster)
        elif kind == "sentinel":
            sentinels = SentinelProcesses(program, *arguments, silent=SILENT)
            stack.callback(sentinels.stop)
            sentinels.settle()
            stage = stage._replace(url=sentinels.url(timeout=1), sentinels=sentinels)
        yield stage
