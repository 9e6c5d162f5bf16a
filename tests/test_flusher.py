from __future__ import annotations

import gc
import logging
import os
import random
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from banditware import adoption, flusher, launching, pacing, turns
from banditware.adoption import locked
from banditware.breaker import Breaker
from banditware.errors import StoreError
from banditware.filespool import FileSpool, Handle
from banditware.flusher import Flusher, Settings
from banditware.framing import frame
from banditware.model import DAY
from banditware.outbox import Outbox
from banditware.stores import open_store
from banditware.stores.memory import MemoryStore
from tests.recording import LEDGER, Faulty, Shown, fields, kill, pull, reward


class Process:
    """A flusher with all it needs, and a clock that stands still until it is set."""

    def __init__(self, store: Faulty, folder: Path | None = None) -> None:
        self.now = 1_000_000.0
        self.store = store
        self.shown = Shown()
        self.ledgers = {LEDGER: 7 * DAY}
        settings = Settings(folder, refresh=3600.0, clock=lambda: self.now)
        self.flusher = Flusher(store, settings, ledgers=lambda: self.ledgers, publish=self.shown)

    def quiet(self) -> None:
        """Let records go to the spool without starting the thread."""
        self.flusher._started = True


@pytest.fixture
def store(tmp_path: Path) -> Faulty:
    return Faulty(open_store("sqlite:///x.db", tmp_path))


@pytest.fixture
def process(store: Faulty) -> Iterator[Process]:
    """A process whose rounds the test does itself."""
    process = Process(store, store.folder)
    process.quiet()
    yield process
    process.flusher.close()


def another(folder: Path | None, *records: bytes) -> Outbox:
    outbox = Outbox(folder)
    for record in records:
        outbox.spool.append(record)
    return outbox


def test_a_flush_applies_and_shows(process: Process) -> None:
    """What was recorded is in the store and in the process's view of it."""
    process.flusher.record(pull())
    process.flusher.flush()
    assert process.shown.fields() == {"n/x/0": 1} == fields(process.store)
    process.flusher.flush()
    assert process.shown.times == 1, "nothing changed the second time"


def test_a_refresh_shows_what_others_did(process: Process) -> None:
    """Refreshing reads, and leaves what was recorded for the next flush."""
    process.flusher.record(pull())
    other = another(process.store.folder, pull("y"))
    other.flush(process.store, {})
    process.flusher.refresh()
    assert process.shown.fields() == {"n/y/0": 1}
    assert process.flusher.health().backlog_bytes > 0


def test_draining_all_is_exact_at_once(process: Process) -> None:
    """What any process of the machine recorded is counted on demand, without waiting for it."""
    living, dead = another(process.store.folder, pull()), another(process.store.folder, pull())
    kill(dead)
    process.flusher.record(pull())
    process.flusher.drain_all()
    assert process.shown.fields() == {"n/x/0": 3}
    living.flush(process.store, {})
    assert fields(process.store) == {"n/x/0": 3}


def test_draining_all_works_without_a_folder() -> None:
    """A store of one process has no other spools."""
    process = Process(Faulty(MemoryStore()))
    process.quiet()
    process.flusher.record(pull())
    process.flusher.drain_all()
    assert process.shown.fields() == {"n/x/0": 1}


def test_a_store_that_is_not_shared_gets_no_files(tmp_path: Path) -> None:
    """Records for counts in memory stay in memory, whatever folder is named."""
    process = Process(Faulty(MemoryStore()), tmp_path / "spool")
    process.quiet()
    process.flusher.record(pull())
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_away_is_an_error_on_demand(process: Process) -> None:
    """Flushing by hand tells what is wrong, counts it, and keeps the records."""
    process.flusher.record(pull())
    process.store.before = process.store.fail
    with pytest.raises(StoreError, match="lost"):
        process.flusher.flush()
    health = process.flusher.health()
    assert (health.flush_errors, health.last_flush) == (1, None)
    assert "lost" in health.last_error
    process.flusher.flush()
    assert process.flusher.health().last_flush == process.now
    assert fields(process.store) == {"n/x/0": 1}


