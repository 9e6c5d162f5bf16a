"""Names of the files before, and how many of them there are."""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
from pathlib import Path

_PART = ".part"


def next_name(path: Path) -> Path:
    """Return the name under which `path` is kept when a new file is begun."""
    newest = max(_before(path), default=0)
    return path.with_name(f"{path.name}.{newest + 1}")


def files_of(path: Path) -> list[Path]:
    """Return a file and those before it that are there, compressed or not, oldest first."""
    found = _before(path)
    before = [each for number in sorted(found) for each in found[number]]
    there = [*before, *([path] if path.exists() else [])]
    return [each for each in there if not each.name.endswith(_PART)]


def numbered(path: Path) -> dict[int, Path]:
    """Return the files before `path` that can be read, by their numbers."""
    found = {
        number: [each for each in files if each.suffix != _PART]
        for number, files in _before(path).items()
    }
    return {
        number: min(files, key=lambda each: len(each.name))
        for number, files in found.items()
        if files
    }


def prune(path: Path, keep: int) -> None:
    """Remove all but the newest `keep` of the files before."""
    found = _before(path)
    for number in sorted(found)[:-keep]:
        for each in found[number]:
            each.unlink(missing_ok=True)


def compress(path: Path) -> None:
    """Replace a file by a compressed one; if that is interrupted, the file is still there."""
    part = path.with_name(f"{path.name}.gz{_PART}")
    # Another process may have removed it, as one too many.
    with contextlib.suppress(OSError):
        with path.open("rb") as plain, gzip.open(part, "wb", 6) as packed:
            shutil.copyfileobj(plain, packed)
        part.rename(path.with_name(f"{path.name}.gz"))
        path.unlink()


def _before(path: Path) -> dict[int, list[Path]]:
    """Return the files before by their numbers, with what was left of compressing them."""
    if not path.parent.is_dir():
        return {}
    form = re.compile(rf"{re.escape(path.name)}\.([0-9]+)(\.gz({re.escape(_PART)})?)?")
    found: dict[int, list[Path]] = {}
    for each in path.parent.iterdir():
        named = form.fullmatch(each.name)
        if named:
            found.setdefault(int(named[1]), []).append(each)
    return found
