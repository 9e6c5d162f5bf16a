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

#: Who a device was, in an event that tells to whom it belongs.
_DEVICE = re.compile(rb'"kind":"identity".*("subject":"[^"]+")')

_DECISION = re.compile(rb'"decision_id":"([^"]+)"')

#: The permissions of a file that was written anew: see `banditware.log.sinks.file`.
_MODE = 0o640


class Erased(NamedTuple):
    """What was found of some subjects.

    Attributes:
        events: events that were erased.
        decisions: ids of the decisions they told of.
        devices: texts like those that were wanted, of devices that were found to be the subjects'.
        elsewhere: loggers and functions that got events, too, and keep them where we cannot erase.
        unfinished: files that somebody is compressing, which have to be looked at again.
    """

    events: int = 0
    decisions: frozenset[str] = frozenset()
    devices: frozenset[bytes] = frozenset()
    elsewhere: tuple[str, ...] = ()
    unfinished: tuple[Path, ...] = ()

    def __add__(self, other: Any) -> Erased:
        """Return both together."""
        events, decisions, devices, elsewhere, unfinished = other
        return Erased(
            self.events + events,
            self.decisions | decisions,
            self.devices | devices,
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
    fields = ("subject", "known")
    texts = [json.dumps(each) for each in sorted(map(str, shown))]
    return tuple(f'"{field}":{each}'.encode() for field in fields for each in texts)


def erase(places: Sequence[LogSettings], wanted: Sequence[bytes]) -> Erased:
    """Erase the events that hold one of these texts, and those of the devices that they name.

    Args:
        places: where the decision log goes.
        wanted: see `needles`.

    Raises:
        OSError: a file cannot be read or written.
        StoreError: a server cannot be reached.
    """
    found = _erase(places, wanted)
    # Before somebody was known, each of their devices was a subject of its own.
    more = found.devices.difference(wanted)
    if not more:
        return found
    again = _erase(places, sorted(more))
    return found + again._replace(elsewhere=(), unfinished=())


def _erase(places: Sequence[LogSettings], wanted: Sequence[bytes]) -> Erased:
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
    devices = (_DEVICE.search(line) for line in lines)
    return Erased(
        len(lines),
        frozenset(match[1].decode() for match in ids if match),
        frozenset(match[1] for match in devices if match),
    )


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
