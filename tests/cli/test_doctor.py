from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.cli import doctor as module
from banditware.errors import StoreError
from banditware.outbox import Outbox
from banditware.stores.sqlite import SQLiteStore
from tests import redis_servers
from tests.cli import commands
from tests.recording import kill, pull
from tests.redis_servers import ServerProcess

KEY = "pS3n_XkW0mT4vQ8zR1bY6cJ9dL2fH5gK7aE0iU3oN1s"

CONFIG = """
secret_keys: [%s]
store: "%s"
refresh: 1h
experiments:
  button: {arms: [green, red]}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path, "sqlite:///counts.db")


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    process = ServerProcess(redis_servers.NAMES[0], "--appendonly", "yes")
    yield process
    process.stop()


def configured(folder: Path, store: str, key: str = KEY) -> Path:
    path = folder / "banditware.yaml"
    path.write_text(CONFIG % (key, store))
    return path


run = partial(commands.run, "doctor")


def findings(config: Path) -> dict[str, dict[str, Any]]:
    result = run(config, "--json")
    assert result.exit_code in (0, 1), result.output
    found = json.loads(result.stdout)
    assert found["problems"] == []
    return {each["check"]: each for each in found["findings"]}


def matters(config: Path, *levels: str) -> set[str]:
    """Return the checks with these levels; those of the machine's disk are its own affair."""
    machine = {"file system", "free disk", "server software"}
    found = findings(config)
    return {check for check, each in found.items() if each["level"] in levels} - machine


def test_an_app_that_is_well(config: Path) -> None:
    """An app that has counted has nothing but fine findings."""
    with Bandit.from_config(config) as bandit:
        bandit.decide("button")
        bandit.flush()
        assert matters(config, "note", "warning", "danger") == set()
        assert "answers and can be written" in findings(config)["store"]["what"]


def test_an_app_that_never_ran(config: Path, tmp_path: Path) -> None:
    """What is not there yet is good to know, and looking does not make it."""
    assert matters(config, "note", "warning", "danger") == {"database"}
    assert list(tmp_path.iterdir()) == [config]


def test_records_that_nobody_carries(config: Path, tmp_path: Path) -> None:
    """What a process left behind is counted, and stays where it is."""
    with Bandit.from_config(config):
        pass
    left = Outbox(tmp_path / "counts.db.spool")
    left.spool.append(pull(ledger="button@1"))
    kill(left)
    assert "1 records wait in 1 spools" in findings(config)["backlog"]["what"]
    assert len(list((tmp_path / "counts.db.spool").glob("*.spool"))) == 1


def test_a_server(server: ServerProcess, tmp_path: Path) -> None:
    """A server's settings are examined: one that throws counts away exits with 1."""
    config = configured(tmp_path, server.url(prefix="doctor", timeout=10))
    assert matters(config, "note", "warning", "danger") == {"experiment button"}
    with server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        result = run(config)
        client.config_set("maxmemory-policy", "noeviction")
    assert result.exit_code == 1
    first, why, mend = result.stdout.splitlines()[:3]
    assert first == "danger: eviction: maxmemory-policy is allkeys-lru"
    assert why.startswith("  why: the server throws keys away")
    assert mend.startswith("  mend: CONFIG SET maxmemory-policy noeviction")


def test_a_server_that_is_away(tmp_path: Path) -> None:
    """A store that cannot be reached is a danger; the rest is still examined."""
    config = configured(tmp_path, "unix:///nowhere/s")
    assert run(config).exit_code == 1
    assert matters(config, "danger") == {"store"}
    Outbox(next(tmp_path.glob("*.spool"), tmp_path / "x")).open()
    assert "secret key 1" in findings(config)


def test_a_backlog_of_a_store_that_is_away(tmp_path: Path) -> None:
    """Where the store does not say how far it has got, nobody knows what waits."""
    config = configured(tmp_path, "unix:///nowhere/s?spool=here")
    outbox = Outbox(tmp_path / "here")
    outbox.spool.append(pull())
    assert matters(config, "note") == {"backlog"}


def test_a_store_that_goes_away_meanwhile(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that dies while it is examined is a finding; the rest is still examined."""
    with Bandit.from_config(config):
        pass

    def fail(store: SQLiteStore) -> Any:
        raise StoreError(store.url, "is away")

    monkeypatch.setattr(SQLiteStore, "ledgers", fail)
    assert matters(config, "danger") == {"store"}
    assert "secret key 1" in findings(config)


def test_a_database_that_was_deleted_under_its_spools(config: Path, tmp_path: Path) -> None:
    """Looking at spools does not make the database that they wait for."""
    outbox = Outbox(tmp_path / "counts.db.spool")
    outbox.spool.append(pull(ledger="button@1"))
    assert matters(config, "note") == {"database", "backlog"}
    assert not (tmp_path / "counts.db").exists()


def test_counts_in_memory(tmp_path: Path) -> None:
    """Counts in memory are a warning, and nothing of a store is examined."""
    config = configured(tmp_path, "memory://")
    assert matters(config, "warning") == {"store"}
    assert "backlog" not in findings(config)


def test_a_store_whose_package_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be opened at all is a finding with its mend."""
    monkeypatch.setitem(__import__("sys").modules, "banditware.stores.redis", None)
    config = configured(tmp_path, "redis://nowhere")
    assert 'pip install "banditware[redis]"' in findings(config)["store"]["what"]


def test_a_weak_key(tmp_path: Path) -> None:
    """A key from an example exits with 1, and is shown nowhere."""
    config = configured(tmp_path, "sqlite:///counts.db", "any-long-secret")
    result = run(config)
    assert result.exit_code == 1
    assert "danger: secret key 1: this key stands in examples" in result.stdout
    assert "any-long-secret" not in result.output


def test_mistakes(config: Path) -> None:
    """A wrong configuration exits with 2 and every mistake with its place."""
    config.write_text("secret_keys: []\nexperiments: {button: {arm: [a]}}\n")
    result = run(config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{config}:1:14: secret_keys:" in result.stderr
    result = run(config, "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert found["findings"] == []
    assert len(found["problems"]) > 1


def test_a_person_sees_every_check(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal all checks are a table, and what is the matter follows."""
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    result = run(config)
    assert result.stdout.startswith("banditware doctor")
    assert "secret key 1" in result.stdout
    assert "note: database: there is no" in result.stdout


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop.example/", "https:///", ""])
def test_what_is_no_url(config: Path, url: str) -> None:
    """Something else than the URL of a page is refused as a mistake of the call."""
    result = run(config, "--url", url)
    assert result.exit_code == 2
    assert "must start with https:// or http:// and a host" in result.stderr


def test_a_site(config: Path) -> None:
    """With a URL the site is looked at, and nothing of this host."""
    result = run(config, "--url", "http://127.0.0.1:9/", "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["check"], found["level"]) == ("site", "danger")
    assert found["what"].startswith("http://127.0.0.1:9/ cannot be reached: ")
