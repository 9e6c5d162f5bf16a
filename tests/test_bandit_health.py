"""`Bandit.health()`: how counting goes, asked without touching the store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from banditware import Bandit
from banditware.errors import StoreError
from banditware.stores import open_store
from tests.recording import Faulty
from tests.support import NOON, Watch, configured, stand

pytestmark = pytest.mark.usefixtures("calm")


def test_a_bandit_that_is_well() -> None:
    """Health names the process and the store, and says how old the counts are."""
    here = stand()
    here.watch.now += 3.0
    health = here.bandit.health()
    assert (health.pid, health.store, health.reachable) == (os.getpid(), "memory://", True)
    assert (health.last_flush, health.counts_age) == (NOON, 3.0)
    assert (health.flush_errors, health.last_error, health.faults, health.dropped) == (0, "", 0, 0)


def test_a_store_that_goes_away(tmp_path: Path) -> None:
    """A failure is told with its time and reason, and what waits in the spool with its size."""
    store, watch = Faulty(open_store("sqlite:///x.db", tmp_path)), Watch()
    bandit = Bandit(configured(), store=store, clock=watch)
    bandit.decide("button")
    assert store.before is None
    store.before = store.fail
    watch.now += 5.0
    with pytest.raises(StoreError):
        bandit.flush()
    health = bandit.health()
    assert (health.reachable, health.failures, health.flush_errors) == (False, 1, 1)
    assert (health.last_failure, health.counts_age) == (NOON + 5.0, 5.0)
    assert "lost" in health.last_error
    assert health.backlog_bytes > 0
    bandit.flush()
    assert (bandit.health().reachable, bandit.health().backlog_bytes) == (True, 0)
    bandit.close()


def test_hidden_faults_are_told() -> None:
    """Exceptions that the app never saw are counted."""
    here = stand()
    here.bandit.finish(here.bandit.begin(object()), "none", ())  # type: ignore[arg-type]  # a fault
    assert here.bandit.health().faults == 2


def test_asking_costs_no_exchange(tmp_path: Path) -> None:
    """A health endpoint that is asked all day does not touch the store."""
    bandit = Bandit(configured(store=f"sqlite:///{tmp_path}/x.db"))
    (tmp_path / "x.db").unlink()
    assert bandit.health().reachable
    assert not (tmp_path / "x.db").exists()
