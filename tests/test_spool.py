from __future__ import annotations

import threading
from collections import Counter

import pytest

from banditware.framing import frame, payload_of
from banditware.spool import MemorySpool, cut, hour_of, new_id


@pytest.mark.parametrize(
    ("data", "last", "final", "taken"),
    [
        (b"one\ntwo\nthr", True, False, b"one\ntwo\n"),
        (b"one\ntwo\nthr", True, True, b"one\ntwo\nthr"),
        (b"one\ntwo\nthr", False, True, b"one\ntwo\n"),
        (b"thr", True, False, b""),
        (b"endless", False, False, b"endless"),
        (b"", True, False, b""),
    ],
)
def test_only_whole_lines_are_cut(data: bytes, last: bool, final: bool, taken: bytes) -> None:
    """A line without an end waits for it, unless nobody can write it or it fills a whole chunk."""
    assert cut(7, data, last=last, final=final) == (7, taken, last)
    assert cut(7, data, last=last, final=final).end == 7 + len(taken)


def test_memory_is_read_by_position_and_given_back() -> None:
    """A spool in memory is read from any position that was not discarded."""
    spool = MemorySpool()
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    first = source.read(0, 100)
    assert (first.data, first.last) == (frame(b"one"), True)
    spool.append(frame(b"two"))
    assert source.read(first.end, 100).data == frame(b"two")
    source.discard(first.end)
    source.discard(first.end)
    assert source.read(0, 100) == source.read(first.end, 100)
    assert source.size() == len(frame(b"one") + frame(b"two"))
    assert not source.read(0, 5).last


def test_a_sealed_memory_goes_on_in_a_new_source() -> None:
    """After sealing, records go to a new source with an id of its own, and the old one can go."""
    spool = MemorySpool()
    spool.append(frame(b"one"))
    (old,) = spool.sources()
    spool.rotate()
    assert spool.sources() == (old,)
    spool.seal()
    spool.append(frame(b"two"))
    (kept, new) = spool.sources()
    assert kept is old
    assert new.id != old.id
    assert (spool.written(old), spool.written(new)) == (False, True)
    assert (old.read(0, 99).data, new.read(0, 99).data) == (frame(b"one"), frame(b"two"))
    spool.drop(old)
    assert spool.sources() == (new,)


def test_memory_never_waits() -> None:
    """Memory has nothing to write later and drops nothing."""
    spool = MemorySpool()
    spool.append(frame(b"one"))
    spool.settle()
    assert (spool.waiting(), spool.errors, spool.dropped) == (0, 0, 0)


def test_a_child_begins_with_nothing() -> None:
    """A forked child has other ids and none of the parent's records; the parent keeps them."""
    spool = MemorySpool()
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    spool.after_fork(child=False)
    assert spool.sources() == (source,)
    spool.after_fork(child=True)
    (new,) = spool.sources()
    assert (new.id != source.id, new.size()) == (True, 0)


def test_memory_can_be_left_to_nobody() -> None:
    """A segment that is left is given back, as nobody else can see it."""
    spool = MemorySpool()
    spool.append(frame(b"one"))
    (source,) = spool.sources()
    spool.leave(source)
    assert spool.sources() == ()


def test_memory_keeps_what_it_is_told() -> None:
    """What was discarded last can be read again, as much as was asked for."""
    spool = MemorySpool(keep=20)
    for _ in range(9):
        spool.append(frame(b"x"))
    (source,) = spool.sources()
    source.discard(39)
    assert source.read(0, 999).start == 0, "memory is not moved for a few bytes"
    source.discard(60)
    assert source.read(0, 999).start == 40
    source.discard(50)
    assert source.read(0, 999).start == 40
    assert source.size() == 9 * len(frame(b"x"))


@pytest.mark.parametrize("now", [0, 5, 3_600, 1_800_000_000.5])
def test_a_name_tells_the_hour(now: float) -> None:
    """Whoever drains a source, and whenever, knows the hour in which it was begun."""
    assert hour_of(new_id(now)) == int(now) // 3_600 * 3_600
    assert new_id(now) != new_id(now)


@pytest.mark.parametrize("id_", ["", "0123456789abcdef", "p", "a-", "a-b", "-"])
def test_a_name_may_tell_nothing(id_: str) -> None:
    """A source of an older banditware has no hour."""
    assert hour_of(id_) == 0


def test_memory_begins_anew_every_hour() -> None:
    """What is recorded in another hour goes to another source."""
    now = 3_599.0
    spool = MemorySpool(clock=lambda: now)
    spool.append(frame(b"one"))
    spool.rotate()
    (old,) = spool.sources()
    now = 3_600.0
    spool.rotate()
    spool.append(frame(b"two"))
    assert [hour_of(source.id) for source in spool.sources()] == [0, 3_600]
    assert old.read(0, 99).data == frame(b"one")


def test_threads_record_in_memory_at_once() -> None:
    """What threads record while others read is there once and whole, also without the GIL."""
    spool, threads, times = MemorySpool(), 8, 4_000
    begin = threading.Barrier(threads + 1)

    def record(name: bytes) -> None:
        begin.wait()
        for number in range(times):
            spool.append(frame(b"%b %d" % (name, number)), frame(b"more"))

    running = [threading.Thread(target=record, args=(b"t%d" % n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    begin.wait()
    (source,) = spool.sources()
    data = b""
    while any(map(threading.Thread.is_alive, running)) or len(data) < source.size():
        data += source.read(len(data), 100_000).data
    found = Counter(payload_of(line) for line in data.split(b"\n") if line)
    expected = {b"t%d %d" % (n, number): 1 for n in range(threads) for number in range(times)}
    assert found == {**expected, b"more": threads * times}
