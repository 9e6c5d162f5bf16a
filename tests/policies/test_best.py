"""Probabilities of being the best, against exact values and other ways to find them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from banditware.policies import best

CLOSE = 2e-7


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        (
            [(51, 129), (48, 107), (37, 76), (16, 44)],
            [0.092570800, 0.285337315, 0.503545320, 0.118546565],
        ),
        ([(1, 3), (1, 7)], [0.7, 0.3]),
        ([(1, 1), (1, 1), (2, 2)], [0.35, 0.35, 0.30]),
        ([(501, 9501), (481, 9521), (451, 9551)], [0.727353735, 0.247545507, 0.025100759]),
        ([(5_000_001, 95_000_001), (5_002_001, 94_998_001)], [0.258226011, 0.741773989]),
        ([(0.5, 0.5), (3.5, 1.5)], [0.355898761, 0.644101239]),
    ],
)
def test_golden_values_of_betas(parameters: list[tuple[float, float]], wanted: list[float]) -> None:
    """Beta posteriors agree with exact values and with 40-digit arithmetic."""
    assert best.of_betas(parameters) == pytest.approx(wanted, abs=CLOSE)


def test_golden_values_of_student_ts() -> None:
    """Student t posteriors agree with values found by other means."""
    found = best.of_student_ts([(0.0, 1.0, 3.0), (0.5, 1.0, 5.0), (-1.0, 2.0, 4.0)])
    assert found == pytest.approx([0.299193420, 0.486827803, 0.213978777], abs=CLOSE)


def test_golden_values_of_normals() -> None:
    """Normal posteriors agree with values found by other means."""
    found = best.of_normals([(0.0, 1.0), (0.5, 1.0), (-1.0, 2.0)])
    assert found == pytest.approx([0.285533876, 0.517445829, 0.197020296], abs=CLOSE)


def integer_sum(a: int, b: int, c: int, d: int) -> float:
    """Return P(Beta(a, b) > Beta(c, d)) for whole parameters, by the finite sum."""

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return math.fsum(
        math.exp(log_beta(c + i, b + d) - log_beta(1 + i, b) - log_beta(c, d)) / (b + i)
        for i in range(a)
    )


whole = st.integers(1, 300)


@settings(deadline=None)
@given(a=whole, b=whole, c=whole, d=whole)
def test_two_betas_equal_the_integer_sum(a: int, b: int, c: int, d: int) -> None:
    """Two arms with whole counts agree with the closed form."""
    first, second = best.of_betas([(a, b), (c, d)])
    assert first == pytest.approx(integer_sum(a, b, c, d), abs=CLOSE)
    assert second == pytest.approx(integer_sum(c, d, a, b), abs=CLOSE)


@settings(deadline=None)
@given(n=st.floats(0.05, 1e9), m=st.floats(0.05, 1e9))
def test_two_arms_without_rewards(n: float, m: float) -> None:
    """Beta(1, n) is above Beta(1, m) with probability m/(n + m)."""
    assert best.of_betas([(1.0, n), (1.0, m)])[0] == pytest.approx(m / (n + m), abs=CLOSE)


@settings(deadline=None)
@given(
    difference=st.floats(-10, 10),
    first=st.floats(1e-3, 1e3),
    second=st.floats(1e-3, 1e3),
    place=st.sampled_from([0.0, -7.0, 1e4]),
)
def test_two_normals_equal_phi(
    difference: float, first: float, second: float, place: float
) -> None:
    """Two Normal arms agree with Phi of the difference of means over the joint deviation."""
    together = math.hypot(first, second)
    found = best.of_normals([(place + difference * together, first), (place, second)])
    assert found[0] == pytest.approx(stats.norm.cdf(difference), abs=CLOSE)


@pytest.mark.parametrize(
    ("family", "arms"),
    [
        (best.of_normals, [(0.0, 1e3), (0.0, 1e-3)]),
        (best.of_normals, [(1e4, 1e-3), (-7.0, 1e3), (1e4, 1.0)]),
        (best.of_betas, [(1.0, 1.0), (1e8, 1e9)]),
        (best.of_student_ts, [(0.0, 1e-5, 1e9), (-5.0, 1e3, 1.5)]),
    ],
)
def test_a_narrow_density_costs_no_more_than_a_wide_one(
    monkeypatch: pytest.MonkeyPatch,
    family: Callable[[list[tuple[float, ...]]], list[float]],
    arms: list[tuple[float, ...]],
) -> None:
    """However much is known of one arm and little of another, there are few panels to integrate."""
    panels: list[float] = []
    panel = best._panel

    def counted(active: list[best._Contender], top: float, width: float) -> None:
        panels.append(width)
        panel(active, top, width)

    monkeypatch.setattr(best, "_panel", counted)
    assert sum(family(arms)) == pytest.approx(1.0)
    assert len(panels) < 60


def by_scipy(arms: list[tuple[float, float]]) -> list[float]:
    """Return P(best) of Beta arms with scipy's distribution functions and very fine panels."""
    ends = sorted(
        {
            math.log(a / b) + step / 8.0 * math.sqrt(1 / a + 1 / b)
            for a, b in arms
            for step in range(-320, 321)
        }
    )
    edges = np.array(ends)
    nodes, weights = np.polynomial.legendre.leggauss(6)
    half = np.diff(edges)[:, None] / 2.0
    logit = (edges[:-1, None] + half * (1.0 + nodes)).ravel()
    weight = (half * weights).ravel()
    below = [special.betainc(a, b, special.expit(logit)) for a, b in arms]
    found = []
    for arm, (a, b) in enumerate(arms):
        log_density = a * special.log_expit(logit) + b * special.log_expit(-logit)
        others = np.prod([f for other, f in enumerate(below) if other != arm], axis=0)
        density = np.exp(log_density - special.betaln(a, b))
        found.append(float((weight * density * others).sum()))
    return found