def test_an_error_of_a_file_is_told_as_one_of_the_store(process: Process) -> None:
    """Callers have one kind of error to expect."""

    def fail() -> None:
        raise OSError("too many open files")

    process.flusher.record(pull())
    process.store.before = fail
    with pytest.raises(StoreError, match="too many open files"):
        process.flusher.flush()


def test_the_thread_outlives_a_store_that_is_away(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    """Rounds never raise, pause longer and longer up to a limit, and warn once a minute."""
    process.flusher._journal.breaker = Breaker(1.0, random.Random(1))
    pauses = []
    with caplog.at_level(logging.WARNING, logger="banditware"):
        for _ in range(12):
            process.flusher.record(pull())
            process.store.before = process.store.fail
            pauses.append(process.flusher.turn())
    for failures, pause in enumerate(pauses, start=1):
        assert 1.0 <= pause <= min(30.0, 2.0**failures)
    assert len(caplog.messages) == 1
    health = process.flusher.health()
    assert (health.reachable, health.failures, health.last_failure) == (False, 12, process.now)
    assert process.flusher.turn() == 1.0
    assert process.flusher.health().reachable
    assert fields(process.store) == {"n/x/0": 12}


def test_forked_workers_wait_differently(tmp_path: Path) -> None:
    """Each process draws waits of its own, unless a test says how."""
    store = Faulty(MemoryStore())

    def drawn(generator: random.Random | None) -> float:
        settings = Settings(None, 1.0, generator=generator)
        made = Flusher(store, settings, ledgers=dict, publish=Shown())
        made._journal.breaker.failures = 20
        made.after_fork(child=True)
        made._journal.breaker.failures = 20
        return made._journal.breaker.pause()

    assert drawn(None) != drawn(None)
    assert drawn(random.Random(3)) == drawn(random.Random(3))


def test_the_thread_outlives_a_mistake(process: Process) -> None:
    """Even an error that nobody foresaw is counted, and counting goes on."""

    def fail() -> None:
        raise ZeroDivisionError

    process.flusher.record(pull())
    process.store.before = fail
    assert process.flusher.turn() > 0
    assert process.flusher.health().flush_errors == 1
    process.flusher.turn()
    assert fields(process.store) == {"n/x/0": 1}


def test_counts_that_cannot_be_used_are_shown_again(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of who is told is caught, counted, logged; he is told again in the next round."""
    process.flusher.record(pull())
    process.shown.error = ValueError("a bug")
    with caplog.at_level(logging.WARNING, logger="banditware"):
        process.flusher.turn()
    assert process.flusher.health().publish_errors == 1
    assert "new counts could not be used: a bug" in caplog.messages
    process.shown.error = None
    process.flusher.turn()
    assert process.shown.fields() == {"n/x/0": 1}


def test_the_dead_are_adopted_every_half_minute(process: Process) -> None:
    """A round looks for spools of the dead at first and then every 30 seconds."""

    def die() -> None:
        kill(another(process.store.folder, pull()))

    die()
    process.flusher.turn()
    assert fields(process.store) == {"n/x/0": 1}
    die()
    process.now += flusher.SWEEP - 1
    process.flusher.turn()
    assert fields(process.store) == {"n/x/0": 1}
    process.now += 1
    process.flusher.turn()
    assert fields(process.store) == {"n/x/0": 2}


def test_damage_is_told(process: Process) -> None:
    """Damaged lines of own and adopted spools are counted together."""
    kill(another(process.store.folder, frame(b"rubbish")))
    process.flusher.record(frame(b"rubbish"))
    process.flusher.turn()
    assert process.flusher.health().damaged == 2


def test_a_store_that_was_wiped_is_filled_again(process: Process, tmp_path: Path) -> None:
    """A database that disappears while processes run gets back what is still in the spools."""
    process.flusher.record(pull())
    process.flusher.record(reward("5:i:g"))
    process.flusher.flush()
    (tmp_path / "x.db").unlink()
    process.flusher.turn()
    assert process.shown.fields() == {}
    process.flusher.turn()
    assert process.shown.fields() == {"n/x/0": 1, "k/x/0/g": 1}


def test_old_cohorts_are_folded(process: Process) -> None:
    """Cohorts that no reward can reach any more are folded, at most once a minute."""
    old, new = (f"n/x/{int(process.now - days * DAY)}" for days in (9, 7))

    def record(name: str) -> None:
        process.flusher.record(frame(f"{LEDGER}\t\t{name} 1".encode()))
        process.flusher.turn()
        process.flusher.refresh()

    record(new)
    assert process.shown.fields() == {new: 1}
    record(old)
    assert process.shown.fields() == {new: 1, old: 1}
    process.now += flusher.FOLD
    record(new)
    assert process.shown.fields() == {new: 2, "n/x/0": 1}


def test_old_keys_are_forgotten(process: Process) -> None:
    """Once-keys are kept for two days longer than rewards are credited."""
    dead, alive = (f"{int(process.now - days * DAY)}:i:g" for days in (9.1, 8.9))
    for _ in range(2):
        process.flusher.record(reward(dead))
        process.flusher.record(reward(alive))
        process.flusher.turn()
    assert fields(process.store) == {"k/x/0/g": 3, "x/duplicate": 1}


def test_what_is_not_ours_is_not_folded(process: Process) -> None:
    """Only the ledgers of the configuration are read and folded."""
    process.ledgers = {}
    process.flusher.record(pull())
    process.flusher.turn()
    assert process.shown.times == 0
    assert fields(process.store) == {"n/x/0": 1}


def test_the_thread_starts_with_the_first_record(store: Faulty) -> None:
    """A thread begins with the first record, does a round at once, and ends with closing."""
    process = Process(store, store.folder)
    applied = threading.Event()
    store.after = applied.set
    assert not process.flusher.health().started
    process.flusher.record(pull())
    process.flusher.start()
    assert process.flusher.health().started
    thread = process.flusher._thread
    assert thread is not None
    assert (thread.name, thread.daemon) == ("banditware-flusher", True)
    process.flusher.record(pull())
    process.flusher.close(timeout=30.0)
    assert applied.is_set()
    assert not thread.is_alive()
    assert not process.flusher.health().started
    assert fields(store) == {"n/x/0": 2}
    assert process.shown.fields() == {"n/x/0": 2}


def test_threads_that_start_at_once_start_one(store: Faulty) -> None:
    """Who waited for another thread's start finds it done."""
    process = Process(store, store.folder)
    with process.flusher._starting:
        waiting = threading.Thread(target=process.flusher.start)
        waiting.start()
        process.flusher._started = True
    waiting.join()
    assert process.flusher._thread is None


def test_closing_leaves_the_spool_to_others(store: Faulty) -> None:
    """After closing, everything is applied, and the spool waits to be deleted by anybody."""
    process = Process(store, store.folder)
    process.flusher.record(pull())
    process.flusher.close(timeout=30.0)
    process.flusher.close()
    assert store.folder is not None
    (spool,) = store.folder.glob("*.spool")
    assert Handle(spool, os.O_RDONLY).claim()
    assert (fields(store), store.released) == ({"n/x/0": 1}, 0)


def test_spools_are_deleted_in_time(process: Process) -> None:
    """Rounds of a process that goes on delete what ended processes left, and keep backups."""
    kill(another(process.store.folder, pull()))
    assert process.store.folder is not None
    for _ in range(10):
        assert len(list(process.store.folder.glob("*.spool"))) == 1
        process.flusher.turn()
        process.now += flusher.SWEEP
        if process.store.released:
            break
    assert sorted(path.name for path in process.store.folder.iterdir()) == [
        f"{LEDGER}.backup",
        f"{LEDGER}.backup.old",
    ]


def test_closing_adopts_the_dead(store: Faulty) -> None:
    """The last process to end leaves no spools of others."""
    process = Process(store, store.folder)
    process.flusher.record(pull())
    with locked(store.folder):
        kill(another(store.folder, pull()))
    process.flusher.close(timeout=30.0)
    assert fields(store) == {"n/x/0": 2}


def test_closing_what_never_started_does_nothing(store: Faulty, tmp_path: Path) -> None:
    """A process that recorded nothing makes neither files nor threads."""
    Process(store, store.folder).flusher.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_recorded_after_closing_is_kept(store: Faulty) -> None:
    """A late record starts no thread; it waits in a spool that the next process adopts."""
    process = Process(store, store.folder)
    process.flusher.close()
    process.flusher.record(pull())
    assert not process.flusher.health().started
    assert fields(store) == {}
    del process
    gc.collect()
    assert store.folder is not None
    adoption.Orphans(store.folder).drain(store, own=())
    assert fields(store) == {"n/x/0": 1}


def test_closing_again_flushes_what_came_late(store: Faulty) -> None:
    """Closing twice applies what was recorded in between."""
    process = Process(store, store.folder)
    process.flusher.close()
    process.flusher.record(pull())
    process.flusher.close(timeout=30.0)
    assert fields(store) == {"n/x/0": 1}


def test_closing_does_not_wait_for_a_store_that_hangs(store: Faulty) -> None:
    """What cannot be flushed in time is left to others."""
    process = Process(store, store.folder)
    hanging, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        go_on.wait(30.0)

    store.before = hang
    process.quiet()
    process.flusher.record(pull())
    process.flusher._started = False
    process.flusher.start()
    thread = process.flusher._thread
    assert thread is not None
    assert hanging.wait(30.0)
    process.flusher.close(timeout=0.0)
    assert thread.is_alive()
    go_on.set()
    thread.join()
    assert fields(store) == {"n/x/0": 1}


def test_a_last_flush_that_fails_is_logged(
    process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    """Closing never raises; the spool stays."""
    process.flusher.record(pull())
    process.store.before = process.store.fail
    with caplog.at_level(logging.WARNING, logger="banditware"):
        process.flusher.finish()
    assert "the last records are left to other processes" in caplog.text
    assert process.flusher.health().backlog_bytes > 0


def refuse(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_without_threads_rounds_come_between_requests(
    store: Faulty, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no thread can be started, that is told once, and what is called in between flushes."""
    monkeypatch.setattr(threading.Thread, "start", refuse)
    process = Process(store, store.folder)
    with caplog.at_level(logging.WARNING, logger="banditware"):
        process.flusher.record(pull())
        process.flusher.record(pull())
    assert [message[:29] for message in caplog.messages] == ["no thread can be started, so "]
    assert not process.flusher.health().started
    assert process.flusher.between is not None
    process.flusher.between()
    assert fields(store) == {"n/x/0": 2} == process.shown.fields()


def test_without_threads_closing_flushes_all_the_same(
    store: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last flush is done by who closes."""
    monkeypatch.setattr(threading.Thread, "start", refuse)
    process = Process(store, store.folder)
    process.flusher.record(pull())
    process.flusher.close()
    assert fields(store) == {"n/x/0": 1}


def test_a_thread_that_runs_needs_nobody(process: Process, store: Faulty) -> None:
    """Where a thread runs, nothing has to be called between requests."""
    other = Process(store, store.folder)
    other.flusher.record(pull())
    assert other.flusher.health().started
    assert other.flusher.between is None
    other.flusher.close(timeout=30.0)


def test_a_round_that_ran_out_of_time_is_no_failure(process: Process) -> None:
    """It goes on where it stopped, after the usual pause, and nothing is counted as an error."""
    process.flusher.record(pull())
    with pacing.limited(-1.0):
        assert process.flusher.turn() == 3600.0
    assert process.flusher.health().flush_errors == 0
    assert fields(process.store) == {}
    process.flusher.turn()
    assert fields(process.store) == {"n/x/0": 1}


def test_nothing_starts_while_uwsgi_loads(store: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process that only forks no thread begins; its workers begin theirs."""
    process = Process(store, store.folder)
    with monkeypatch.context() as loading:
        loading.setattr("banditware.hosting.loading", lambda: True)
        assert not process.flusher.start()
        process.flusher.record(pull())
        assert not process.flusher.health().started
    assert process.flusher.start()
    assert process.flusher.health().started
    process.flusher.close(timeout=30.0)
    assert fields(store) == {"n/x/0": 1}


def test_a_folder_that_cannot_be_used_is_told(store: Faulty) -> None:
    """Health says why records are in memory."""
    assert store.folder is not None
    store.folder.write_text("not a folder")
    process = Process(store, store.folder)
    process.flusher._closed = True
    process.flusher.start()
    assert "spool" in process.flusher.health().trouble
    process.flusher.record(pull())
    process.flusher.turn()
    process.flusher.drain_all()
    assert fields(store) == {"n/x/0": 1}


def test_a_flusher_that_nobody_keeps_goes_away(store: Faulty) -> None:
    """Neither the thread nor the exit of the interpreter keeps a flusher alive."""
    process = Process(store, store.folder)
    process.flusher.record(pull())
    thread = process.flusher._thread
    stop = process.flusher._stop
    assert thread is not None
    gone = weakref.ref(process.flusher)
    del process
    stop.set()
    thread.join()
    gc.collect()
    assert gone() is None


def test_the_exit_closes_what_is_left(store: Faulty) -> None:
    """At the end of the interpreter the last records are flushed."""
    process = Process(store, store.folder)
    process.flusher.record(pull())
    thread = process.flusher._thread
    launching._close_all()
    assert thread is not None
    thread.join()
    assert fields(store) == {"n/x/0": 1}


def test_a_child_begins_anew(store: Faulty) -> None:
    """A forked child has no thread, no records and no counters, and a thread of its own later."""
    process = Process(store, store.folder)
    process.quiet()
    process.flusher.record(pull())
    process.store.before = process.store.fail
    process.flusher.turn()
    process.flusher.before_fork()
    process.flusher.after_fork(child=True)
    spool = process.flusher._outbox.spool
    assert isinstance(spool, FileSpool)
    for thing in (*spool._files, spool, process.flusher._outbox):
        thing.after_fork(child=True)
    health = process.flusher.health()
    assert (health.started, health.backlog_bytes, health.flush_errors) == (False, 0, 0)
    process.flusher.record(pull())
    assert process.flusher.health().started
    process.flusher.close(timeout=30.0)
    assert fields(store) == {"n/x/0": 2}, "its own, and the adopted one of its dead parent"


def test_a_fork_waits_for_an_exchange(store: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    """No child is born in the middle of an exchange, unless it takes too long."""
    monkeypatch.setattr("banditware.forks.PATIENCE", 0.001)
    process = Process(store, store.folder)
    process.flusher.before_fork()
    busy: list[bool] = []
    exchange = threading.Thread(
        target=lambda: busy.append(process.flusher._exchanging.acquire(blocking=False))
    )
    exchange.start()
    exchange.join()
    assert busy == [False]
    process.flusher.after_fork(child=False)
    with process.flusher._starting:
        process.flusher.before_fork()
        process.flusher.after_fork(child=False)
        assert process.flusher._starting.locked()


def test_a_round_beside_the_app_is_considerate(process: Process) -> None:
    """What a thread of ours does for a round gives requests their turn in between."""
    found: list[object] = []
    process.flusher._publish = lambda _changed: found.append(turns.asked())
    process.flusher.record(pull())
    process.flusher.flush()
    process.flusher.record(pull())
    thread = threading.Thread(target=process.flusher.turn)
    thread.start()
    thread.join()
    assert found[0] is None
    assert isinstance(found[1], pacing.Slices)
