"""Alarms as the doctor tells them."""

from __future__ import annotations

import pytest

from banditware.doctor import alarmed
from banditware.doctor.alarmed import findings
from banditware.doctor.findings import Level
from banditware.stores.memory import MemoryStore
from tests.support import HOUR, configured, stand


def test_without_alarms_that_is_said() -> None:
    """A look that finds nothing is a finding, too."""
    [found] = findings(MemoryStore(), configured().experiments, lambda: 0.0)
    assert (found.level, found.check) == (Level.FINE, "alarms")


def test_an_alarm_is_a_warning(calm: None) -> None:
    """Each alarm is a finding with why it matters and what to do."""
    store = MemoryStore()
    there = stand(store=store)
    for _ in range(26):
        for _ in range(15):
            there.bandit.decide("button")
        there.bandit.flush()
        there.watch.now += HOUR
    there.watch.now += 2 * HOUR
    [found] = findings(store, configured().experiments, there.watch)
    assert (found.level, found.check) == (Level.WARNING, "alarm no_pulls button")
    assert found.why
    assert found.mend


@pytest.mark.parametrize("kind", ["clock", "mismatch", "no_pulls", "no_rewards", "excluded"])
def test_every_kind_that_a_doctor_can_see_has_a_reason(kind: str) -> None:
    """No alarm is told without why it matters."""
    assert alarmed._WHY[kind]
