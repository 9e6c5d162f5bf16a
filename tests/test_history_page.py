"""`docs/history.md` is current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from banditware.dating import DAYS, HOURS
from banditware.history import BY_HOURS, MOST
from banditware.model import DAY

PAGE = (Path(__file__).parents[1] / "docs" / "history.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", BLOCKS)
def test_code(code: str) -> None:
    """Every piece of Python runs, and what it asserts holds."""
    exec(code, {})


def test_limits() -> None:
    """What is told of limits is what they are."""
    assert f"in the last {HOURS // int(DAY)} days | the hour" in PAGE
    assert f"in the last {DAYS // int(DAY)} days | the day" in PAGE
    assert BY_HOURS == 8 * DAY
    assert "up to eight days are told by hours" in PAGE
    assert f"more than {MOST:,} steps" in PAGE
