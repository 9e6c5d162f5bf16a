from __future__ import annotations

import re

from banditware.dashboard.figures import interval_bar, line, share_bar


def numbers(picture: str, attribute: str) -> list[float]:
    """Return the values of an attribute, in order."""
    return [float(text) for text in re.findall(rf' {attribute}="([^"]+)"', picture)]


def test_an_interval() -> None:
    """An interval is a bar from end to end with a dot at the mean, and told in words."""
    picture = interval_bar((0.25, 0.75), 0.5, (0.0, 1.0), "a quarter to three quarters")
    assert numbers(picture, "x") == [0, 32]
    assert numbers(picture, "width") == [120, 56]
    assert numbers(picture, "cx") == [60]
    assert 'role="img" aria-label="a quarter to three quarters"' in picture


def test_intervals_that_do_not_fit() -> None:
    """What is beyond the scale ends at its ends, and what has no width can be seen."""
    picture = interval_bar((-1.0, 9.0), None, (0.0, 1.0), "")
    assert numbers(picture, "x") == [0, 4]
    assert numbers(picture, "width") == [120, 112]
    assert "circle" not in picture
    assert numbers(interval_bar((0.5, 0.5), 0.5, (0.0, 1.0), ""), "width") == [120, 2]
    assert numbers(interval_bar((0.0, 0.0), 0.0, (0.0, 0.0), ""), "cx") == [4]


def test_shares() -> None:
    """A share is a bar as long as it; none has none."""
    assert numbers(share_bar(0.5), "width") == [48, 24]
    assert numbers(share_bar(0.0), "width") == [48]


def test_lines() -> None:
    """Shares over time are a line, which breaks where there was nothing; a single one is a dot."""
    assert re.findall(r'points="([^"]+)"', line([0.0, 1.0, None, None, 0.5], "s")) == [
        "0,22 24,2",
        "96,12 96,12",
    ]
    assert "polyline" not in line([None, None], "s")
    assert re.findall(r'points="([^"]+)"', line([1.0], "s")) == ["0,2 0,2"]
