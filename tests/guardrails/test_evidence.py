"""E-values of stretches: fair whatever the others' share is, and quick where the arm is worse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.guardrails.evidence import Detector, Stretch, log_evidence


def mean(sizes: tuple[int, int], shares: tuple[float, float], margin: float, theta: float) -> float:
    """Return the mean of the e-value of a stretch, over all that can happen in it."""
    (number, others), (p, q) = sizes, shares
    return math.fsum(
        math.comb(number, k)
        * p**k
        * (1 - p) ** (number - k)
        * math.comb(others, j)
        * q**j
        * (1 - q) ** (others - j)
        * math.exp(log_evidence(Stretch(number, k, others, j), theta, margin))
        for k in range(number + 1)
        for j in range(others + 1)
    )


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.floats(0, 1),
    st.floats(0, 0.2),
    st.floats(0.01, 3),
)
def test_it_is_one_on_average_at_most(
    number: int, others: int, q: float, margin: float, theta: float
) -> None:
    """However bad the others are, an arm within the margin is not suspected on average."""
    p = min(1.0, q + margin)
    assert mean((number, others), (p, q), margin, theta) <= 1 + 1e-9


def test_it_grows_where_the_arm_is_worse() -> None:
    """Five percent against none is far beyond a margin of one, and two percent is not."""
    assert log_evidence(Stretch(1000, 50, 1000, 0), 0.65, 0.01) > 15
    assert log_evidence(Stretch(1000, 10, 1000, 0), 0.65, 0.01) < 0


def test_a_detector_forgets_that_all_was_well() -> None:
    """After a long time without errors it finds an arm as soon as at its beginning."""
    detector = Detector()
    assert detector.log_value == -math.inf
    detector.begin()
    assert detector.log_value == pytest.approx(0.0)
    detector.add(Stretch(1e6, 0, 1e6, 0), 0.01)
    assert detector.log_value < -100
    detector.begin()
    detector.add(Stretch(1000, 50, 1000, 0), 0.01)
    assert detector.log_value > 12
