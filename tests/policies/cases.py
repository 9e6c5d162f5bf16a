"""Statistics and policies that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from banditware.model import Policy, Statistics
from banditware.policies import POLICIES
from banditware.policies.annealing_epsilon_greedy import AnnealingEpsilonGreedy
from banditware.policies.annealing_softmax import AnnealingSoftmax
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.exp3 import Exp3
from banditware.policies.softmax import Softmax
from banditware.policies.thompson import Thompson
from banditware.policies.thompson_normal import ThompsonNormal
from banditware.policies.top_two_thompson import TopTwoThompson
from banditware.policies.ucb1 import Ucb1
from banditware.policies.ucb_tuned import UcbTuned

#: One row of statistics: pulls, successes, sum, sum of squares, weighted.
Row = tuple[float, float, float, float, float]

#: Every policy as it is by default, and the ones whose parameters lead elsewhere.
EVERY: tuple[Policy, ...] = (
    *(policy() for policy in POLICIES.values()),
    AnnealingEpsilonGreedy(compat=True),
    AnnealingSoftmax(compat=True),
    EpsilonGreedy(epsilon=1.0),
    Exp3(gamma=1.0),
    Softmax(compat=True, temperature=1e-3),
    Thompson(floor=0.0),
    ThompsonNormal(prior_pulls=100.0, floor=0.5),
    TopTwoThompson(beta=1.0),
    Ucb1(alpha=1.25, floor=0.0),
    UcbTuned(floor=1.0),
)

#: Those that set no share aside for exploring.
UNMIXED = ("uniform", "fixed")

LEARNING: tuple[Policy, ...] = tuple(policy for policy in EVERY if policy.name not in UNMIXED)


def label(policy: Policy) -> str:
    """Return what a policy is called in the list of tests."""
    return repr(policy)


def statistics(rows: Sequence[Row], batch: float = 1.0) -> Statistics:
    """Return statistics of arms `arm-000`, `arm-001` and so on, one per row."""
    names = tuple(f"arm-{number:03}" for number in range(len(rows)))
    pulls, successes, sums, squares, weighted = zip(*rows, strict=True)
    return Statistics(names, pulls, successes, sums, squares, weighted, batch)


def coins(*arms: tuple[float, float], batch: float = 1.0) -> Statistics:
    """Return statistics of rewards that are 0 or 1, from each arm's pulls and successes."""
    return statistics([(n, s, s, s, s * len(arms)) for n, s in arms], batch)


def rewarded(*arms: Sequence[float], batch: float = 1.0) -> Statistics:
    """Return statistics of any rewards, from the list of each arm's rewards."""
    rows = [
        (float(len(rewards)), 0.0, sum(rewards), sum(r * r for r in rewards), 0.0)
        for rewards in arms
    ]
    return statistics(rows, batch)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Draw one arm: unpulled, young or old, with rewards in [0, 1]; some arrived before pulls."""
    pulls = draw(
        st.one_of(
            st.sampled_from([0.0, 0.0, 1.0, 2.0, 1e9]),
            st.integers(0, 2_000).map(float),
            st.floats(0.01, 1e6),
        )
    )
    rate = draw(st.one_of(st.sampled_from([0.0, 0.05, 0.5, 1.0, 1.1]), st.floats(0, 1)))
    successes = pulls * rate
    weighted = successes * draw(st.floats(1, 50))
    return pulls, successes, successes, successes * draw(st.floats(0.5, 1.0)), weighted


def many_statistics(least: int = 1, most: int = 6) -> st.SearchStrategy[Statistics]:
    """Draw statistics of so many arms."""
    return st.builds(
        statistics,
        st.lists(rows(), min_size=least, max_size=most),
        st.sampled_from([1.0, 2.5, 40.0, 1_000.0, 1e6]),
    )


def arranged(given: Statistics, order: Sequence[int]) -> Statistics:
    """Return the statistics with the arms' numbers in another order, under the same names."""

    def moved(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(values[position] for position in order)

    return Statistics(
        tuple(f"arm-{number:03}" for number in range(len(order))),
        moved(given.pulls),
        moved(given.successes),
        moved(given.sums),
        moved(given.squares),
        moved(given.weighted),
        given.batch,
    )
