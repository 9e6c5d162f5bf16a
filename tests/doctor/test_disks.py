from __future__ import annotations

from pathlib import Path

import pytest

from banditware.backlog import Backlog
from banditware.doctor.disks import DISK_RULES, SPOOL_RULES, filesystem, gather, spool_facts
from banditware.doctor.findings import Facts, Finding, Level, judged

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw - nfs4 server:/srv rw
31 30 8:2 / /srv/local\\040disk rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt rw - tmpfs tmpfs rw
33 22 0:42 / /mnt rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/counts.db", "ext4"),
        ("/srv/counts.db", "nfs4"),
        ("/srv", "nfs4"),
        ("/srvice", "ext4"),
        ("/srv/local disk/counts.db", "xfs"),
        ("/mnt/counts.db", "cifs"),
    ],
)
def test_the_nearest_mount_counts(path: str, kind: str) -> None:
    """A path is on what is mounted nearest above it, and last."""
    assert filesystem(Path(path), MOUNTS) == kind


def found(facts: Facts, check: str) -> Finding:
    rules = (*DISK_RULES, *SPOOL_RULES)
    return next(finding for finding in judged(rules, facts) if finding.check == check)


def test_where_this_is(tmp_path: Path) -> None:
    """What is mounted here is looked up, also for a path that is not there yet."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    facts = gather(tmp_path / "a" / "b", mounts)
    assert facts.known["filesystem"] == "ext4"
    assert facts.known["free"] > 0
    assert found(facts, "file system").level is Level.FINE
    mounts.write_text("")
    assert "does not say" in found(gather(tmp_path, mounts), "file system").what
    assert "No such file" in found(gather(tmp_path, tmp_path / "none"), "file system").what


@pytest.mark.parametrize(
    ("kind", "level"),
    [("nfs4", Level.DANGER), ("overlay", Level.WARNING), ("btrfs", Level.FINE)],
)
def test_file_systems(kind: str, level: Level) -> None:
    """Network file systems are dangerous, those of containers end with them."""
    facts = Facts({"path": "/x", "filesystem": kind, "free": 1 << 40})
    assert found(facts, "file system").level is level


@pytest.mark.parametrize(
    ("free", "level"),
    [(1 << 20, Level.DANGER), (1 << 28, Level.WARNING), (1 << 33, Level.FINE)],
)
def test_free_disk(free: int, level: Level) -> None:
    """A disk without room loses records."""
    facts = Facts({"path": "/x", "filesystem": "ext4", "free": free})
    assert found(facts, "free disk").level is level


def test_a_folder_that_can_be_used(tmp_path: Path) -> None:
    """A folder is tried, and left as it was; one that is not there yet is not made."""
    assert found(spool_facts(tmp_path, Backlog(), 0.0), "spool").level is Level.FINE
    assert list(tmp_path.iterdir()) == []
    missing = tmp_path / "later"
    assert found(spool_facts(missing, Backlog(), 0.0), "spool").level is Level.FINE
    assert not missing.exists()


def test_a_folder_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in its place and a parent that may not be written are found."""
    (tmp_path / "file").write_text("")
    finding = found(spool_facts(tmp_path / "file", None, 0.0), "spool")
    assert finding.level is Level.DANGER
    monkeypatch.setattr("os.access", lambda *_: False)
    finding = found(spool_facts(tmp_path / "later", None, 0.0), "spool")
    assert f"{tmp_path} cannot be written" in finding.what


def test_records_that_wait(tmp_path: Path) -> None:
    """What waits for longer than a minute is a warning, and what cannot be read, too."""
    waiting = Backlog(spools=2, records=1234, size=99, oldest=1000.0)
    late = found(spool_facts(tmp_path, waiting, 1061.0), "backlog")
    assert late.level is Level.WARNING
    assert "1,234 records (99 bytes) wait in 2 spools, the oldest for 61 seconds" in late.what
    assert found(spool_facts(tmp_path, waiting, 1059.0), "backlog").level is Level.FINE
    assert found(spool_facts(tmp_path, Backlog(), 1e9), "backlog").level is Level.FINE
    unread = spool_facts(tmp_path, Backlog(unreadable=3), 0.0)
    assert found(unread, "backlog").level is Level.WARNING
    unknown = found(spool_facts(tmp_path, None, 0.0), "backlog")
    assert unknown.level is Level.NOTE
