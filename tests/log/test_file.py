from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from banditware.events.writing import Written
from banditware.launching import launch
from banditware.log.settings import ToFile
from banditware.log.sinks import file as module
from banditware.log.sinks.file import FileSink
from banditware.log.sinks.rotation import compress
from tests.log.support import read, refused


def lines(start: int, number: int, size: int = 100) -> list[Written]:
    """Return so many events, numbered, whose lines have so many bytes."""
    made = []
    for each in range(start, start + number):
        event: dict[str, Any] = {"n": each, "pad": ""}
        event["pad"] = "x" * (size - 1 - len(json.dumps(event)))
        made.append(Written(event, json.dumps(event)))
    return made


def test_lines(tmp_path: Path) -> None:
    """Every event is one line, the folder is made, and only owner and group may read."""
    path = tmp_path / "new" / "log.jsonl"
    sink = FileSink(ToFile(path))
    assert sink.write(lines(0, 3), refused) == 3
    assert sink.write(lines(3, 1), refused) == 1
    assert read(path) == [0, 1, 2, 3]
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    sink.close()


def test_rotation(tmp_path: Path) -> None:
    """A full file gets a number that it keeps, and the oldest beyond `keep` are removed."""
    path = tmp_path / "log.jsonl"
    sink = FileSink(ToFile(path, rotate=1_000, keep=2))
    for start in range(0, 50, 5):
        assert sink.write(lines(start, 5), refused) == 5
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "log.jsonl",
        "log.jsonl.3",
        "log.jsonl.4",
    ]
    assert read(path) == list(range(40, 50))
    assert read(tmp_path / "log.jsonl.4") == list(range(30, 40))


def test_a_piece_that_is_larger_than_a_file(tmp_path: Path) -> None:
    """What does not fit into any file is written into one of its own."""
    path = tmp_path / "log.jsonl"
    sink = FileSink(ToFile(path, rotate=1_000, keep=5))
    for start in range(0, 60, 20):
        sink.write(lines(start, 20), refused)
    assert [len(read(each)) for each in sorted(tmp_path.iterdir())] == [20, 20, 20]


def test_compression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files before are compressed, whole, off the thread that writes where another can run."""
    threads: list[threading.Thread | None] = []

    def launched(*arguments: Any) -> threading.Thread | None:
        threads.append(launch(*arguments) if len(threads) % 2 else None)
        return threads[-1]

    monkeypatch.setattr(module, "launch", launched)
    path = tmp_path / "log.jsonl"
    sink = FileSink(ToFile(path, rotate=1_000, keep=3, compress=True))
    for start in range(0, 60, 10):
        sink.write(lines(start, 10), refused)
        for thread in filter(None, threads):
            thread.join(60)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "log.jsonl",
        *(f"log.jsonl.{number}.gz" for number in (3, 4, 5)),
    ]
    packed = gzip.decompress((tmp_path / "log.jsonl.5.gz").read_bytes()).splitlines()
    assert [json.loads(line)["n"] for line in packed] == list(range(40, 50))


def test_compressing_what_is_gone(tmp_path: Path) -> None:
    """A file that another process removed meanwhile is no fault."""
    compress(tmp_path / "gone.1")
    assert list(tmp_path.iterdir()) == []


def test_half_a_line_of_somebody_who_was_killed(tmp_path: Path) -> None:
    """What comes after half a line begins a line of its own."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"n": 0}\n{"n": 1, "half')
    FileSink(ToFile(path)).write(lines(2, 2), refused)
    found = path.read_text().splitlines()
    assert [json.loads(line)["n"] for line in (found[0], *found[2:])] == [0, 2, 3]


@pytest.mark.parametrize("head", ["", '{"n": 0}\n', '{"half'])
def test_a_disk_that_becomes_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    """Of what fits in part, whole lines are done and the rest is taken back."""
    path = tmp_path / "log.jsonl"
    path.write_text(head)
    write, room = os.write, 250

    def little(file: int, data: bytes) -> int:
        return write(file, data[:room])

    monkeypatch.setattr(os, "write", little)
    sink = FileSink(ToFile(path))
    assert sink.write(lines(1, 5), refused) == 2
    room = 50
    with pytest.raises(OSError, match="no room") as caught:
        sink.write(lines(3, 3), refused)
    assert caught.value.errno == errno.ENOSPC
    room = 10_000
    assert sink.write(lines(3, 3), refused) == 3
    assert re.findall(r'"n": ([1-9])', path.read_text()) == ["1", "2", "3", "4", "5"]
    assert path.read_text().endswith("\n")


def test_a_file_that_somebody_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cannot have the file in time says so, and nothing is written."""
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    path = tmp_path / "log.jsonl"
    with path.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(OSError, match="another process"):
            FileSink(ToFile(path)).write(lines(0, 1), refused)
    FileSink(ToFile(path)).write(lines(0, 1), refused)
    assert read(path) == [0]


@pytest.mark.parametrize("gone", ["renamed", "removed"])
def test_a_file_that_is_rotated_while_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """Who gets the lock of a file that was rotated meanwhile writes to the new one."""
    path = tmp_path / "log.jsonl"
    path.touch()
    flock, waits = fcntl.flock, [1]

    def rotated(file: int, how: int) -> None:
        if how & fcntl.LOCK_NB and waits.pop():
            waits.append(0)
            path.rename(tmp_path / "old")
            if gone == "renamed":
                path.touch()
        elif how & fcntl.LOCK_NB:
            waits.append(0)
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", rotated)
    FileSink(ToFile(path)).write(lines(0, 1), refused)
    assert read(path) == [0]
    assert (tmp_path / "old").read_text() == ""
