from __future__ import annotations

from banditware.doctor.findings import judged
from banditware.doctor.ledgers import RULES, gather
from tests.support import experiment


def told(*ledgers: str) -> dict[str, str]:
    found = [
        finding
        for facts in gather(
            [experiment(name="button"), experiment(name="but", version="2")], ledgers
        )
        for finding in judged(RULES, facts)
    ]
    return {each.check: f"{each.level.value}: {each.what}" for each in found}


def test_experiments_with_counts() -> None:
    """What has counts is fine."""
    found = told("button@1", "but@2", "but@1")
    assert {text.partition(":")[0] for text in found.values()} == {"fine"}


def test_experiments_without_counts() -> None:
    """A ledger that is not there, and a version that begins anew, are good to know."""
    found = told("but@1", "but@old")
    assert found["experiment button"] == "note: nothing was counted yet"
    assert found["experiment but"].startswith(
        "note: version 2 has no counts yet, and there are some of version 1, old"
    )


def test_counts_nobody_asks_for() -> None:
    """Counts of experiments that are not configured are named once each."""
    found = told("button@1", "but@2", "gone@1", "gone@2", "away@1", "*alarms", "but@2:guard")
    assert found["other experiments"].startswith("note: the store has counts of away, gone,")
