"""Upper confidence bounds on a model."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.contextual.evidence import Evidence
from banditware.contextual.policies.linucb import LinearUcb, poured

arms = st.lists(st.tuples(st.floats(-3, 0), st.floats(1e-4, 4)), min_size=2, max_size=6)


def test_one_decision_at_a_time_is_the_classic_rule() -> None:
    """With a batch of 1 everything but the floor goes to the highest bound."""
    weigh = LinearUcb(alpha=1.0, floor=0.2).weigher(Evidence(100.0, 0.5, 3, 1.0))
    assert list(weigh([0.5, 0.45], [0.1, 0.2])) == pytest.approx([0.1, 0.9])


@given(arms, st.floats(0.01, 1e6))
def test_poured_bounds_are_level(pairs: list[tuple[float, float]], batch: float) -> None:
    """All that got any share have the same bound afterwards, and the others none above it."""
    means, variances = zip(*pairs, strict=True)
    shares = poured(means, variances, batch)
    assert math.fsum(shares) == pytest.approx(1.0)
    bounds = [
        mean + math.sqrt(variance / (1 + share * batch * variance))
        for (mean, variance), share in zip(pairs, shares, strict=True)
    ]
    level = max(bounds)
    assert all(
        level - bound <= 1e-6 * (1 + abs(level))
        for bound, share in zip(bounds, shares, strict=True)
        if share > 1e-9
    )


def test_a_large_batch_explores_what_is_uncertain() -> None:
    """Of two equal scores the less certain one gets more, and neither gets all."""
    shares = poured([0.0, 0.0], [0.04, 0.01], 1_000.0)
    assert 0.5 < shares[0] < 0.7
    assert poured([0.0, -9.0], [0.04, 0.01], 10.0) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("parameters", "message"), [({"alpha": 0.0}, "alpha"), ({"floor": -1.0}, "floor")]
)
def test_bad_parameters(parameters: dict[str, float], message: str) -> None:
    """Each is refused with its name."""
    with pytest.raises(ValueError, match=message):
        LinearUcb(**parameters)
