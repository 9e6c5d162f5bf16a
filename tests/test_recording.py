from __future__ import annotations

from typing import Any

import pytest

from banditware import recording
from banditware.counts import decode
from banditware.model import SHARED
from banditware.recording import drawn_record, pull_record, weighed_beginning
from banditware.snapshot import ExperimentSnapshot, unread
from tests.shoes import shoes
from tests.support import NOON, experiment

WIDTH = 600

START = NOON - NOON % WIDTH


def snapshot(**more: Any) -> ExperimentSnapshot:
    """Return the snapshot of an experiment whose cohorts are ten minutes."""
    return unread(experiment(cohort_width=WIDTH, **more))


def shoe(model: str) -> ExperimentSnapshot:
    """Return the snapshot of a contextual experiment."""
    return shoes({"model": model}).bandit._ground.snapshot.known("button")


def test_equal_pulls_are_the_same_bytes() -> None:
    """A pull is one addition, and those of one cohort share their record."""
    assert decode(pull_record("button@1", "green", 600)).deltas == {"n/green/600": 1}
    assert pull_record("button@1", "green", 600) is pull_record("button@1", "green", 600)
    here = snapshot()
    assert drawn_record(here, "green", START) is drawn_record(here, "green", START + 599.9)


@pytest.mark.parametrize("times", [(0, 599.9, 600, 0), (600, 599.9, 1200, -0.1, 0)])
def test_a_pull_is_of_the_cohort_of_its_time(times: tuple[float, ...]) -> None:
    """Whatever was kept before, and wherever the clock goes."""
    here = snapshot()
    for time in times:
        for arm in ("green", "red"):
            cohort = here.experiment.cohort(START + time)
            expected = pull_record("button@1", arm, cohort, here.shares)
            assert drawn_record(here, arm, START + time) == expected
            beginning = weighed_beginning(here, arm, START + time)
            assert beginning == f"button@1\t\tn/{arm}/{cohort} 1\tX/{arm}/{cohort}/"


def test_what_is_kept_is_a_snapshot_s_own() -> None:
    """The next counts, and the next version, have records of their own."""
    drawn_record(snapshot(), "green", NOON)
    later = snapshot(version="2")
    assert decode(drawn_record(later, "green", NOON)).ledger == "button@2"


@pytest.mark.parametrize(("model", "whose"), [("per-arm", "nike"), ("shared", SHARED)])
def test_a_pull_in_context_begins_with_who_learns_from_it(model: str, whose: str) -> None:
    """Its arm, or all arms if they share a model; the features stand behind it."""
    here = shoe(model)
    beginning = weighed_beginning(here, "nike", NOON)
    assert beginning is weighed_beginning(here, "nike", NOON)
    cohort = here.experiment.cohort(NOON)
    assert beginning == f"button@1\t\tn/nike/{cohort} 1\tX/{whose}/{cohort}/"


def test_arms_that_only_callers_know_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many are kept, whatever actions are named."""
    monkeypatch.setattr(recording, "_KEPT", 3)
    here = shoe("per-arm")
    for number in range(10):
        assert f"n/a{number}/" in weighed_beginning(here, f"a{number}", NOON)
        assert len(here.beginnings) <= 3
