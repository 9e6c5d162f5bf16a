from __future__ import annotations

from banditware.testing import Counted, counted, forced
from tests.support import stand


def test_forced_arms_are_drawn_and_counted(calm: None) -> None:
    """Whoever asks gets the arm, outside of requests, too; afterwards the policy decides again."""
    shop = stand()
    with forced(shop.bandit, {"button": "green"}):
        assert {shop.bandit.decide("button").arm for _ in range(20)} == {"green"}
        assert {shop.surfer().ask().decision.arm for _ in range(20)} == {"green"}
    assert counted(shop.bandit, "button") == {"green": Counted(40, 0, 0.0), "red": Counted(0, 0, 0)}
    assert {shop.bandit.decide("button").arm for _ in range(60)} == {"green", "red"}


def test_counts_outlive_the_force(calm: None) -> None:
    """What was read before, or while arms are forced, is known before and afterwards."""
    shop = stand()
    one = {"green": Counted(1, 0, 0.0), "red": Counted(0, 0, 0.0)}
    with forced(shop.bandit, {"button": "green"}):
        shop.bandit.decide("button")
        assert counted(shop.bandit, "button") == one
    assert counted(shop.bandit, "button") == one
    with forced(shop.bandit, {"button": "red"}):
        assert counted(shop.bandit, "button") == one


def test_nothing_is_forced(calm: None) -> None:
    """No arms at all are fine."""
    shop = stand()
    with forced(shop.bandit, {}):
        assert shop.bandit.decide("button").arm in {"green", "red"}
