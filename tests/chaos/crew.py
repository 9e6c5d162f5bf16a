"""Workers that record at a steady pace in processes of their own, and what they truly recorded.

The truth is kept in memory that all processes share: each slot counts what it began and what it has
done, so whatever a kill leaves undecided lies in between.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from banditware.counts import Record, encode
from banditware.errors import StoreError
from banditware.flusher import Flusher, Settings
from banditware.stores import Counts, Store, open_store, sqlite
from tests.redis_groups import wait

#: Several, so that every node of a cluster has one.
LEDGERS = ("a@1", "b@1", "c@1", "d@1", "e@1", "f@1")
SLOTS = 3

#: How often a worker that forks does.
FORKS = 2

#: Seconds between two records of a worker, and between two flushes.
PACE = 0.001
REFRESH = 0.05

DEADLINE = 120.0

_STOP, _TIGHT, _OFFSET, _PAGES, _FIRST = range(5)


class Board:
    """What workers are told, and what they have done, in memory that forked processes share.

    A kill may come in the middle of anything, so each number is written in one step. Children of
    a worker have slots of their own, `SLOTS` further on each.
    """

    def __init__(self) -> None:
        self._words = memoryview(mmap.mmap(-1, 8 * (_FIRST + 2 * SLOTS * (1 + FORKS)))).cast("q")

    def clear(self) -> None:
        """Begin anew."""
        for at in range(len(self._words)):
            self._words[at] = 0

    def tell(self, *, stop: int = 0, tight: int = 0, offset: int = 0, pages: int = 0) -> None:
        """Tell all workers something.

        Args:
            stop: whether to end.
            tight: the size in bytes over which no file can grow; 0 for none.
            offset: seconds by which clocks are wrong.
            pages: how many pages a SQLite database may have; 0 for any number.
        """
        for at, word in ((_STOP, stop), (_TIGHT, tight), (_OFFSET, offset), (_PAGES, pages)):
            self._words[at] = word

    @property
    def stop(self) -> bool:
        """Whether to end."""
        return bool(self._words[_STOP])

    @property
    def tight(self) -> int:
        """The size over which no file can grow."""
        return self._words[_TIGHT]

    @property
    def pages(self) -> int:
        """How many pages a SQLite database may have."""
        return self._words[_PAGES]

    def clock(self) -> float:
        """Return what the workers take for the time."""
        return time.time() + self._words[_OFFSET]

    def begin(self, slot: int) -> int:
        """Count something that begins; return how many there were before."""
        self._words[_FIRST + 2 * slot] += 1
        return self._words[_FIRST + 2 * slot] - 1

    def end(self, slot: int) -> None:
        """Count something that is done."""
        self._words[_FIRST + 2 * slot + 1] += 1

    def tally(self) -> dict[int, tuple[int, int]]:
        """Return what each slot began and has done."""
        words = list(self._words[_FIRST:])
        return {slot: (words[2 * slot], words[2 * slot + 1]) for slot in range(SLOTS * (1 + FORKS))}

    def done(self) -> int:
        """Return how often workers have recorded."""
        return sum(done for _, done in self.tally().values())


class Order(NamedTuple):
    """What a worker is for.

    Attributes:
        slot: where it counts.
        url: the store.
        folder: what relative paths are relative to.
        fork: whether to fork when it has begun; the child does the same work.
    """

    slot: int
    url: str
    folder: str
    fork: bool = False


def flusher_on(store: Store, clock: Callable[[], float]) -> Flusher:
    """Return a flusher that reads all ledgers and takes no notice."""

    def publish(changed: Mapping[str, Counts]) -> None:
        """Take no notice."""

    settings = Settings(store.folder, refresh=REFRESH, clock=clock)
    ledgers = dict.fromkeys(LEDGERS, 1e9)
    return Flusher(store, settings, ledgers=lambda: ledgers, publish=publish)


def work(board: Board, order: Order) -> None:
    """Record until told to stop, or until a SIGTERM, then end in peace."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _hem_in(board)
    flusher = flusher_on(open_store(order.url, Path(order.folder)), board.clock)
    slot = order.slot
    children: list[int] = []
    try:
        while not board.stop:
            _record(flusher, slot, board.begin(slot))
            board.end(slot)
            _, highest = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (board.tight or highest, highest))
            if order.fork and slot < SLOTS and len(children) < FORKS:
                child = os.fork()
                step = SLOTS * (1 + len(children))
                slot, children = (slot, [*children, child]) if child else (slot + step, [])
            time.sleep(PACE)
    finally:
        flusher.close(timeout=DEADLINE)
        for child in children:
            os.waitpid(child, 0)