@pytest.mark.parametrize("arms", [3, 5, 9, 20])
@pytest.mark.parametrize("pulls", [0, 4, 300, 20_000, 1_000_000])
def test_many_betas_equal_a_finer_integration(arms: int, pulls: int) -> None:
    """Arms with close rates agree with an integration by scipy's incomplete Beta function."""
    generator = random.Random(arms * 1_000_003 + pulls)
    parameters = []
    for _ in range(arms):
        successes = round(pulls * generator.uniform(0.04, 0.06)) if pulls else 0
        parameters.append((0.3 + successes + generator.random(), 0.3 + pulls - successes))
    assert best.of_betas(parameters) == pytest.approx(by_scipy(parameters), abs=CLOSE)


def test_many_arms_are_integrated_coarsely() -> None:
    """Beyond 20 different arms, the error is still below 1.3e-5: seen on 21 Normal arms."""
    arms = [(number / 10.0, 1.0) for number in range(21)]

    def integrand(x: float, arm: int) -> float:
        others = math.prod(stats.norm.cdf(x - m) for j, (m, _) in enumerate(arms) if j != arm)
        return float(stats.norm.pdf(x - arms[arm][0]) * others)

    found = best.of_normals(arms)
    for arm in (0, 10, 20):
        wanted = integrate.quad(integrand, -8.0, 10.0, args=(arm,), epsabs=1e-10)[0]
        assert found[arm] == pytest.approx(wanted, abs=1.3e-5)


@settings(deadline=None)
@given(
    arms=st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1)), min_size=1, max_size=8),
)
def test_any_counts_give_a_distribution(arms: list[tuple[int, float]]) -> None:
    """Counts from 0 to a billion, mixed: every probability is finite and they sum to 1."""
    found = best.of_betas([(1.0 + n * rate, 1.0 + n * (1 - rate)) for n, rate in arms])
    assert math.fsum(found) == pytest.approx(1.0, abs=1e-12)
    assert all(0.0 <= chance <= 1.0 for chance in found)


@settings(deadline=None)
@given(
    arms=st.lists(st.tuples(st.integers(1, 5_000), st.floats(0, 1)), min_size=2, max_size=5),
    more=st.integers(1, 100),
)
def test_a_success_never_hurts(arms: list[tuple[int, float]], more: int) -> None:
    """More successes at the same pulls make an arm likelier to be the best."""
    before = [(1.0 + n * rate, 1.0 + n * (1 - rate)) for n, rate in arms]
    a, b = before[0]
    moved = min(float(more), b - 1.0)
    after = [(a + moved, b - moved), *before[1:]]
    assert best.of_betas(after)[0] >= best.of_betas(before)[0] - CLOSE


def test_equal_arms_are_exactly_equal() -> None:
    """Arms with the same posterior get the same probability to the last bit."""
    found = best.of_betas([(3.0, 9.0), (4.0, 8.0), (3.0, 9.0), (3.0, 9.0)])
    assert found[0] == found[2] == found[3]
    assert len(set(best.of_betas([(7.0, 70.0)] * 9))) == 1


def test_an_arm_out_of_reach_gets_nothing() -> None:
    """An arm whose whole density lies below another's gets exactly zero; the floor is for that."""
    assert best.of_betas([(10.0, 1e6), (5e5, 5e5)]) == (0.0, 1.0)


def test_arms_that_end_together_follow_their_order() -> None:
    """Arms whose densities end at one point give the same vector, to the last bit, in any order."""
    reach = math.sqrt(60.0)
    arms = [(0.0, 1.0), (-reach, 2.0), (reach / 2, 0.5), (-3 * reach, 4.0), (1.0, 0.9)]
    wanted = dict(zip(arms, best.of_normals(arms), strict=True))
    for order in itertools.permutations(arms):
        assert best.of_normals(order) == tuple(wanted[arm] for arm in order)


def test_panels_narrower_than_floats_come_to_an_end() -> None:
    """Deviations below the spacing of floats end in a distribution, not in an endless sweep."""
    assert math.fsum(best.of_normals([(1.0, 1e-16), (1.0, 2e-16)])) == pytest.approx(1.0)


def test_posteriors_too_narrow_for_floats_are_compared_by_their_modes() -> None:
    """Where every panel would be empty, the highest mode takes all, and ties share."""
    assert best.of_normals([(1.0, 1e-300), (2.0, 1e-300)]) == (0.0, 1.0)
    assert best.of_normals([(2.0, 1e-300), (2.0, 2e-300), (1.0, 1e-300)]) == (0.5, 0.5, 0.0)
