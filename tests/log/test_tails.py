from __future__ import annotations

import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from banditware.events.writing import written
from banditware.log import tails
from banditware.log.erasing import erase, needles
from banditware.log.settings import LogSettings, ToFile, ToFunction, ToLogger, ToStream
from banditware.log.sinks import UnusableError, opener
from banditware.log.sinks.file import FileSink
from banditware.log.sinks.rotation import compress, next_name
from banditware.log.tails import FileTail, tail_of
from tests.log.support import refused
from tests.redis_servers import NAMES, shared


def event(number: int, subject: str = "anna") -> dict[str, Any]:
    """Return an event that a file takes."""
    return {"kind": "decision", "subject": subject, "n": number, "truncated": []}


def write(to: ToFile, *numbers: int, subject: str = "anna") -> None:
    """Write events as an app does, each by itself."""
    for number in numbers:
        FileSink(to).write([written(event(number, subject))], refused)


def numbers(tail: FileTail) -> list[int]:
    """Return the numbers of the events that are new."""
    return [json.loads(line)["n"] for line in tail.read()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log is written."""
    return tmp_path / "d.jsonl"


def test_nothing_is_there_yet(path: Path) -> None:
    """A log that has not begun is empty, and is read as soon as it begins."""
    tail = FileTail(path)
    assert numbers(tail) == []
    write(ToFile(path), 1, 2)
    assert numbers(tail) == [1, 2]
    assert numbers(tail) == []
    write(ToFile(path), 3)
    assert numbers(tail) == [3]
    tail.close()


def test_files_before(path: Path) -> None:
    """All files come in their order, compressed or not."""
    write(ToFile(path, rotate=150), *range(6))
    compress(path.with_name("d.jsonl.1"))
    names = sorted(each.name for each in path.parent.iterdir())
    assert names[:2] == ["d.jsonl", "d.jsonl.1.gz"]
    assert len(names) > 2
    tail = FileTail(path)
    assert numbers(tail) == list(range(6))
    write(ToFile(path, rotate=150), *range(6, 12))
    assert numbers(tail) == list(range(6, 12))
    tail.close()


def test_one_file_before(path: Path) -> None:
    """A compressed file can be read by its own name."""
    write(ToFile(path), 1, 2)
    path.rename(next_name(path))
    compress(path.with_name("d.jsonl.1"))
    tail = FileTail(path.with_name("d.jsonl.1.gz"))
    assert numbers(tail) == [1, 2]
    assert numbers(tail) == []
    tail.close()


def test_a_line_that_is_not_whole_waits(path: Path) -> None:
    """What another process is about to write is read when it is done; what is torn is not."""
    line = json.dumps(event(1)).encode() + b"\n"
    tail = FileTail(path)
    path.write_bytes(line + line[:7])
    assert len(list(tail.read())) == 1
    with path.open("ab") as file:
        file.write(line[7:20])
    assert list(tail.read()) == []
    with path.open("ab") as file:
        file.write(line[20:] + line[:5])
    assert list(tail.read()) == [line]
    path.rename(next_name(path))
    write(ToFile(path), 2)
    assert numbers(tail) == [2]
    again = FileTail(path)
    assert numbers(again) == [1, 1, 2]
    again.close()
    tail.close()


def test_rotated_while_nobody_looked(path: Path) -> None:
    """However often the file was rotated and compressed meanwhile, every event comes once."""
    generator, tail, expected = random.Random(3), FileTail(path), 0
    for number in range(200):
        write(ToFile(path, rotate=200, keep=1000), number)
        if generator.random() < 0.1:
            for each in list(path.parent.glob("d.jsonl.*[0-9]")):
                compress(each)
        if generator.random() < 0.2:
            assert numbers(tail) == list(range(expected, number + 1))
            expected = number + 1
    tail.close()


def test_rotated_in_the_middle_of_reading(path: Path) -> None:
    """A file that gets another name between two lines is read to its end."""
    write(ToFile(path), *range(4))
    tail = FileTail(path)
    reading = tail.read()
    found = [next(reading), next(reading)]
    path.rename(next_name(path))
    write(ToFile(path), 4)
    found += reading
    assert [json.loads(line)["n"] for line in found] == list(range(5))
    tail.close()


def test_rotated_while_it_is_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is rotated just when it is opened is read as one of those before."""
    write(ToFile(path), 1)
    opened, left = tails._opened, [lambda: path.rename(next_name(path))]

    def late(file: Path) -> Any:
        found = opened(file)
        if left:
            left.pop()()
            write(ToFile(path), 2)
        return found

    monkeypatch.setattr(tails, "_opened", late)
    tail = FileTail(path)
    assert numbers(tail) == [1, 2]
    tail.close()


def test_files_before_that_go_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of files before, one that is removed just now is not read, a compressed one is."""
    write(ToFile(path, rotate=60), *range(6))
    opened, first, second = tails._opened, *(path.with_name(f"d.jsonl.{n}") for n in (1, 2))

    def late(file: Path) -> Any:
        if file == first:
            first.unlink()
        if file == second:
            compress(second)
        return opened(file)

    monkeypatch.setattr(tails, "_opened", late)
    tail = FileTail(path)
    assert numbers(tail) == list(range(1, 6))
    tail.close()


def test_somebody_is_forgotten_meanwhile(path: Path) -> None:
    """A file that was written anew without somebody's events goes on where it was."""
    to = ToFile(path)
    write(to, 1, 2)
    write(to, 3, subject="bert")
    tail = FileTail(path)
    assert numbers(tail) == [1, 2, 3]
    assert erase([LogSettings(to)], needles(["bert"], [])).events == 1
    write(to, 4)
    assert numbers(tail) == [4]
    path.rename(next_name(path))
    write(to, 5)
    assert numbers(tail) == [5]
    tail.close()


def test_a_file_that_is_deleted(path: Path) -> None:
    """Who deletes the log begins it anew."""
    write(ToFile(path), 1)
    tail = FileTail(path)
    assert numbers(tail) == [1]
    path.unlink()
    assert numbers(tail) == []
    write(ToFile(path), 2)
    assert numbers(tail) == [2]
    tail.close()


def test_many_who_write(path: Path) -> None:
    """While several write, rotate and compress, a reader gets every event exactly once."""
    to = ToFile(path, rotate=2_000, keep=1000, compress=True)
    parts = [range(first, 300, 3) for first in range(3)]
    writers = [threading.Thread(target=write, args=(to, *part)) for part in parts]
    for each in writers:
        each.start()
    tail, found = FileTail(path), list[int]()
    while any(each.is_alive() for each in writers):
        found += numbers(tail)
    for each in writers:
        each.join()
    found += numbers(tail)
    tail.close()
    assert sorted(found) == list(range(300))
    assert [[n for n in found if n in part] for part in parts] == [list(part) for part in parts]


@pytest.mark.parametrize("server", NAMES)
def test_a_stream(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream is read in its order, however many entries there are, and then what comes."""
    monkeypatch.setattr("banditware.log.stream_tail._MANY", 3)
    process = shared(server)
    to = ToStream(process.url(), tmp_path, "shop:tail", 100)
    sink, tail = opener(to)(), tail_of(LogSettings(to))
    assert list(tail.read()) == []
    sink.write([written(event(number)) for number in range(7)], refused)
    assert [json.loads(line)["n"] for line in tail.read()] == list(range(7))
    assert list(tail.read()) == []
    sink.write([written(event(7))], refused)
    assert [json.loads(line)["n"] for line in tail.read()] == [7]
    with process.client() as client:
        client.delete("shop:tail")
    tail.close()
    sink.close()


def test_what_is_kept_elsewhere() -> None:
    """What loggers and functions got is theirs to show."""
    for to in (ToLogger("shop"), ToFunction("shop")):
        with pytest.raises(UnusableError, match="'shop' gets are kept where it puts them"):
            tail_of(LogSettings(to))
