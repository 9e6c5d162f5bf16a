from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from banditware.errors import StoreError
from banditware.stores import open_store
from banditware.stores.memory import MemoryStore
from banditware.stores.sqlite import SQLiteStore


def test_memory_is_opened(tmp_path: Path) -> None:
    """`memory://` is counts of this process."""
    assert isinstance(open_store("memory://", tmp_path), MemoryStore)


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:///a/b.db", "FOLDER/a/b.db"), ("sqlite:////a/b.db", "/a/b.db")]
)
def test_paths_are_relative_to_the_folder(url: str, path: str, tmp_path: Path) -> None:
    """Three slashes are followed by a relative path, four begin an absolute one."""
    store = open_store(url, tmp_path)
    assert isinstance(store, SQLiteStore)
    assert store.path == Path(path.replace("FOLDER", str(tmp_path)))
    assert store.url == url


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://x.db", "write sqlite:///PATH"),
        ("sqlite:///", "write sqlite:///PATH"),
        ("sqlite://", "write sqlite:///PATH"),
        ("sqlite:///:memory:", "memory://"),
        ("memory://x", "write memory://"),
        ("sqlit:///x.db", "did you mean 'sqlite://'"),
        ("counts.db", "there are memory://, sqlite://"),
        ("memory", "did you mean 'memory://'"),
        ("", "there are memory://, sqlite://"),
    ],
)
def test_a_wrong_address_is_refused_with_the_mend(url: str, message: str, tmp_path: Path) -> None:
    """What cannot be an address is refused before anything is opened."""
    with pytest.raises(StoreError, match=message):
        open_store(url, tmp_path)


def test_a_password_in_a_wrong_address_is_not_repeated(tmp_path: Path) -> None:
    """Messages of errors end in logs."""
    with pytest.raises(StoreError) as caught:
        open_store("mysql://me:geheim@host/x", tmp_path)
    assert "geheim" not in str(caught.value)


def test_drivers_are_imported_when_they_are_needed() -> None:
    """Importing the stores imports no driver."""
    code = "import sys, banditware.stores; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_mistaken_server_is_refused_without_its_password(tmp_path: Path) -> None:
    """What is wrong with a server's address is told, and the address is not."""
    with pytest.raises(StoreError, match=r"^redis://: the address has a database") as raised:
        open_store("redis://u:hunter2@h/x", tmp_path)
    assert "hunter2" not in f"{raised.value} {raised.value.url} {raised.value.__cause__}"


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without redis-py an address of a server says what to install."""
    monkeypatch.delitem(sys.modules, "banditware.stores.redis", raising=False)
    monkeypatch.delitem(sys.modules, "banditware.stores.server", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    mend = r'^redis://h:6379/0: it needs another package: pip install "banditware\[redis\]"$'
    with pytest.raises(StoreError, match=mend):
        open_store("redis://:p@h", tmp_path)
