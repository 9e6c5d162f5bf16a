from __future__ import annotations

import pytest

from banditware.eppo.times import read_time, written

TIMES = [
    ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
    ("2024-04-17T19:40:53.716Z", 1_713_382_853_716_000_000, "2024-04-17T19:40:53.716Z"),
    ("2024-04-17T21:40:53+02:00", 1_713_382_853_000_000_000, "2024-04-17T19:40:53Z"),
    ("2024-04-17 17:10:53-0230", 1_713_382_853_000_000_000, "2024-04-17T19:40:53Z"),
    ("1969-12-31t23:59:59.000000001z", -999_999_999, "1969-12-31T23:59:59.000000001Z"),
    ("2024-02-29T23:59:60.123456Z", 1_709_251_200_123_456_000, "2024-03-01T00:00:00.123456Z"),
    ("2024-04-17T00:00:00.1234567899Z", 1_713_312_000_123_456_789, None),
]


@pytest.mark.parametrize(("text", "nanoseconds", "again"), TIMES)
def test_times_are_read_and_written(text: str, nanoseconds: int, again: str | None) -> None:
    """Any offset is read; UTC is written, with as many digits as it takes."""
    assert read_time(text) == nanoseconds
    assert written(nanoseconds) == (again or "2024-04-17T00:00:00.123456789Z")


def test_another_zone_may_be_written() -> None:
    """The zone can be said in digits."""
    assert written(0, "+00:00") == "1970-01-01T00:00:00+00:00"


WRONG = ["", "now", "2024-04-17", "2024-04-17T00:00:00", "2024-02-30T00:00:00Z"]
WRONG += ["2024-04-17T24:00:00Z", "2024-04-17T00:60:00Z", "2024-04-17T00:00:61Z"]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_time(text: str) -> None:
    """A time without its zone, a day without a month, and other texts are no times."""
    with pytest.raises(ValueError, match=r"time|day"):
        read_time(text)
