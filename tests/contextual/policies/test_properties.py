"""What holds for every contextual policy."""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from banditware.contextual.evidence import ContextualPolicy, Evidence
from banditware.contextual.models import Recipe
from banditware.contextual.policies import DEFAULT, POLICIES
from banditware.contextual.policies.epsilon_greedy import EpsilonGreedy
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.contextual.policies.lints import LinearThompson
from banditware.contextual.policies.linucb import LinearUcb
from tests.contextual import cases

EVERY: tuple[ContextualPolicy, ...] = (
    *(policy() for policy in POLICIES.values()),
    InverseGapWeighting(gamma=2.0, schedule="fixed", floor=0.3),
    InverseGapWeighting(gamma=1e6, floor=0.0),
    LinearUcb(alpha=2.0, floor=0.1),
    LinearThompson(alpha=1.0, floor=1.0),
    EpsilonGreedy(epsilon=0.0, floor=0.2),
)

every_policy = pytest.mark.parametrize("policy", EVERY, ids=repr)

evidence = st.builds(
    Evidence,
    st.sampled_from([0.0, 0.5, 30.0, 1e4, 1e9]),
    st.sampled_from([0.0, 1e-3, 0.3, 1e4]),
    st.integers(1, 128),
    st.sampled_from([1.0, 2.0, 100.0, 1e6]),
)

estimates = st.tuples(
    st.one_of(st.sampled_from([0.0, 0.1, 1.0]), st.floats(-50, 50)), st.floats(1e-3, 20)
)


def least(policy: ContextualPolicy) -> float:
    """Return the share of the traffic that the policy promises to spread evenly."""
    return max(getattr(policy, "floor", 0.0), getattr(policy, "epsilon", 0.0))


@every_policy
@settings(max_examples=60)
@given(known=evidence, pairs=st.lists(estimates, min_size=1, max_size=7), data=st.data())
def test_shares(
    policy: ContextualPolicy,
    known: Evidence,
    pairs: list[tuple[float, float]],
    data: st.DataObject,
) -> None:
    """Shares sum to 1, keep the floor, follow their actions, and are equal for equal ones."""
    pairs.append(data.draw(st.sampled_from(pairs)))
    weigh = policy.weigher(known)
    unit = known.deviation or 1.0

    def shares(order: list[tuple[float, float]]) -> list[float]:
        return list(weigh([s * unit for s, _ in order], [e * unit for _, e in order]))

    found = shares(pairs)
    assert abs(math.fsum(found) - 1.0) <= 1e-12
    assert all(least(policy) / len(pairs) * (1 - 1e-12) <= each <= 1 + 1e-12 for each in found)
    order = data.draw(st.permutations(range(len(pairs))))
    assert cases.close(shares([pairs[at] for at in order]), [found[at] for at in order], 1e-12)
    assert found[-1] == pytest.approx(found[pairs.index(pairs[-1])], abs=1e-12)


@every_policy
def test_a_single_action_gets_everything(policy: ContextualPolicy) -> None:
    """One action: probability 1."""
    assert list(policy.weigher(Evidence(100.0, 0.5, 3, 10.0))([0.3], [0.1])) == [1.0]


@every_policy
def test_without_evidence_all_share_evenly(policy: ContextualPolicy) -> None:
    """Nothing seen, or rewards that are all equal: the even split."""
    for known in (Evidence(), Evidence(100.0, 0.0, 5, 50.0)):
        assert list(policy.weigher(known)([0.5] * 4, [0.0] * 4)) == pytest.approx([0.25] * 4)


@every_policy
def test_a_clear_winner_gets_most(policy: ContextualPolicy) -> None:
    """Unless all of the traffic explores, an action far above the others gets most of the rest."""
    shares = policy.weigher(Evidence(1e5, 0.5, 5, 100.0))([0.1, 9.0, 0.2], [0.01, 0.01, 0.01])
    if least(policy) < 1.0:
        assert shares[1] > 0.6
        assert shares[1] == max(shares)


@every_policy
def test_logged_decisions(policy: ContextualPolicy) -> None:
    """Of 20,000 decisions in changing contexts, each weighed by 1/p, the mean is 1 within 3 se.

    And by a chi-square test, actions come up as often as their probabilities say.
    """
    drawn, expected, variance, weighed = logged(policy, 20_000)
    total = sum(drawn.values())
    possible = [arm for arm in expected if expected[arm] > 0]
    for arm in possible:
        error = math.sqrt(weighed[arm][1]) / total
        assert abs(weighed[arm][0] / total - 1.0) <= 3 * error + 1e-12
        z = (drawn[arm] - expected[arm]) / math.sqrt(variance[arm] + 1e-12)
        assert stats.norm.sf(abs(z)) > 1e-4


def logged(
    policy: ContextualPolicy, decisions: int
) -> tuple[Counter[str], dict[str, float], dict[str, float], dict[str, tuple[float, float]]]:
    """Return counts, their means and variances, and the sums and variances of indicators/p."""
    model = cases.fitted(
        [d for d in cases.history(400) if "age" in d.context], Recipe(uncertain=policy.uncertain)
    )
    weigh = policy.weigher(model.evidence._replace(batch=100.0))
    generator = random.Random(f"log of {policy!r}")
    actions: dict[str, dict[str, object]] = {
        "X": {"price": 3.0},
        "Y": {"price": 4.0, "tier": "gold"},
        "Z": {},
    }
    contexts = [{"age": generator.gauss(40, 12), "country": "GB"} for _ in range(50)]
    vectors = []
    for context in contexts:
        errors = model.errors(context, actions) if policy.uncertain else ()
        vectors.append(list(weigh(model.scores(context, actions), errors)))
    bounds = [list(accumulate(vector[:-1])) for vector in vectors]
    drawn: Counter[str] = Counter()
    expected, variance, weight, spread = (dict.fromkeys(actions, 0.0) for _ in range(4))
    for _ in range(decisions):
        at = generator.randrange(len(vectors))
        arm = "XYZ"[bisect(bounds[at], generator.random())]
        drawn[arm] += 1
        for name, p in zip(actions, vectors[at], strict=True):
            expected[name] += p
            variance[name] += p * (1 - p)
            spread[name] += 1 / p - 1 if p else 0.0
            weight[name] += (name == arm) / p if p else 0.0
    return drawn, expected, variance, {name: (weight[name], spread[name]) for name in actions}


def test_the_registry() -> None:
    """Every policy is registered under its own name, and the default is one of them."""
    assert all(policy.name == name for name, policy in POLICIES.items())
    assert DEFAULT == "igw"
    assert DEFAULT in POLICIES
