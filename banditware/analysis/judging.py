"""What can be said of one experiment now: arms, a leader, and why, in one sentence.

Pulls are matured pulls, as the policy sees them: as long as rewards are on their way, a pull counts
for the share of rewards that have come by now. Rates, intervals and losses are of those.

| key | |
|---|---|
| `arms` | by arm: `pulls`; `matured` pulls; `rewards` and `reward_sum` of the goal; `rate` |
| | and `mean`, rewards and their sum per matured pull; `deviation` of what a pull earned; |
| | `interval` of `mean`; `propensity`; `p_best`; `expected_loss` per pull |
| `leader` | the arm that is most probably the best one, or None |
| `proven` | True if it is better than every other arm, however often one looked |
| `why` | one sentence on the leader |
| `notes` | sentences on what is missing |
| `alpha` | the chance that an arm's interval ever misses, and that `proven` is ever wrong |
| `holdout` | pulls to interval of the status quo, if there is a holdout |
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from banditware.analysis.intervals import ALPHA, interval
from banditware.analysis.leading import leading
from banditware.analysis.ranges import Range, range_of, successes
from banditware.counts import HOLDOUT, ArmTotals, GoalTotals, totals
from banditware.maturity import statistics
from banditware.model import Statistics
from banditware.snapshot import ExperimentSnapshot

_CONTEXTUAL = (
    "Arms are shown to different subjects, so that their rates do not compare them: compare all of "
    "them together with a holdout, or evaluate the decision log."
)


def judged(snapshot: ExperimentSnapshot, alpha: float = ALPHA) -> dict[str, Any]:
    """Return what can be said of an experiment, as plain, JSON-ready values; see above.

    What is not known, or would mislead, is None.

    Args:
        snapshot: the experiment.
        alpha: the chance that an interval, or `proven`, is ever wrong.
    """
    experiment = snapshot.experiment
    sums = totals(snapshot.fields).arms
    names = sorted({arm.name for arm in experiment.arms} or sums.keys() - {HOLDOUT})
    everybody = statistics(snapshot.fields, [*names, HOLDOUT], reading=snapshot.reading)
    known = range_of(experiment, sums)
    if experiment.context is not None:
        known = _CONTEXTUAL
    seen = successes(experiment, sums, everybody)
    rows = {
        name: _row(sums.get(name, ArmTotals()), experiment.goal, pulls)
        for name, pulls in zip(seen.arms, seen.pulls, strict=True)
    }
    if isinstance(known, Range):
        for name, pulls, unit in zip(seen.arms, seen.pulls, seen.successes, strict=True):
            rows[name]["interval"] = [known.reward(end) for end in interval(pulls, unit, alpha)]
    held = rows.pop(HOLDOUT)
    for name, share in zip(names, snapshot.probabilities or (None,) * len(names), strict=True):
        rows[name] |= {"propensity": share, "p_best": None, "expected_loss": None}
    report = {"arms": rows, **_verdict(snapshot, rows, _without_holdout(seen), known, alpha)}
    report |= {"notes": [known] if isinstance(known, str) else [], "alpha": alpha}
    return {**report, "holdout": held} if HOLDOUT in sums else report


def _verdict(
    snapshot: ExperimentSnapshot,
    rows: Mapping[str, dict[str, Any]],
    seen: Statistics,
    known: Range | str,
    alpha: float,
) -> dict[str, Any]:
    if snapshot.experiment.context is None:
        return leading(rows, seen, known, alpha)
    why = "No leader: which arm is best depends on the context."
    return {"leader": None, "proven": False, "why": why}


def _row(arm: ArmTotals, goal: str, matured: float) -> dict[str, Any]:
    """Return the plain numbers of an arm."""
    own = arm.goals.get(goal, GoalTotals())
    mean = own.reward_sum / matured if matured else None
    squares = own.squares / matured if matured else 0.0
    return {
        "pulls": arm.pulls,
        "matured": matured,
        "rewards": int(own.rewards),
        "reward_sum": float(own.reward_sum),
        "rate": own.rewards / matured if matured else None,
        "mean": mean,
        "deviation": None if mean is None else math.sqrt(max(0.0, squares - mean * mean)),
        "interval": None,
    }


def _without_holdout(seen: Statistics) -> Statistics:
    """Return statistics of the arms alone."""
    kept = [index for index, arm in enumerate(seen.arms) if arm != HOLDOUT]

    def column(numbers: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(numbers[index] for index in kept)

    return Statistics(
        tuple(seen.arms[index] for index in kept),
        column(seen.pulls),
        column(seen.successes),
        column(seen.sums),
        column(seen.squares),
        column(seen.weighted),
        seen.batch,
    )
