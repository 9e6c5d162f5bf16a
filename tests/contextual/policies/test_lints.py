"""Thompson sampling on a model."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest

from banditware.contextual.evidence import Evidence
from banditware.contextual.policies.lints import LinearThompson


def test_two_actions_have_a_closed_form() -> None:
    """The better one's share is Phi of the gap over the deviation of the difference."""
    weigh = LinearThompson(alpha=0.5, floor=0.1).weigher(Evidence(100.0, 0.5, 5))
    wins = NormalDist().cdf(0.1 / math.hypot(0.5 * 0.2, 0.5 * 0.3))
    assert weigh([0.5, 0.4], [0.2, 0.3])[0] == pytest.approx(0.9 * wins + 0.05, abs=1e-4)


def test_many_columns_count_as_ten() -> None:
    """Errors of a model with 40 columns count half."""
    few = LinearThompson().weigher(Evidence(100.0, 0.5, 10))
    many = LinearThompson().weigher(Evidence(100.0, 0.5, 40))
    assert many([0.5, 0.4], [0.4, 0.4]) == pytest.approx(few([0.5, 0.4], [0.2, 0.2]))


@pytest.mark.parametrize(
    ("parameters", "message"), [({"alpha": math.inf}, "alpha"), ({"floor": 2.0}, "floor")]
)
def test_bad_parameters(parameters: dict[str, float], message: str) -> None:
    """Each is refused with its name."""
    with pytest.raises(ValueError, match=message):
        LinearThompson(**parameters)
