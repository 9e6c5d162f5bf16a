"""What `instructions.py` counts: the hot paths, each called between two entries of `getppid`.

`python -m benchmarks.counted FOLDER LAYOUTS MODULES ONLY` runs under callgrind, which dumps and
zeroes its counters whenever `getppid` is entered: so the calls are counted, to the last
instruction, and nothing else. No other thread runs meanwhile; the clock stands still and draws are
always the same. The folder holds the settings (of `sources`), since reading a configuration would
take longer than everything that is counted. Everything is counted for each of the MODULES, which
commas part: it is imported first, and may change what is counted; an empty name changes nothing.
ONLY is a regular expression for the names of paths.

CPython finds attributes by a cache of 4,096 places, in which two that are asked for on every
request may fall on one; which, depends on addresses and on the order in which classes are first
used, and is worth up to 3 % of a path. So everything is counted in several forks, with those
places dealt out anew: the least is what the code costs.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product, repeat
from pathlib import Path
from typing import Any, NamedTuple

from banditware import Bandit, wrap
from banditware.config import Settings
from benchmarks.apps import config, plain_asgi, plain_wsgi
from benchmarks.contextual_shapes import (
    SHOES,
    configured,
    deciding,
    experiment,
    subjects_of,
    taught,
)
from benchmarks.sending import ROWS, asgi_request, wsgi_request
from benchmarks.yardstick import yardstick

#: Calls before counting begins, in which caches fill and CPython specialises; calls that count.
WARM, CALLS = 60, 60

#: By how far a layout of the cache of attributes is from the last.
STEP = 333

NOW = 1_800_000_000.0

#: The file of the settings, in the folder that is handed over.
SETTINGS = "settings"

#: Extras that are found where they are installed, and would make figures differ.
EXTRAS = ("crawleruseragents", "numpy")

#: What is imported only when a bandit is opened: once, instead of in every fork.
LATER = ("banditware.beginning", "banditware.founding", "banditware.stores.sqlite")

INTERFACES = {
    "WSGI": (wsgi_request, plain_wsgi),
    "ASGI": (asgi_request, plain_asgi),
}


class Counted(NamedTuple):
    """A path to count.

    Attributes:
        name: what the path is called.
        bare: what is called without banditware.
        ours: the same with it.
    """

    name: str
    bare: Callable[[], object]
    ours: Callable[[], object]


class Round(NamedTuple):
    """What is counted in a process of its own.

    Attributes:
        number: of this round, among all.
        module: what is imported first; nothing if empty.
        layout: how the cache of attributes is laid out.
    """

    number: int
    module: str
    layout: int


def sources(folder: Path) -> list[dict[str, Any]]:
    """Return the configurations: of requests, of decisions, and of those in context."""
    plain = {**config(folder), "refresh": "1h"}
    return [plain, {**plain, "store": "memory://"}, configured({"igw": experiment(SHOES)})]


def paths(folder: Path, number: int) -> Iterator[Counted]:
    """Yield every path, and the yardstick that none of our code is in; each round has its store."""
    yield Counted("yardstick", nothing, yardstick)
    plain, memory, contextual = pickle.loads((folder / SETTINGS).read_bytes())
    yield from requests(opened(plain._replace(store=f"sqlite:///{folder}/{number}.db")))
    bandit = opened(memory)
    yield Counted("decide() without context", nothing, lambda: bandit.decide("txt_btn"))
    learnt = taught(opened(contextual), SHOES, rewards=30)
    igw = deciding(learnt, "igw", SHOES, subjects_of(SHOES, CALLS))
    yield Counted("decide() in context", nothing, igw)


def requests(bandit: Bandit) -> Iterator[Counted]:
    """Yield what is requested of a bare app and of the same with experiments."""
    for interface, (make, plain) in INTERFACES.items():
        wrapped = wrap(plain, bandit)
        first, cookies = make(wrapped, "/", "")
        first()
        settle(bandit)
        cookie = "; ".join(value.split(";")[0] for value in cookies)
        for row in ROWS:
            brought = cookie if row.returning else ""
            bare, ours = (make(app, row.path, brought)[0] for app in (plain, wrapped))
            yield Counted(f"{row.what}, {interface}", bare, ours)


def opened(settings: Settings) -> Bandit:
    """Return a bandit whose clock stands still and whose draws are always the same."""
    return Bandit(settings, clock=repeat(NOW).__next__, generator=random.Random(1))


def settle(bandit: Bandit) -> None:
    """Wait until the bandit's thread has had its first round; the next is in an hour."""
    while bandit.health().last_flush is None:
        time.sleep(0.01)
    bandit.flush()


def nothing() -> None:
    """Do nothing: what is left is the cost of calling."""


def count(call: Callable[[], object]) -> None:
    """Call it often; callgrind dumps twice: all before the calls, and the calls."""
    times = range(CALLS)
    for _ in range(WARM):
        call()
    gc.collect()
    os.getppid()
    for _ in times:
        call()
    os.getppid()


def deal(number: int) -> None:
    """Have the classes that are used from now on stand elsewhere in the cache of attributes."""
    for _ in range(number):
        hasattr(type("Used", (), {}), "name")


def count_all(folder: Path, this: Round, only: str) -> list[str]:
    """Count what has a name like that, and return what was counted in its order."""
    if this.module:
        importlib.import_module(this.module)
    deal(this.layout * STEP)
    names = []
    for each in paths(folder, this.number):
        if each.ours is not yardstick and not re.search(only, each.name):
            continue
        count(each.bare)
        count(each.ours)
        names.append(each.name)
    return names


def fork(folder: Path, this: Round, only: str) -> None:
    """Count in a process of its own; print which, and what was counted."""
    child = os.fork()
    if child:
        if os.waitpid(child, 0)[1]:
            sys.exit(1)
        return
    names = count_all(folder, this, only)
    print(json.dumps({"process": os.getpid(), "names": names, "calls": CALLS}), flush=True)
    os._exit(0)  # without the threads' farewell


def main(folder: str, layouts: str, modules: str, only: str) -> None:
    """Count for one module after the other, in one layout after the other."""
    for name in EXTRAS:
        sys.modules[name] = None  # type: ignore[assignment]  # as the import system has it
    for name in LATER:
        importlib.import_module(name)
    sys.setswitchinterval(60)
    gc.disable()
    for number, asked in enumerate(product(modules.split(","), range(int(layouts)))):
        fork(Path(folder), Round(number, *asked), only)


if __name__ == "__main__":
    main(*sys.argv[1:])
