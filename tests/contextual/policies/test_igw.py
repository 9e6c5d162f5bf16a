"""Inverse gap weighting."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.contextual.evidence import Evidence
from banditware.contextual.policies.igw import InverseGapWeighting


def eppo(scores: list[float], gamma: float, floor: float) -> list[float]:
    """Return the weights of Eppo's bandits, as their SDKs document them."""
    best = max(range(len(scores)), key=scores.__getitem__)
    weights = [
        max(floor / len(scores), 1.0 / (len(scores) + gamma * (scores[best] - score)))
        for score in scores
    ]
    weights[best] = 0.0
    weights[best] = max(0.0, 1.0 - sum(weights))
    return weights


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=8, unique=True),
    st.floats(1e-3, 1e3),
    st.floats(0, 1),
)
def test_equal_to_eppo(scores: list[float], gamma: float, floor: float) -> None:
    """With a fixed gamma, the weights are those of Eppo's bandits."""
    weigh = InverseGapWeighting(gamma, "fixed", floor).weigher(Evidence(100.0, 0.5, 3))
    top = sorted(scores)[-2:]
    if len(top) == 1 or top[1] - top[0] > 1e-9:
        assert list(weigh(scores, ())) == pytest.approx(eppo(scores, gamma, floor), abs=1e-12)


def test_eppo_cases() -> None:
    """Known weights: two scores a tenth apart, and scores of 87, 1 and 15 with gamma 1."""
    known = Evidence(100.0, 0.5, 3)
    fixed = InverseGapWeighting(10.0, "fixed", 0.0).weigher(known)
    assert list(fixed([1.0, 0.9], ())) == pytest.approx([1 - 1 / 3, 1 / 3])
    other = InverseGapWeighting(1.0, "fixed", 0.1).weigher(known)
    assert list(other([87.0, 1.0, 15.0], ())) == pytest.approx([1 - 0.2 / 3, 0.1 / 3, 0.1 / 3])


def test_the_schedule() -> None:
    """Gamma grows with the root of the pulls, in deviations of a reward."""
    weigh = InverseGapWeighting(20.0, floor=0.0).weigher(Evidence(400.0, 0.5, 3))
    assert list(weigh([0.5, 0.4], ()))[1] == pytest.approx(
        1 / (2 + 20 * math.sqrt(400) / 0.5 * 0.1)
    )


def test_ties_share_the_rest() -> None:
    """Actions that tie for the best get the same, also if rounding tells them apart."""
    weigh = InverseGapWeighting(1.0, "fixed", 0.0).weigher(Evidence(100.0, 0.5, 3))
    assert list(weigh([5.0, 5.0 + 1e-13, 1.0], ())) == pytest.approx([3 / 7, 3 / 7, 1 / 7])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gamma": 0.0}, "gamma must be a finite number above 0"),
        ({"floor": 1.5}, "floor must be between 0 and 1"),
        ({"schedule": "cubic"}, "schedule must be root or fixed, not 'cubic'"),
    ],
)
def test_bad_parameters(parameters: dict[str, float], message: str) -> None:
    """Each is refused with its name and the mend."""
    with pytest.raises(ValueError, match=message):
        InverseGapWeighting(**parameters)  # type: ignore[arg-type]  # one is text
