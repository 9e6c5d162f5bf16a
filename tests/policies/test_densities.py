"""Densities, against scipy's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from banditware.policies import densities

CUT = 30.0

betas = pytest.mark.parametrize(
    ("a", "b"),
    [(1.0, 1.0), (0.05, 0.05), (0.5, 30.0), (30.0, 0.5), (9.9, 10.1), (51.0, 950.0), (3e5, 7e6)],
)


@betas
def test_a_beta_has_the_density_of_its_logit(a: float, b: float) -> None:
    """The density in logit space is scipy's log density of the rate times x(1-x)."""
    density = densities.beta((a, b), CUT)
    for step in range(-30, 31):
        point = density.mode + step * density.scale(0.0) / 5.0
        wanted = a * special.log_expit(point) + b * special.log_expit(-point) - special.betaln(a, b)
        (found,) = density.at([point])
        assert found == pytest.approx(math.exp(wanted), rel=2e-8, abs=1e-290)


@betas
def test_a_beta_is_negligible_outside_its_ends(a: float, b: float) -> None:
    """At both ends the log density has fallen by the cut, and by less than one more."""
    density = densities.beta((a, b), CUT)
    peak, low, high = density.at([density.mode, density.low, density.high])
    for end in (low, high):
        assert -CUT - 1.0 - 1e-6 <= math.log(end / peak) <= -CUT + 1e-6


@given(a=st.floats(-1.3, 12), b=st.floats(-1.3, 12))
def test_the_ends_of_a_beta_are_found_for_any_counts(a: float, b: float) -> None:
    """From 0.05 to 1e12, the lower end is where the log density has fallen by the cut."""
    first, second = 10.0**a, 10.0**b
    reach = densities._reach(first, second, CUT)
    p = first / (first + second)
    fallen = first * -reach - (first + second) * math.log1p(p * math.expm1(-reach))
    assert -CUT - 1.0 <= fallen <= -CUT


@pytest.mark.parametrize("x", [10.0, 11.5, 20.0])
def test_the_remainder_of_stirling_is_exact_where_it_is_a_series(x: float) -> None:
    """From 10 on the series is used; its first missing term is below 1e-12."""
    wanted = math.lgamma(x) - (x - 0.5) * math.log(x) + x - 0.5 * math.log(2 * math.pi)
    assert densities._stirling(x) == pytest.approx(wanted, abs=2e-12)


def test_what_is_not_a_number_has_no_ends() -> None:
    """A count that is not a number ends the search instead of keeping it going for ever."""
    assert math.isnan(densities._reach(math.nan, 1.0, CUT))


@pytest.mark.parametrize("freedom", [1.0, 2.5, 30.0])
def test_a_student_t_has_its_density(freedom: float) -> None:
    """Density and ends of a t agree with scipy's, wherever it stands."""
    density = densities.student_t((3.0, 0.5, freedom), CUT)
    points = [3.0 + step / 3.0 for step in range(-20, 21)]
    wanted = [float(stats.t.pdf(point, freedom, 3.0, 0.5)) for point in points]
    assert density.at(points) == pytest.approx(wanted, rel=1e-12)
    peak, low, high = density.at([density.mode, density.low, density.high])
    assert low == pytest.approx(high)
    assert math.log(low / peak) == pytest.approx(-CUT, rel=1e-9)


def test_a_student_t_is_smooth_over_longer_stretches_in_its_tails() -> None:
    """The local scale grows with the distance, so that heavy tails need few panels."""
    density = densities.student_t((0.0, 1.0, 3.0), CUT)
    assert density.scale(0.0) == pytest.approx(math.sqrt(3 / 4))
    assert density.scale(100.0) == pytest.approx(50.0, rel=1e-3)


def test_a_normal_has_its_density() -> None:
    """Density and ends of a Normal agree with scipy's."""
    density = densities.normal((-2.0, 0.1), CUT)
    points = [-2.0 + step / 30.0 for step in range(-20, 21)]
    wanted = [float(stats.norm.pdf(point, -2.0, 0.1)) for point in points]
    assert density.at(points) == pytest.approx(wanted, rel=1e-12)
    peak, low, high = density.at([density.mode, density.low, density.high])
    assert low == pytest.approx(high)
    assert math.log(low / peak) == pytest.approx(-CUT, rel=1e-9)
