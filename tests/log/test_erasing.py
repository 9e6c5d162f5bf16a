"""What is erased from the decision log, and what stays."""

from __future__ import annotations

import fcntl
import json
import threading
from pathlib import Path

import pytest

from banditware.events.describing import Shown, key_of, shown_subject
from banditware.events.writing import Written, written
from banditware.log.erasing import Erased, erase, needles
from banditware.log.settings import LogSettings, ToFile, ToFunction, ToLogger, ToStream
from banditware.log.sinks import opener
from banditware.log.sinks.file import FileSink
from banditware.log.sinks.rotation import compress
from tests.log.support import lines_of, refused, until
from tests.redis_servers import NAMES, shared

SECRETS = ["old secret", "new secret"]
WANTED = needles(["anna"], SECRETS)


def event(subject: str | None, number: int = 0) -> Written:
    """Return an event of a subject."""
    return written({"subject": subject, "decision_id": f"d{number}", "n": number})


def hashed(subject: str, secret: str = SECRETS[0]) -> str:
    """Return how a subject is shown."""
    found = shown_subject(subject, Shown(key=key_of(secret)))
    assert found is not None
    return found


MIXED = [event("anna", 1), event("bert", 2), event(hashed("anna"), 3), event(None, 4)]


def test_who_is_erased_and_who_stays(tmp_path: Path) -> None:
    """Events of the subject go, as it is and as a hash of any key; all others stay in order."""
    path = tmp_path / "log" / "d.jsonl"
    more = [event(hashed("anna", SECRETS[1]), 5), event("annabel", 6), event(hashed("bert"), 7)]
    FileSink(ToFile(path)).write([*MIXED, *more], refused)
    found = erase([LogSettings(ToFile(path))], WANTED)
    assert found == Erased(3, frozenset({"d1", "d3", "d5"}))
    assert [each["n"] for each in lines_of(path)] == [2, 4, 6, 7]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["d.jsonl"]
    before = path.stat()
    assert erase([LogSettings(ToFile(path))], WANTED) == Erased()
    assert path.stat().st_ino == before.st_ino


def test_files_before_are_erased_from_too(tmp_path: Path) -> None:
    """Files that were rotated, and compressed, are read and written in the form they have."""
    path = tmp_path / "d.jsonl"
    for name in ("d.jsonl.1", "d.jsonl.2", "d.jsonl"):
        FileSink(ToFile(tmp_path / name)).write(MIXED, refused)
    compress(tmp_path / "d.jsonl.1")
    FileSink(ToFile(tmp_path / "other.jsonl")).write(MIXED, refused)
    assert erase([LogSettings(ToFile(path))], WANTED).events == 6
    for name in ("d.jsonl.1.gz", "d.jsonl.2", "d.jsonl"):
        assert [each["n"] for each in lines_of(tmp_path / name)] == [2, 4]
    assert len(lines_of(tmp_path / "other.jsonl")) == 4


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    """A log that was never written to has nothing to erase, and gets no file."""
    assert erase([LogSettings(ToFile(tmp_path / "none" / "d.jsonl"))], WANTED) == Erased()
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_is_being_compressed_has_to_be_looked_at_again(tmp_path: Path) -> None:
    """What somebody compresses just now is told, because its events may still come."""
    part = tmp_path / "d.jsonl.1.gz.part"
    part.write_bytes(b"")
    assert erase([LogSettings(ToFile(tmp_path / "d.jsonl"))], WANTED) == Erased(unfinished=(part,))


def test_a_file_that_is_rotated_meanwhile(tmp_path: Path) -> None:
    """Who waits for the lock of a file that gets another name looks for it anew."""
    path = tmp_path / "d.jsonl"
    FileSink(ToFile(path)).write(MIXED, refused)
    found: list[Erased] = []
    thread = threading.Thread(
        target=lambda: found.append(erase([LogSettings(ToFile(path))], WANTED))
    )
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread.start()
        until(lambda: _waits(path))
        path.rename(tmp_path / "d.jsonl.1")
        path.write_bytes(MIXED[0].text.encode() + b"\n")
        fcntl.flock(held, fcntl.LOCK_UN)
    thread.join()
    assert found[0].events == 3
    assert [each["n"] for each in lines_of(tmp_path / "d.jsonl.1")] == [2, 4]
    assert path.read_bytes() == b""


def _waits(path: Path) -> bool:
    """Return True if somebody waits for the lock of a file."""
    inode = str(path.stat().st_ino)
    locks = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f":{inode} " in line for line in locks)


def test_a_failure_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk the file stays whole, and nothing lies beside it."""
    path = tmp_path / "d.jsonl"
    FileSink(ToFile(path)).write(MIXED, refused)

    def full(*given: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("banditware.log.erasing._copy", full)
    with pytest.raises(OSError, match="no space"):
        erase([LogSettings(ToFile(path))], WANTED)
    assert len(lines_of(path)) == 4
    assert [each.name for each in tmp_path.iterdir()] == ["d.jsonl"]


def test_what_is_kept_elsewhere_is_told() -> None:
    """Loggers and functions are named: what they keep is out of reach."""
    places = [LogSettings(ToLogger("shop")), LogSettings(ToFunction("shop:seen"))]
    assert erase(places, WANTED).elsewhere == ("the logger 'shop'", "the function 'shop:seen'")


@pytest.mark.parametrize("server", NAMES)
def test_a_stream(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries of the subject go from a stream, however many there are."""
    monkeypatch.setattr("banditware.log.sinks.stream._MANY", 3)
    process = shared(server)
    to = ToStream(process.url(), tmp_path, "shop:forgetting", 100)
    sink = opener(to)()
    sink.write([MIXED[1], *[event("bert", 2)] * 3, *MIXED * 3], refused)
    assert erase([LogSettings(to)], WANTED) == Erased(6, frozenset({"d1", "d3"}))
    with process.client() as client:
        entries = client.xrange("shop:forgetting")
        client.delete("shop:forgetting")
    assert [json.loads(fields[b"event"])["n"] for _, fields in entries] == [2] * 4 + [2, 4] * 3
    sink.close()


def test_a_file_that_goes_away_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file before that was one too many is gone when it is its turn, and that is all right."""
    path = tmp_path / "d.jsonl"
    FileSink(ToFile(path)).write(MIXED, refused)
    found = [tmp_path / "d.jsonl.1", path]
    monkeypatch.setattr("banditware.log.erasing.files_of", lambda each: found)
    assert erase([LogSettings(ToFile(path))], WANTED).events == 2


def test_devices_are_found_by_their_person(tmp_path: Path) -> None:
    """What a device did before its person was known goes, too; places are named once."""
    path = tmp_path / "d.jsonl"
    told = {"kind": "identity", "subject": "phone", "known": "anna", "n": 5}
    FileSink(ToFile(path)).write([event("phone", 1), *MIXED, written(told)], refused)
    places = [LogSettings(ToFile(path)), LogSettings(ToLogger("shop"))]
    found = erase(places, WANTED)
    assert (found.events, found.elsewhere) == (4, ("the logger 'shop'",))
    assert [each["n"] for each in lines_of(path)] == [2, 4]
