from __future__ import annotations

from banditware.periods import Every


def test_a_period_is_due_once() -> None:
    """It is time at first, and then once per period."""
    every = Every(10.0)
    assert [every.due(now) for now in (5.0, 5.0, 14.9, 15.0, 16.0)] == [
        True,
        False,
        False,
        True,
        False,
    ]


def test_a_clock_that_is_set_back_makes_nobody_wait() -> None:
    """A clock that jumps back by a year delays nothing by a year."""
    every = Every(10.0)
    assert [every.due(now) for now in (1000.0, 3.0, 4.0, 13.0)] == [True, True, False, True]
