from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from banditware import Bandit
from banditware.beginning import begin
from banditware.errors import StoreError
from banditware.stores import sqlite
from banditware.stores.memory import MemoryStore
from tests import redis_servers
from tests.proxy import Proxy
from tests.redis_servers import ServerProcess
from tests.support import configured


def test_a_store_that_answers_is_checked_and_read() -> None:
    """Both are done, in this order."""
    done: list[str] = []
    store = MemoryStore()
    store.check = lambda: done.append("check")  # type: ignore[method-assign]  # seen
    begin(store, lambda: done.append("refresh"))
    assert done == ["check", "refresh"]


def test_a_mistake_is_told_at_once() -> None:
    """What waiting does not mend is an error."""

    def refresh() -> None:
        raise StoreError("memory://", "a mistake")

    with pytest.raises(StoreError, match="a mistake"):
        begin(MemoryStore(), refresh)


def test_a_locked_database_keeps_no_worker_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bandit that begins while others have the database decides, and counts later."""
    monkeypatch.setattr(sqlite, "BUSY", 0.01)
    settings = configured(store=f"sqlite:///{tmp_path}/x.db")
    Bandit(settings).close()
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with caplog.at_level(logging.WARNING, logger="banditware"):
            bandit = Bandit(settings)
        assert "the store is away" in caplog.text
        assert bandit.decide("button").propensity == 0.5
        other.execute("ROLLBACK")
    assert sum(arm["pulls"] for arm in bandit.stats("button")["arms"].values()) == 1
    bandit.close()


@pytest.mark.skipif(not redis_servers.NAMES, reason="no server can be installed here")
def test_a_server_that_is_away_keeps_no_worker_from_starting(tmp_path: Path) -> None:
    """A bandit that begins without the server of its counts decides, and counts later."""
    process = ServerProcess(redis_servers.NAMES[0])
    url = process.url(spool=str(tmp_path / "spool"), timeout=10)
    process.kill()
    settings = configured(store=url)
    bandit = Bandit(settings)
    assert bandit.decide("button").propensity == 0.5
    process.start()
    assert sum(arm["pulls"] for arm in bandit.stats("button")["arms"].values()) == 1
    bandit.close()
    process.stop()


@pytest.mark.skipif(not redis_servers.NAMES, reason="no server can be installed here")
def test_a_server_that_refuses_us_is_a_mistake(tmp_path: Path) -> None:
    """A password that is wrong does not become right by waiting."""
    process = redis_servers.shared(redis_servers.NAMES[0])
    with process.client() as client:
        client.acl_setuser("nobody", enabled=True, passwords=["+right"])
    proxy = Proxy(process.socket)
    url = f"redis://nobody:wrong@127.0.0.1:{proxy.port}?timeout=10"
    with pytest.raises(StoreError, match="refuses the user or the password"):
        Bandit(configured(store=f"{url}&spool={tmp_path}/spool"))
    proxy.close()
