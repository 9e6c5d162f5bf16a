"""Erases subjects from the decision log, while others write to it."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from banditware.events.describing import Shown, key_of, shown_subject
from banditware.log.settings import LogSettings, ToFile, ToLogger, ToStream
from banditware.log.sinks.rotation import files_of

_DECISION = re.compile(rb'"decision_id":"([^"]+)"')

#: The permissions of a file that was written anew: see `banditware.log.sinks.file`.
_MODE = 0o640


class Erased(NamedTuple):
    """What was found of some subjects.

    Attributes:
        events: events that were erased.
        decisions: ids of the decisions they told of.
        elsewhere: loggers and functions that got events, too, and keep them where we cannot erase.
        unfinished: files that somebody is compressing, which have to be looked at again.
    """

    events: int = 0
    decisions: frozenset[str] = frozenset()
    elsewhere: tuple[str, ...] = ()
    unfinished: tuple[Path, ...] = ()

    def __add__(self, other: Any) -> Erased:
        """Return both together."""
        events, decisions, elsewhere, unfinished = other
        return Erased(
            self.events + events,
            self.decisions | decisions,
            self.elsewhere + elsewhere,
            self.unfinished + unfinished,
        )


def needles(subjects: Iterable[str], secrets: Iterable[str]) -> tuple[bytes, ...]:
    """Return what stands in the lines of some subjects, however they are shown.

    Args:
        subjects: ids of the subjects.
        secrets: secrets of which one is or was the oldest, with which subjects are hashed.
    """
    keyed = [Shown(key=key_of(secret)) for secret in secrets]
    shown = {
        shown_subject(subject, how) for subject in subjects for how in (Shown("plain"), *keyed)
    }
    return tuple(f'"subject":{json.dumps(each)}'.encode() for each in sorted(map(str, shown)))


def erase(places: Sequence[LogSettings], wanted: Sequence[bytes]) -> Erased:
    """Erase the events that hold one of these texts.

    Args:
        places: where the decision log goes.
        wanted: see `needles`.

    Raises:
        OSError: a file cannot be read or written.
        StoreError: a server cannot be reached.
    """
    found = Erased()
    for place in places:
        if isinstance(place.to, ToFile):
            found += _from_files(place.to.path, wanted)
        elif isinstance(place.to, ToStream):
            from banditware.log.sinks.stream import erase_entries  # noqa: PLC0415 - imports redis

            found += _told(erase_entries(place.to, wanted))
        elif isinstance(place.to, ToLogger):
            found += Erased(elsewhere=(f"the logger {place.to.name!r}",))
        else:
            found += Erased(elsewhere=(f"the function {place.to.function!r}",))
    return found


def _told(lines: Sequence[bytes]) -> Erased:
    ids = (_DECISION.search(line) for line in lines)
    return Erased(len(lines), frozenset(match[1].decode() for match in ids if match))


def _from_files(path: Path, wanted: Sequence[bytes]) -> Erased:
    """Erase from a file and those before it; more of them may come to be meanwhile."""
    found, done = Erased(), set[Path]()
    while new := [each for each in files_of(path) if each not in done]:
        for each in new:
            done.add(each)
            try:
                found += _from_file(each, wanted)
            except FileNotFoundError:  # it was compressed, or one too many
                continue
    parts = tuple(path.parent.glob(f"{path.name}.*.gz.part"))
    return found + Erased(unfinished=parts)


def _from_file(path: Path, wanted: Sequence[bytes]) -> Erased:
    """Put a file without these lines in the place of a file, while nobody writes to it."""
    while True:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
                continue  # it was rotated meanwhile
            opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rb") as lines:
                gone = [line for line in lines if _holds(line, wanted)]
            if gone:
                _replace(path, opened, wanted)
            return _told(gone)


def _replace(path: Path, opened: Callable[..., Any], wanted: Sequence[bytes]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        os.fchmod(handle, _MODE)
        os.close(handle)
        with opened(path, "rb") as lines, opened(name, "wb") as kept:
            _copy(lines, kept, wanted)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _copy(lines: IO[bytes], kept: IO[bytes], wanted: Sequence[bytes]) -> None:
    kept.writelines(line for line in lines if not _holds(line, wanted))


def _holds(line: bytes, wanted: Sequence[bytes]) -> bool:
    return any(each in line for each in wanted)
