"""What a pull leaves in the spool, kept with the snapshot by arm as long as a cohort lasts.

All pulls of a snapshot, an arm and a cohort leave the same, or begin with the same if they were
decided in context.
"""

from __future__ import annotations

from functools import lru_cache

from banditware.counts import line, pull, pull_features
from banditware.drawing import pull_shares
from banditware.model import SHARED
from banditware.snapshot import ExperimentSnapshot, Kept, Records

#: Callers may bring actions of any names; so many are kept.
_KEPT = 512


def drawn_record(snapshot: ExperimentSnapshot, arm: str, time: float) -> bytes:
    """Return the record of a pull that was drawn from the snapshot at that time."""
    kept = snapshot.records.get(arm)
    if kept is not None and kept[0] <= time < kept[1]:
        return kept[2]
    experiment = snapshot.experiment
    cohort = experiment.cohort(time)
    record = pull_record(experiment.ledger, arm, cohort, snapshot.shares)
    return _keep(snapshot.records, arm, (cohort, cohort + experiment.cohort_width, record))


def weighed_beginning(snapshot: ExperimentSnapshot, arm: str, time: float) -> str:
    """Return the record of a pull in context of that time, up to where its features stand."""
    kept = snapshot.beginnings.get(arm)
    if kept is not None and kept[0] <= time < kept[1]:
        return kept[2]
    experiment = snapshot.experiment
    cohort = experiment.cohort(time)
    features = pull_features(SHARED if experiment.shared else arm, cohort, "").removesuffix(" 1")
    beginning = f"{experiment.ledger}\t\t{pull(arm, cohort)}\t{features}"
    return _keep(snapshot.beginnings, arm, (cohort, cohort + experiment.cohort_width, beginning))


def _keep(records: Records[Kept], arm: str, kept: tuple[float, float, Kept]) -> Kept:
    """Keep what holds from one time up to another, and return it."""
    if len(records) >= _KEPT:
        records.clear()
    records[arm] = kept
    return kept[2]


@lru_cache(4_096)
def pull_record(ledger: str, arm: str, cohort: int, shares: str = "") -> bytes:
    """Return the spool record of a pull; cached, because all pulls of a snapshot are the same.

    `shares` are those of its decision.
    """
    more = (pull_shares(arm, shares),) if shares else ()
    return line(ledger, "", pull(arm, cohort), *more)
