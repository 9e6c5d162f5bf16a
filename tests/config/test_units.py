from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.config.units import SECONDS, duration, share, traffic


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("1s", 1), ("1.5h", 5400), ("2m", 120), ("7d", 604_800), ("2w", 1_209_600)],
)
def test_duration(text: str, seconds: float) -> None:
    """A duration is a number with a unit."""
    assert duration(text) == seconds


@given(st.integers(min_value=1, max_value=5000), st.sampled_from(sorted(SECONDS)))
def test_every_unit(number: int, unit: str) -> None:
    """Every unit stands for its seconds."""
    assert duration(f"{number}{unit}") == number * SECONDS[unit]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (5, "has no unit"),
        (0.5, "has no unit"),
        ("5", "a duration is a number with"),
        ("5 d", "a duration is a number with"),
        ("5d\n", "a duration is a number with"),
        ("1h30m", "a duration is a number with"),
        ("-1s", "a duration is a number with"),
        (True, "a duration is a number with"),
        (None, "a duration is a number with"),
        ("0s", "above 0"),
        ("36501d", "at most 36500d"),
        ("9" * 400 + "s", "at most 36500d"),
    ],
)
def test_no_duration(value: object, message: str) -> None:
    """Anything else says what a duration looks like."""
    with pytest.raises(ValueError, match=message):
        duration(value)


@pytest.mark.parametrize(
    ("value", "number"), [("5%", 0.05), ("0%", 0), ("99.5%", 0.995), (0.2, 0.2), (0, 0)]
)
def test_share(value: object, number: float) -> None:
    """A share is a percentage or a number below 1."""
    assert share(value) == number


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (5, r"; did you mean 5%\?$"),
        (1, r"; did you mean 1%\?$"),
        ("100%", "below 1$"),
        ("9" * 400 + "%", "below 1$"),
        (10**400, "below 1$"),
        (-0.1, "below 1$"),
        (float("nan"), "below 1$"),
        ("5", "below 1$"),
        ("5%\n", "below 1$"),
        (True, "below 1$"),
        (None, "below 1$"),
    ],
)
def test_no_share(value: object, hint: str) -> None:
    """Anything else says what a share looks like, and a whole number is taken for a percentage."""
    with pytest.raises(ValueError, match=hint):
        share(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [("5%", 0.05), ("0%", 0), ("100%", 1), ("100.0%", 1), ("0100%", 1), (0.2, 0.2), (0, 0)],
)
def test_traffic(value: object, number: float) -> None:
    """Traffic is a share that may be all."""
    assert traffic(value) == number


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (20, r"; did you mean 20%\?$"),
        (1, r"; did you mean 1%\?$"),
        (1.0, r"; did you mean 1.0%\?$"),
        ("100.1%", "^must be a percentage from 0% to 100%, or a number from 0 to below 1$"),
        ("all", "below 1$"),
        (None, "below 1$"),
    ],
)
def test_no_traffic(value: object, hint: str) -> None:
    """Anything else says what traffic looks like; the number 1 may mean 1 %."""
    with pytest.raises(ValueError, match=hint):
        traffic(value)
