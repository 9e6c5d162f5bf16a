from __future__ import annotations

import click
import pytest

from banditware.cli.moments import moment_of, seconds_of
from tests.support import NOON


def test_durations() -> None:
    """A duration has a unit, and what has none is refused."""
    assert seconds_of("--every", "500ms") == 0.5
    with pytest.raises(click.UsageError, match="--every 'soon': a duration is a number with ms"):
        seconds_of("--every", "soon")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("2h", NOON - 7200),
        ("500ms", NOON - 0.5),
        ("2027-01-15", 1_799_971_200.0),
        ("2027-01-15T08:00Z", NOON),
        ("2027-01-15T09:00:00+01:00", NOON),
    ],
)
def test_moments(text: str | None, seconds: float | None) -> None:
    """A moment is so long ago, the beginning of a day, or exact."""
    assert moment_of("--since", text, NOON) == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "2", "2027-13-01", "2027-01-15T09:00"])
def test_no_moments(text: str) -> None:
    """What is none is refused, with what may be written."""
    with pytest.raises(click.UsageError, match="is no time: write how long ago, as in 2h or 7d"):
        moment_of("--since", text, NOON)
