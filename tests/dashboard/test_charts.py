from __future__ import annotations

from banditware.dashboard.charts import rates_of, shares_of

HISTORY = {
    "step": 3600,
    "times": [0, 3600, 7200],
    "arms": {
        "a": {
            "pulls": [1, 0, 5],
            "goals": {"buy": {"rewards": [1, 2, 1], "reward_sum": [1, 2, 1]}},
        },
        "b": {"pulls": [3, 0, 0], "goals": {}},
    },
    "excluded": {},
}


def test_shares() -> None:
    """Shares of a step sum to one; a step without pulls has none."""
    assert shares_of(HISTORY) == {"a": [0.25, None, 1.0], "b": [0.75, None, 0.0]}
    assert shares_of({"arms": {}}) == {}


def test_rates() -> None:
    """Rates are rewards of a goal per pull of the step; without pulls there is none."""
    assert rates_of(HISTORY, "buy") == {"a": [1.0, None, 0.2], "b": [0.0, None, None]}
