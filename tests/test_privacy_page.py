"""`docs/privacy.md` says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit, Visit
from banditware.config import load
from banditware.consent import ANONYMOUS
from tests.support import Surfer

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.usefixtures("calm")
def test_the_code_keeps_the_arm(tmp_path: Path) -> None:
    """The page's configuration and its two views do what it says of them."""
    (text,) = [text for language, text in BLOCKS if language == "yaml"]
    (code,) = [text for language, text in BLOCKS if language == "python"]
    names: dict[str, Any] = {}
    exec(code, names)
    file = tmp_path / "banditware.yaml"
    file.write_text(text)
    with Bandit(load(file, environ={"BANDITWARE_SECRET_KEY": "k"})) as bandit:
        surfer = Surfer(bandit)
        shown: list[str] = []

        def page(visit: Visit) -> None:
            shown.append(names["page"](visit))

        arm = surfer.ask(view=page).decision.arm
        surfer.ask("/agreed", view=lambda visit: names["agreed"](visit, {"arm": shown[0]}))
        again = surfer.ask(cookie=f"cookie_consent=yes; {surfer.cookie}")
        assert (again.decision.arm, again.reason) == (arm, "sticky")


@pytest.mark.parametrize("reason", sorted(ANONYMOUS))
def test_every_reason_is_named(reason: str) -> None:
    """The reasons of what is not remembered are in the table."""
    assert f"| `{reason}` |" in PAGE
