from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.backups import OLDER, SUFFIX, Backups, Head, Kept
from banditware.framing import frame
from banditware.stores import Backup, Mark
from tests.recording import LEDGER

FIRST = Backup(LEDGER, Mark("o", 1, 10, "trail"), {"n/x/0": 2**60 + 1, "s/x/0/g": 0.1}, {"p": 7})
SECOND = Backup(LEDGER, Mark("o", 2, 11, "trail"), {"n/x/0": 5}, {"p": 9})
THIRD = Backup(LEDGER, Mark("o", 3, 12, "trail"), {"n/x/0": 6}, {"p": 11})


@pytest.fixture
def files(tmp_path: Path) -> Backups:
    return Backups(tmp_path)


def newest(files: Backups) -> Path:
    return files.folder / f"{LEDGER}{SUFFIX}"


def test_nothing_is_kept_at_first(files: Backups) -> None:
    """Without files there is neither a backup nor a position."""
    assert (files.kept(LEDGER), files.load(LEDGER)) == (None, None)
    assert files.positions(LEDGER) == {}


def test_two_backups_are_kept(files: Backups) -> None:
    """The newest is loaded; the one before tells positions, and goes when a third one comes."""
    files.write(FIRST, 5.0)
    assert files.kept(LEDGER) == Kept(Head(FIRST.mark, 5.0, 1), None)
    assert (files.load(LEDGER), files.positions(LEDGER)) == (FIRST, {})
    files.write(SECOND, 6.0)
    assert files.kept(LEDGER) == Kept(Head(SECOND.mark, 6.0, 1), Head(FIRST.mark, 5.0, 1))
    assert (files.load(LEDGER), files.positions(LEDGER)) == (SECOND, {"p": 7})
    files.write(THIRD, 7.0)
    assert files.kept(LEDGER) == Kept(Head(THIRD.mark, 7.0, 1), Head(SECOND.mark, 6.0, 1))
    assert sorted(path.name for path in files.folder.iterdir()) == [
        f"{LEDGER}{SUFFIX}",
        f"{LEDGER}{OLDER}",
    ]


def test_files_are_private(files: Backups) -> None:
    """Counts are the business of their user alone."""
    files.write(FIRST, 5.0)
    assert stat.S_IMODE(newest(files).stat().st_mode) == 0o600


def test_ledgers_have_files_of_their_own(files: Backups) -> None:
    """A backup of one ledger is none of another."""
    files.write(FIRST, 5.0)
    files.write(SECOND._replace(ledger="b@1"), 6.0)
    assert files.load(LEDGER) == FIRST
    assert files.load("b@1") == SECOND._replace(ledger="b@1")


def test_dropping(files: Backups) -> None:
    """Without the newest the older one is both; without either there is none."""
    files.write(FIRST, 5.0)
    files.write(SECOND, 6.0)
    files.drop(LEDGER, older=False)
    head = Head(FIRST.mark, 5.0, 1)
    assert files.kept(LEDGER) == Kept(head, head)
    assert (files.load(LEDGER), files.positions(LEDGER)) == (FIRST, {"p": 7})
    files.write(THIRD, 7.0)
    assert files.kept(LEDGER) == Kept(Head(THIRD.mark, 7.0, 1), head)
    files.drop(LEDGER, older=True)
    assert files.kept(LEDGER) is None


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def head_of_another_schema(path: Path) -> bytes:
    line = json.loads(lines(path)[0][9:]) | {"schema": 2}
    return frame(json.dumps(line).encode())[1:] + lines(path)[1]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: b"",
        lambda path: b"\0" * 100,
        lambda path: path.read_bytes().replace(b'"time"', b'"tine"'),
        head_of_another_schema,
    ],
    ids=["empty", "zeros", "changed", "newer"],
)
def test_what_cannot_be_read_is_no_backup(files: Backups, damage: st.SearchStrategy[bytes]) -> None:
    """A file that a power loss tore, or a newer banditware wrote, is replaced by the next one."""
    files.write(FIRST, 5.0)
    files.write(SECOND, 6.0)
    newest(files).write_bytes(damage(newest(files)))  # type: ignore[operator]  # a function
    head = Head(FIRST.mark, 5.0, 1)
    assert files.kept(LEDGER) == Kept(head, head)
    assert files.load(LEDGER) == FIRST
    files.write(THIRD, 7.0)
    assert files.kept(LEDGER) == Kept(Head(THIRD.mark, 7.0, 1), head)


def test_a_damaged_body_is_no_backup(files: Backups) -> None:
    """A file whose first line is whole and whose second is not gives way to the older one."""
    files.write(FIRST, 5.0)
    files.write(SECOND, 6.0)
    newest(files).write_bytes(newest(files).read_bytes()[:-5])
    assert files.load(LEDGER) == FIRST
    older = files.folder / f"{LEDGER}{OLDER}"
    older.write_bytes(older.read_bytes()[:-5])
    assert (files.load(LEDGER), files.positions(LEDGER)) == (None, {})


@given(
    st.dictionaries(st.text(), st.integers(-(2**80), 2**80) | st.floats(allow_nan=False)),
    st.dictionaries(st.text(), st.integers(0, 2**53)),
)
def test_numbers_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, float], positions: dict[str, int]
) -> None:
    """Whole numbers of any size and all digits of others are kept."""
    files = Backups(tmp_path_factory.mktemp("backups"))
    backup = Backup(LEDGER, Mark("o", 1, 1, "trail"), fields, positions)
    files.write(backup, 5.0)
    assert files.load(LEDGER) == backup
