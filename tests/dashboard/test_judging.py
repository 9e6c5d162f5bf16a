from __future__ import annotations

from typing import Any

import pytest

from banditware.dashboard import judging
from banditware.dashboard.judging import AT_ONCE, FRESH, TALLY_FRESH, Judge
from banditware.snapshot import ExperimentSnapshot, unread, updated
from tests.support import NOON, experiment


def snapshot(name: str, pulls: float = 0.0) -> ExperimentSnapshot:
    """Return an experiment of which green was shown so often."""
    fields = {"n/green/0": pulls} if pulls else {}
    return updated(unread(experiment(name=name)), fields, version=1, now=NOON)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the experiments that were judged, in order."""
    found: list[str] = []

    def judged(given: ExperimentSnapshot) -> dict[str, Any]:
        found.append(given.experiment.name)
        return {"pulls": given.pulls}

    monkeypatch.setattr(judging, "judged", judged)
    return found


def test_the_same_counts_are_judged_once(asked: list[str]) -> None:
    """Counts that stay what they are keep their judgement; others get a new one at once."""
    judge, one = Judge(), snapshot("a", 1)
    assert [judge.verdict(one, NOON + later) for later in (0, 9_999)] == [{"pulls": 1}] * 2
    assert judge.verdict(snapshot("a", 2), NOON) == {"pulls": 2}
    assert asked == ["a", "a"]


def test_of_many_a_few_are_judged_at_once(asked: list[str]) -> None:
    """Whoever looks again sees more judged; old judgements are made anew, the oldest first."""
    judge = Judge()
    names = [f"e{number:02}" for number in range(AT_ONCE + 3)]
    many = [snapshot(name, 1) for name in names]
    assert len(judge.verdicts(many, NOON)) == AT_ONCE
    assert len(judge.verdicts(many, NOON + 1)) == AT_ONCE + 3
    judge.verdicts(many, NOON + 9 * FRESH)
    assert asked == names
    moved = [snapshot(name, 2) for name in names]
    judge.verdicts(moved, NOON + FRESH - 0.5)
    assert asked == names
    judge.verdicts(moved, NOON + FRESH + 2)
    assert asked == names + names[:AT_ONCE]
    found = judge.verdicts(moved, NOON + FRESH + 3)
    assert {each["pulls"] for each in found.values()} == {2}


def test_tallies_hold_for_a_moment() -> None:
    """What the counts say at a glance is looked up anew after a few seconds."""
    judge = Judge()
    assert judge.tally(snapshot("a", 1), NOON).pulls == 1
    assert judge.tally(snapshot("a", 2), NOON + TALLY_FRESH - 1).pulls == 1
    assert judge.tally(snapshot("a", 2), NOON + TALLY_FRESH).pulls == 2
    assert judge.tally(snapshot("a", 3), NOON).pulls == 3
