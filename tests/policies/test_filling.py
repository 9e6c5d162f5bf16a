"""Water-filling: upper confidence bounds for batches."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.model import Policy
from banditware.policies import filling, kl_ucb, ucb_tuned
from banditware.policies.kl_ucb import KlUcb
from banditware.policies.ucb1 import Ucb1
from banditware.policies.ucb_tuned import UcbTuned
from tests.policies import cases

Index = Callable[[float, float, float], float]

FAMILY: tuple[tuple[Policy, Index], ...] = (
    (Ucb1(floor=0.0), Ucb1().index),
    (UcbTuned(floor=0.0), ucb_tuned.index),
    (KlUcb(floor=0.0), kl_ucb.index),
)
family = pytest.mark.parametrize(("policy", "index"), FAMILY, ids=lambda x: getattr(x, "name", "-"))

arms = st.lists(
    st.tuples(st.integers(1, 5_000), st.floats(0, 1)).map(lambda arm: (arm[0], arm[0] * arm[1])),
    min_size=2,
    max_size=6,
)


@family
@settings(deadline=None, max_examples=50)
@given(arms=arms)
def test_a_batch_of_one_is_the_classic_policy(
    policy: Policy, index: Index, arms: list[tuple[float, float]]
) -> None:
    """With one decision per snapshot, the arms of the highest index get everything."""
    logarithm = math.log(sum(n for n, _ in arms))
    scores = [index(s / n, n, logarithm) for n, s in arms]
    vector = policy.probabilities(cases.coins(*arms, batch=1.0))
    for score, share in zip(scores, vector, strict=True):
        assert (share > 0) == (score >= max(scores) * (1 - 1e-12))


@family
def test_a_huge_batch_spreads(policy: Policy, index: Index) -> None:
    """Arms that are close share a batch that dwarfs what is known; a batch of one has a winner."""
    arms = ((900, 450), (900, 446), (900, 444))
    assert policy.probabilities(cases.coins(*arms, batch=1.0)) == (1.0, 0.0, 0.0)
    vector = policy.probabilities(cases.coins(*arms, batch=3_000.0))
    assert min(vector) > 0.2
    assert max(vector) < 0.5


@family
@settings(deadline=None, max_examples=30)
@given(arms=arms, batch=st.floats(1, 1e6))
def test_arms_that_no_portion_reached_get_the_floor(
    policy: Policy, index: Index, arms: list[tuple[float, float]], batch: float
) -> None:
    """With a floor, arms outside the support have exactly floor/K and nobody has less."""
    known = cases.coins(*arms, batch=batch)
    bare = policy.probabilities(known)
    floored = type(policy)(floor=0.1).probabilities(known)  # type: ignore[call-arg]  # all three have a floor
    for without, share in zip(bare, floored, strict=True):
        assert share == pytest.approx(0.9 * without + 0.1 / len(arms), abs=1e-15)
        if without == 0.0:
            assert share == 0.1 / len(arms)


@family
def test_unpulled_arms_come_first(policy: Policy, index: Index) -> None:
    """An arm without pulls has an infinite index: next to old arms it gets a whole batch of one."""
    vector = policy.probabilities(cases.coins((50, 25), (0, 0), (50, 5), (0, 0), batch=1.0))
    assert vector == (0.0, 0.5, 0.0, 0.5)


def test_a_batch_is_poured_as_one_would_decide_it() -> None:
    """With fewer decisions than portions, the fractions are those of deciding one by one."""
    pulls, means = [2.0, 5.0], [0.5, 0.2]
    policy = Ucb1(floor=0.0)
    wanted = [0, 0]
    for step in range(40):
        logarithm = math.log(7 + step)
        scores = [policy.index(m, n, logarithm) for m, n in zip(means, pulls, strict=True)]
        chosen = scores.index(max(scores))
        pulls[chosen] += 1
        wanted[chosen] += 1
    assert 0 < wanted[1] < 40
    vector = policy.probabilities(cases.coins((2, 1), (5, 1), batch=40.0))
    assert vector == pytest.approx([part / 40 for part in wanted])


def test_a_large_batch_has_64_portions() -> None:
    """However large the batch, shares are multiples of 1/64 where nothing ties."""
    vector = filling.water_filled(ucb_tuned.index, cases.coins((90, 9), (80, 9), batch=1e4))
    assert all((share * 64).is_integer() for share in vector)
    assert 0 < vector[0] < 1


def test_more_rewards_than_pulls_count_as_pulls() -> None:
    """Rewards that arrived first raise the pulls to their own number, so no mean is above 1."""
    seen = []

    def index(mean: float, pulls: float, logarithm: float) -> float:
        seen.append((mean, pulls))
        return mean

    filling.water_filled(index, cases.coins((2, 3), (10, 5)))
    assert seen == [(1.0, 3), (0.5, 10)]
