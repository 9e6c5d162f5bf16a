"""Softmax with a falling temperature."""

from __future__ import annotations

import math

import pytest

from banditware.policies.annealing_softmax import AnnealingSoftmax
from banditware.policies.softmax import Softmax
from tests.policies import cases


def test_it_starts_hotter_and_cools_faster_than_softmax() -> None:
    """Young arms that differ share more evenly than under `softmax`, old arms less."""
    for pulls, hotter in ((10, True), (30, False)):
        known = cases.coins((pulls, pulls * 0.5), (pulls, pulls * 0.4))
        annealing = AnnealingSoftmax().probabilities(known)
        assert (annealing[0] < Softmax().probabilities(known)[0]) is hotter


def test_the_temperature_is_cooled_by_the_pulls_per_arm() -> None:
    """The ratio of two shares is exp(difference * log(e + t/K) / (3 * standard error))."""
    known = cases.coins((400, 200), (400, 190))
    plain = Softmax(floor=0.0).probabilities(known)
    annealing = AnnealingSoftmax(floor=0.0).probabilities(known)
    colder = math.log(math.e + 400) / 3
    assert annealing[0] / annealing[1] == pytest.approx((plain[0] / plain[1]) ** colder)


@pytest.mark.parametrize("pulls", [1, 100])
def test_compat_has_the_schedule_of_white(pulls: int) -> None:
    """With `compat`, the temperature is 1/log(t + 1e-7), t one more than the pulls."""
    known = cases.coins((pulls, pulls * 0.5), (pulls, pulls * 0.25))
    first, second = AnnealingSoftmax(compat=True, floor=0.0).probabilities(known)
    assert first / second == pytest.approx(math.exp(0.25 * math.log(2 * pulls + 1 + 1e-7)))
