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


def test_nothing_is_forced() -> None:
    """No arms at all are fine."""
    shop = stand()
    with forced(shop.bandit, {}):
        assert shop.bandit.decide("button").arm in {"green", "red"}
    shop.bandit.close()