def _record(flusher: Flusher, slot: int, number: int) -> None:
    ledger = LEDGERS[number % len(LEDGERS)]
    arm = f"arm{slot}"
    flusher.record(encode(Record(ledger, "", {f"n/{arm}/0": 1})))
    key = f"0:{slot}-{number}-{os.getpid()}:g"
    flusher.record(encode(Record(ledger, key, {f"k/{arm}/0/g": 1})))


def _hem_in(board: Board) -> None:
    """Let the disk of a SQLite database be full when the board says so."""
    real = sqlite.SQLiteStore._connect

    def connect(store: sqlite.SQLiteStore) -> object:
        database = real(store)
        if board.pages:
            database.execute(f"PRAGMA max_page_count = {board.pages}")
        return database

    setattr(sqlite.SQLiteStore, "_connect", connect)  # noqa: B010 - it has another type for mypy


class Crew:
    """Workers, and who brings them into the world: a process that has no threads.

    Attributes:
        board: what they are told and what they did.
    """

    def __init__(self) -> None:
        self.board = Board()
        self._living: dict[int, tuple[int, Order]] = {}
        ours, theirs = socket.socketpair()
        self._nursery = os.fork()
        if self._nursery == 0:
            ours.close()
            _nurse(theirs, self.board)
        theirs.close()
        self._wire = ours.makefile("rw")
        ours.close()

    def start(self, url: str, folder: Path, *, fork: bool = False) -> None:
        """Begin anew, with a worker for each slot."""
        self.board.clear()
        for slot in range(SLOTS):
            self._spawn(Order(slot, url, str(folder), fork))

    def _spawn(self, order: Order) -> None:
        self._wire.write(json.dumps(order) + "\n")
        self._wire.flush()
        self._living[order.slot] = int(self._wire.readline()), order

    def strike(self, slot: int, how: signal.Signals) -> None:
        """Send a signal to a worker, and put another in its place when it has ended."""
        process, order = self._living[slot]
        os.kill(process, how)
        self._ended(process)
        self._spawn(order)

    def more(self, number: int) -> None:
        """Wait until so much more was recorded."""
        least = self.board.done() + number
        wait("workers record", lambda: self.board.done() >= least)

    def finish(self) -> None:
        """Let all workers end in peace."""
        self.board.tell(stop=1)
        for process, _ in self._living.values():
            self._ended(process)
        self._living.clear()

    def _ended(self, process: int) -> None:
        wait("a worker ends", lambda: not _lives(process))

    def abandon(self) -> None:
        """Kill all workers."""
        for process, _ in self._living.values():
            if _lives(process):
                os.kill(process, signal.SIGKILL)
        self._living.clear()

    def close(self) -> None:
        """End everybody."""
        self.abandon()
        self._wire.close()
        os.waitpid(self._nursery, 0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _nurse(wire: socket.socket, board: Board) -> None:
    """Fork a worker for each order until nobody orders any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What workers say of the failures is known to who reads the matrix.
    logging.disable()
    with wire.makefile("rw") as orders:
        for line in orders:
            process = os.fork()
            if process == 0:
                wire.close()
                try:
                    work(board, Order(*json.loads(line)))
                finally:
                    os._exit(0)
            orders.write(f"{process}\n")
            orders.flush()
    os._exit(0)


class Result(NamedTuple):
    """What became of what was recorded; rewards are counted beside pulls.

    Attributes:
        recorded: how many records were certainly written.
        stored: how many the store has.
        lost: how many of them are missing.
        doubled: how many are more than were even begun.
    """

    recorded: int
    stored: int
    lost: int
    doubled: int


def audit(board: Board, url: str, folder: Path) -> Result:
    """Adopt what is left, as soon as the store lets us, and compare."""
    store = open_store(url, folder)
    flusher = flusher_on(store, board.clock)
    fields: dict[str, float] = {}

    def settled() -> bool:
        try:
            flusher.drain_all()
            read = store.exchange((), dict.fromkeys(LEDGERS, 0)).counts
        except StoreError:
            return False
        for counts in read.values():
            for name, number in counts.fields.items():
                fields[name] = fields.get(name, 0) + number
        return True

    wait("the store answers", settled)
    flusher.close(timeout=DEADLINE)
    store.close()
    return compare(board.tally(), fields)


def compare(tally: Mapping[int, tuple[int, int]], fields: Mapping[str, float]) -> Result:
    """Return what became of what each slot recorded."""
    recorded = lost = doubled = 0
    for slot, (begun, done) in tally.items():
        for name in (f"n/arm{slot}/0", f"k/arm{slot}/0/g"):
            stored = int(fields.get(name, 0))
            recorded += done
            lost += max(0, done - stored)
            doubled += max(0, stored - begun)
    stored = sum(int(number) for name, number in fields.items() if name[0] in "nk")
    return Result(recorded, stored, lost, doubled)
