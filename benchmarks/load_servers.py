"""Real servers for the benchmarks under load: started, pinned to cores, and their costs read."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.apps import config
from tests.serving import MODULE, running

#: The processes and the processor clock of another process, as Linux shows them.
PROC = Path("/proc")
SCHEDULED = 2


class Kind(NamedTuple):
    """A kind of server.

    Attributes:
        name: what it is called.
        interface: what its apps speak, as `load_apps` spells it.
        command: how it is started, with `{app}` and `{workers}`; the port is put in later.
        keeps: whether it keeps a connection for the next request.
        masters: how many processes it has beside its workers.
    """

    name: str
    interface: str
    command: tuple[str, ...]
    keeps: bool
    masters: int


#: Where the apps are.
APPS = "benchmarks.load_apps"

_GUNICORN = ("gunicorn", f"{APPS}:{{app}}()", "--workers={workers}", "--bind=127.0.0.1:{port}")
_UVICORN = ("uvicorn", "--factory", f"{APPS}:{{app}}", "--port={port}", "--no-access-log")

KINDS = (
    Kind("gunicorn", "wsgi", _GUNICORN, keeps=False, masters=1),
    Kind("uvicorn", "asgi", _UVICORN, keeps=True, masters=0),
)


class Running(NamedTuple):
    """A server that runs.

    Attributes:
        port: where it listens on loopback.
        processes: the ids of all its processes.
        keeps: whether it keeps connections.
    """

    port: int
    processes: tuple[int, ...]
    keeps: bool


def alike(seed: int) -> tuple[str, ...]:
    """Return how the command of a process begins that has the addresses and hashes of others.

    Processes of the same program differ in speed by what they drew, by up to a tenth.
    """
    fixed = ("setarch", "--addr-no-randomize") if shutil.which("setarch") else ()
    return ("env", f"PYTHONHASHSEED={seed}", *fixed)


@contextlib.contextmanager
def serving(
    kind: Kind, app: str, folder: Path, *, workers: int = 1, seed: int = 0
) -> Iterator[Running]:
    """Run a server whose experiments, if its app has any, keep their counts in the folder.

    Args:
        kind: which server.
        app: a function of `load_apps`, without the interface before it.
        folder: an empty one.
        workers: how many processes answer.
        seed: of the hashes.
    """
    folder.mkdir()
    (folder / "banditware.yaml").write_text(json.dumps(config(folder)))
    app = f"{kind.interface}_{app}"
    command = [part.format(app=app, workers=workers, port="{port}") for part in kind.command]
    with running([*alike(seed), *MODULE, *command], folder, app) as server:
        yield Running(server.port, _grown(server.process.pid, kind.masters + workers), kind.keeps)


@contextlib.contextmanager
def serving_all(
    kind: Kind, apps: Mapping[str, str], folder: Path, *, seed: int = 0
) -> Iterator[dict[str, Running]]:
    """Run servers to be compared, one for each app.

    Args:
        kind: which server.
        apps: functions of `load_apps`, as in `serving`, by the names that the servers are to have.
        folder: one that is not there yet.
        seed: of the hashes, the same in all of them.
    """
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(serving(kind, app, folder / name, seed=seed))
            for name, app in apps.items()
        }


def _grown(pid: int, number: int) -> tuple[int, ...]:
    """Return the ids of a server's processes once it has all of them."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        processes = tuple(family(pid))
        if len(processes) >= number:
            return processes
        time.sleep(0.02)
    raise TimeoutError(f"the server has not got {number} processes within a minute")


def family(pid: int) -> Iterator[int]:
    """Give the id of a process and of all processes below it."""
    yield pid
    for task in (PROC / str(pid) / "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def pin(processes: Iterable[int], cores: set[int]) -> None:
    """Let all threads of some processes run on these cores only."""
    for pid in processes:
        for task in (PROC / str(pid) / "task").iterdir():
            with contextlib.suppress(ProcessLookupError):  # a thread that has just ended
                os.sched_setaffinity(int(task.name), cores)


def processor_seconds(processes: Iterable[int]) -> float:
    """Return the seconds of processor time that all threads of some processes took so far."""
    return sum(time.clock_gettime(~pid << 3 | SCHEDULED) for pid in processes)


def forget_peak(processes: Iterable[int]) -> None:
    """Let the peak of each process's memory be what it holds now."""
    for pid in processes:
        (PROC / str(pid) / "clear_refs").write_text("5")


def peak(processes: Iterable[int]) -> float:
    """Return the megabytes of memory that some processes held at most, each for itself."""
    return sum(_status(pid, "VmHWM") for pid in processes)


def _status(pid: int, name: str) -> float:
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no {name}")
