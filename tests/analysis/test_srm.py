"""The sample-ratio test: silent where everything is recorded, loud where an arm loses records."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from banditware.analysis.srm import _WEIGHTS, mismatch
from banditware.drawing import THETAS, Drawn, terms


def recorded(draw: random.Random, pulls: int, lost: float = 0.0) -> dict[str, Drawn]:
    """Return the sums of pulls with changing shares, of which arm `a` loses some."""
    sums = {arm: [0.0] * (3 + len(THETAS)) for arm in "ab"}
    for turn in range(pulls):
        share = 0.5 + 0.4 * math.sin(turn / 500)
        arm = "a" if draw.random() < share else "b"
        if arm == "a" and draw.random() < lost:
            continue
        sums[arm][0] += 1
        for name, probability in (("a", share), ("b", 1 - share)):
            _add(sums[name], probability)
    return {arm: Drawn(row[0], row[1], row[2], tuple(row[3:])) for arm, row in sums.items()}


def _add(row: list[float], probability: float) -> None:
    expected, variance, logs = terms(probability)
    added: Sequence[float] = (0.0, expected, variance, *logs)
    row[:] = [so_far + more for so_far, more in zip(row, added, strict=True)]


def test_nothing_was_recorded() -> None:
    """Without records there is nothing to compare."""
    found = mismatch({})
    assert found == (0.0, 0.0, False, {}, {}, "")
    assert mismatch({"a": Drawn()}).z == {"a": 0.0}


def test_what_is_recorded_whole_is_no_mismatch() -> None:
    """Shares that change are not taken for a mismatch."""
    found = mismatch(recorded(random.Random(1), 20_000))
    assert not found.alarm
    assert found.log_e < math.log(20)
    assert max(map(abs, found.z.values())) < 3.5
    assert found.pulls == 20_000


def test_a_fifth_of_an_arms_records_is_missed() -> None:
    """A lost fifth is found, and the arm is named."""
    found = mismatch(recorded(random.Random(1), 20_000, lost=0.2))
    assert found.alarm
    assert found.arm in {"a", "b"}
    assert found.z["a"] < -5
    assert found.expected["a"] > 8_000


def test_all_that_is_bet_is_one() -> None:
    """The weights are a whole, so that the bound on false alarms holds."""
    assert math.fsum(_WEIGHTS) == pytest.approx(1.0)
    assert len(_WEIGHTS) == len(THETAS)


def test_the_mean_of_the_e_value_is_one() -> None:
    """Over many short experiments the e-value is 1 on average at most."""
    draw = random.Random(4)
    values = [math.exp(mismatch(recorded(draw, 20)).log_e) for _ in range(2_000)]
    mean = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values)) / len(values)
    assert mean == pytest.approx(1.0, abs=4 * spread)
