from __future__ import annotations

import logging

import pytest

from banditware.health import Every, Journal


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


def test_warnings_come_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """What fails every second is logged every minute, and counted every time."""
    journal = Journal()
    with caplog.at_level(logging.WARNING, logger="banditware"):
        for second in range(120):
            journal.failed(ValueError(second))
            journal.warn(second, "the store is away", ValueError(second))
    assert caplog.messages == ["the store is away: 0", "the store is away: 60"]
    assert (journal.flush_errors, journal.failures, journal.last_error) == (120, 120, "119")


def test_a_success_ends_a_row_of_failures() -> None:
    """Failures in a row are told from failures altogether."""
    journal = Journal()
    journal.failed(ValueError("one"))
    journal.succeeded(7.0)
    journal.unused(ValueError("two"))
    assert (journal.failures, journal.flush_errors, journal.publish_errors) == (0, 1, 1)
    assert (journal.last_flush, journal.last_error) == (7.0, "two")
