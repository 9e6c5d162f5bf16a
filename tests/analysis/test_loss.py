"""Expected losses, against closed forms, other ways to integrate, and the chance of being best."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from banditware.analysis import loss

SHAPE = st.floats(0.5, 1e6)


@pytest.mark.parametrize("ends", [(5, 9), (1, 1), (3, 1000, 7), (2, 2, 2, 50)])
def test_beta_posteriors_without_successes(ends: tuple[int, ...]) -> None:
    """Of Beta(1, n) the greatest is known by inclusion and exclusion."""
    greatest = sum(
        (-1) ** (size + 1) / (1 + sum(chosen))
        for size in range(1, len(ends) + 1)
        for chosen in itertools.combinations(ends, size)
    )
    wanted = [greatest - 1 / (1 + end) for end in ends]
    assert loss.of_betas([(1, end) for end in ends]) == pytest.approx(wanted, abs=1e-8)


def test_two_normal_posteriors() -> None:
    """Of two normal means the expected excess of one is a closed form."""
    (m, s), (n, t) = arms = [(0.0, 1.0), (0.5, 2.0)]
    gap = math.hypot(s, t)
    z = (n - m) / gap
    wanted = gap * stats.norm.pdf(z) + (n - m) * stats.norm.cdf(z)
    found = loss.of_normals(arms)
    assert found[0] == pytest.approx(wanted, rel=1e-7)
    assert found[0] - found[1] == pytest.approx(n - m, rel=1e-7)


@settings(max_examples=30)
@given(st.lists(st.tuples(SHAPE, SHAPE), min_size=2, max_size=4))
def test_losses_differ_by_the_means(arms: list[tuple[float, float]]) -> None:
    """Every arm's mean and loss add up to the same: the expected greatest mean."""
    sums = [a / (a + b) + lost for (a, b), lost in zip(arms, loss.of_betas(arms), strict=True)]
    assert max(sums) - min(sums) < 1e-7
    assert min(loss.of_betas(arms)) >= -1e-12


def test_a_small_loss_is_as_exact_as_a_large_one() -> None:
    """A loss of a billionth agrees with 50 times finer integration."""
    arms = [(1_000.0, 9_000.0), (800.0, 9_200.0)]
    one, other = (stats.beta(*each) for each in arms)
    wanted, _ = integrate.quad(
        lambda x: one.cdf(x) * other.sf(x), 0.07, 0.12, epsabs=1e-20, epsrel=1e-10, limit=500
    )
    assert wanted < 1e-7
    assert loss.of_betas(arms)[0] == pytest.approx(wanted, rel=1e-5)


def test_arms_far_apart_and_equal_ones() -> None:
    """Between densities that do not touch, the distance counts; equal arms lose equally."""
    found = loss.of_normals([(0.0, 1.0), (1e6, 1.0), (0.0, 1.0)])
    assert found == pytest.approx((1e6, 0.0, 1e6), abs=1e-6)
    far = loss.of_betas([(1e9, 1.0), (1.0, 1e9)])
    assert far == pytest.approx((0.0, 1.0), abs=1e-8)


def test_ten_arms_against_draws() -> None:
    """Ten arms agree with a million draws."""
    draw = random.Random(5)
    arms = [(draw.uniform(5, 60), draw.uniform(100, 500)) for _ in range(10)]
    shapes = np.array(arms)
    means = np.random.default_rng(5).beta(shapes[:, 0], shapes[:, 1], size=(300_000, 10))
    wanted = (means.max(axis=1, keepdims=True) - means).mean(axis=0)
    assert loss.of_betas(arms) == pytest.approx(list(wanted), abs=5e-4)
