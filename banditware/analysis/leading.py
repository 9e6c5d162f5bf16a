"""Which arm leads, what deciding for it is worth, and whether that is proven."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from banditware.analysis import loss
from banditware.analysis.contrasts import evidence
from banditware.analysis.ranges import Range
from banditware.model import Statistics
from banditware.policies import best
from banditware.policies.moments import means, pooled_variance
from banditware.policies.thompson import posteriors
from banditware.policies.thompson_normal import posteriors as normal_posteriors
from banditware.policies.vectors import Vector, winners

#: A lead that is more probable than this is called clear; a word, not a test.
_CLEAR = 0.95


def leading(
    rows: Mapping[str, dict[str, Any]], seen: Statistics, known: Range | str, alpha: float
) -> dict[str, Any]:
    """Return `leader`, `proven` and `why`, and write `p_best` and `expected_loss` into the rows.

    Args:
        rows: what is known of every arm, by name.
        seen: what the arms earned; its `successes` are in the range.
        known: the range of what a pull earns, or why it is not known.
        alpha: the chance that `proven` is ever wrong.
    """
    nobody = {"leader": None, "proven": False}
    if len(seen.arms) < 2:
        return {**nobody, "why": "No leader: there are no two arms to compare."}
    if not any(seen.pulls):
        return {**nobody, "why": "No leader: nothing was counted yet."}
    shares, losses = _betas(seen, known) if isinstance(known, Range) else _normals(seen)
    for name, share, lost in zip(seen.arms, shares, losses, strict=True):
        rows[name].update(p_best=share, expected_loss=lost)
    if math.isclose(max(shares), min(shares), abs_tol=1e-9):
        return {**nobody, "why": "No leader: the arms have earned alike."}
    leader = seen.arms[shares.index(max(shares))]
    log_e = _least_evidence(leader, seen) if isinstance(known, Range) else -math.inf
    # Whichever other arm is the best in truth, each of them could wrongly be said to beat it.
    proven = log_e >= math.log((len(seen.arms) - 1) / alpha)
    return {"leader": leader, "proven": proven, "why": _why(leader, rows[leader], proven, alpha)}


def _betas(seen: Statistics, known: Range) -> tuple[Vector, Vector]:
    """Return how probably each arm is the best one, and its expected loss."""
    found = posteriors(seen)
    lost = loss.of_betas(found)
    return best.of_betas(found), tuple(each * (known.high - known.low) for each in lost)


def _normals(seen: Statistics) -> tuple[Vector, Vector]:
    """Return the same for rewards of any size."""
    deviation = math.sqrt(pooled_variance(seen))
    if not deviation:
        earned = means(seen)
        return winners(earned), tuple(max(earned) - each for each in earned)
    found = normal_posteriors(seen, deviation)
    return best.of_normals(found), tuple(each * deviation for each in loss.of_normals(found))


def _least_evidence(leader: str, seen: Statistics) -> float:
    """Return the log e-value of the leader against the arm that it beats least clearly."""
    earned = dict(zip(seen.arms, zip(seen.pulls, seen.successes, strict=True), strict=True))
    return min(evidence(earned[leader], earned[name]) for name in seen.arms if name != leader)


def _why(leader: str, row: Mapping[str, Any], proven: bool, alpha: float) -> str:  # noqa: FBT001
    share, lost = row["p_best"], row["expected_loss"]
    if proven:
        return (
            f"{leader} is better than every other arm; the chance that this is ever said of an arm "
            f"of which it is not true is at most {alpha:.3g}."
        )
    clear = "leads clearly" if share > _CLEAR else "leads"
    return (
        f"{leader} {clear}: it is the best with probability {share:.3g}, and deciding for it now "
        f"would lose {lost:.2g} per pull on average; that is no proof."
    )
