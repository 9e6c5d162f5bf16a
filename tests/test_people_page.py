"""`docs/people.md` says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from banditware.people import WAIT
from tests.support import stand

PAGE = (Path(__file__).parents[1] / "docs" / "people.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("calm")
def test_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's view shows one arm on both devices."""
    assert f"{WAIT * 1000:.0f} ms" in PAGE
    monkeypatch.setattr("banditware.people.WAIT", 60.0)
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code.replace("headline", "button"), names)
    here, user = stand(), SimpleNamespace(id=7)
    phone, shown = here.surfer(), []
    shown.append(phone.ask().decision.value)
    for device in (phone, here.surfer(), here.surfer()):
        device.ask("/else", view=lambda visit: shown.append(names["account"](visit, user)))
    assert len(set(shown)) == 1
