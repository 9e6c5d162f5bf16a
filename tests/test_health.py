from __future__ import annotations

import logging
import random

import pytest

from banditware.breaker import Breaker
from banditware.health import Journal
from tests.support import Watch


@pytest.fixture
def watch() -> Watch:
    return Watch(0.0)


@pytest.fixture
def journal(watch: Watch) -> Journal:
    return Journal(watch, Breaker(1.0, random.Random(1)))


def test_warnings_come_once_a_minute(
    journal: Journal, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails every second is logged every minute, and counted every time."""
    with caplog.at_level(logging.WARNING, logger="banditware"):
        for second in range(120):
            watch.now = second
            journal.failed(ValueError(second))
            journal.warn("the store is away", ValueError(second))
    assert caplog.messages == ["the store is away: 0", "the store is away: 60"]
    assert (journal.flush_errors, journal.breaker.failures) == (120, 120)
    assert (journal.last_error, journal.last_failure) == ("119", 119)


def test_a_success_ends_a_row_of_failures(journal: Journal, watch: Watch) -> None:
    """Failures in a row are told from failures altogether."""
    journal.failed(ValueError("one"))
    watch.now = 7.0
    journal.succeeded()
    journal.unused(ValueError("two"))
    assert (journal.breaker.failures, journal.flush_errors, journal.publish_errors) == (0, 1, 1)
    assert (journal.last_flush, journal.last_error) == (7.0, "two")


def test_whether_the_store_is_there(journal: Journal, watch: Watch) -> None:
    """Nobody knows before the first exchange; then the last one says it."""
    assert (journal.reachable, journal.counts_age()) == (None, None)
    journal.failed(ValueError("one"))
    assert journal.reachable is False
    journal.succeeded()
    watch.now = 5.0
    assert (journal.reachable, journal.counts_age()) == (True, 5.0)
    journal.failed(ValueError("two"))
    watch.now = -5.0
    assert (journal.reachable, journal.counts_age()) == (False, 0.0)
