from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from banditware.config import load
from tests.serving import Server, Visitor, gunicorn, stats, uvicorn

EXAMPLE = Path(__file__).parents[1] / "examples" / "button"

SERVERS: dict[str, Callable[[Path, str], AbstractContextManager[Server]]] = {
    "wsgi:app": gunicorn,
    "asgi:app": uvicorn,
}

BUTTON = re.compile(r'<button style="--button: (.*?)">(.*?)</button>')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the example, which has its key in the environment."""
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", "a-secret-for-tests-of-thirty-two-characters")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "button"))


def button(visitor: Visitor) -> tuple[str, ...]:
    """Return color and text of the button that a visitor sees."""
    answer = visitor.get("/")
    found = BUTTON.search(answer.body.decode())
    assert answer.status == 200
    assert found is not None
    return found.groups()


def click(visitor: Visitor) -> None:
    """Press the button, which leads back to the page."""
    answer = visitor.request("POST", "/btnclick", "", **{"Sec-Fetch-Site": "same-origin"})
    assert (answer.status, dict(answer.headers).get("Location", "/#thanks")) == (303, "/#thanks")


@pytest.mark.parametrize("app", SERVERS)
def test_counts_are_what_visitors_did(app: str, folder: Path) -> None:
    """Twelve visitors under a real server with two workers: every look and click is counted."""
    saw: Counter[tuple[str, str]] = Counter()
    clicked: Counter[tuple[str, str]] = Counter()
    with SERVERS[app](folder, app) as server:
        for number in range(12):
            visitor = Visitor(server.port)
            seen = button(visitor)
            assert button(visitor) == seen
            clicks = number % 3
            for _ in range(clicks):
                click(visitor)
            for shown in zip(("color_btn", "txt_btn"), seen, strict=True):
                saw[shown] += 1
                clicked[shown] += clicks > 0
        assert Visitor(server.port).get("/nowhere").status == 404
        reports = json.loads(stats(folder))["experiments"]
    values = {each.name: each.arms for each in load(folder / "banditware.yaml").experiments}
    for name, arms in values.items():
        counted: dict[str, Any] = reports[name]["arms"]
        for arm in arms:
            numbers = counted[arm.name]
            did = (saw[name, arm.value], clicked[name, arm.value])
            assert (numbers["pulls"], numbers["rewards"]) == did
        assert reports[name]["excluded"] == {"duplicate": 4}
    assert sum(saw.values()) == 24


def test_the_page_asks_nobody_else() -> None:
    """The page is whole without any other request, and needs no script."""
    page = (EXAMPLE / "page.html").read_text(encoding="utf-8")
    assert re.findall(r"https?://|src=|@import|url\(|<script", page) == []
    assert re.findall(r'href="([^"]*)"', page) == ["data:,"]


def luminance(color: str) -> float:
    """Return the relative luminance of a color (WCAG 2.2, `relative luminance`)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_button_can_be_read(folder: Path) -> None:
    """White text has a contrast of 4.5 or more on every color (WCAG 2.2, criterion 1.4.3)."""
    colors = load(folder / "banditware.yaml").experiments[0]
    assert colors.name == "color_btn"
    for arm in colors.arms:
        assert 1.05 / (luminance(arm.value) + 0.05) >= 4.5, arm.name
