from __future__ import annotations

from datetime import date, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.config.moments import first_moment, last_moment
from banditware.model import DAY


@given(st.dates())
def test_a_date_is_a_whole_day(day: date) -> None:
    """It starts with the day's first moment in UTC and ends with its last."""
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    seconds = (start - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()
    assert first_moment(day.isoformat()) == seconds
    assert last_moment(day.isoformat()) == seconds + DAY


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15T08:00Z", 1_800_000_000),
        ("2027-01-15 08:00+00:00", 1_800_000_000),
        ("2027-01-15T09:00:01+01:00", 1_800_000_001),
        ("2027-01-15T00:30-07:30", 1_800_000_000),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_a_time_is_exact(text: str, seconds: float) -> None:
    """A time with its zone is one moment, for a start as for an end."""
    assert first_moment(text) == last_moment(text) == seconds


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2027-01-15T08:00", "has no time zone: add Z for UTC"),
        ("2027-01-15 08:00:00", "has no time zone: add Z for UTC"),
        ("2027-13-01", "there is no such day or time"),
        ("2027-02-29", "there is no such day or time"),
        ("2027-01-15T25:00Z", "there is no such day or time"),
        ("2027-01-15T08:00+25:00", "there is no such day or time"),
        ("2027-1-15", "must be a date such as 2026-12-01"),
        ("15.01.2027", "must be a date such as 2026-12-01"),
        ("tomorrow", "must be a date such as 2026-12-01"),
        ("2027-01-15\n", "must be a date such as 2026-12-01"),
        ("\u0662\u0660\u0662\u0667-01-15", "must be a date such as 2026-12-01"),
        (20270115, "must be a date such as 2026-12-01"),
        (True, "must be a date such as 2026-12-01"),
        (None, "must be a date such as 2026-12-01"),
        (date(2027, 1, 15), "must be a date such as 2026-12-01"),
    ],
)
def test_no_moment(value: object, message: str) -> None:
    """Anything else says what a date and a time look like."""
    with pytest.raises(ValueError, match=message):
        first_moment(value)
    with pytest.raises(ValueError, match=message):
        last_moment(value)
