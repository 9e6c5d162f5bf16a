from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections import Counter
from pathlib import Path

import pytest

from tests.serving import MODULE, Visitor, running

ROOT = Path(__file__).parents[2]

BUTTON = re.compile(
    r'name="csrfmiddlewaretoken" value="(.*?)">.*: (#\w+)">(.*?)</button>', re.DOTALL
)

VALUES = {
    "green": "#1a7f37",
    "red": "#c62828",
    "blue": "#1f5fd0",
    "casual": "Hey, wanna buy me?",
    "neutral": "Add to cart",
    "formal": "Good day. Care to purchase?",
}

SERVERS = {
    "gunicorn": ("gunicorn", "shop:application", "--workers", "2", "--bind", "127.0.0.1:{port}"),
    "uvicorn": ("uvicorn", "shop:asgi_application", "--port", "{port}"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the example, which has a key in the environment."""
    monkeypatch.setenv("SECRET_KEY", "a secret for the tests of the example")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "adapters")]))
    return Path(shutil.copytree(ROOT / "examples" / "django_shop", tmp_path / "shop"))


def manage(folder: Path, *arguments: str) -> str:
    """Return what `python shop.py` prints."""
    command = [sys.executable, "shop.py", *arguments]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def button(visitor: Visitor) -> tuple[str, str, str]:
    """Return the form's token, and the color and the text of the button that a visitor sees."""
    answer = visitor.get("/")
    found = BUTTON.search(answer.body.decode())
    assert found is not None, answer
    token, color, text = found.groups()
    return token, color, text


def click(visitor: Visitor, token: str) -> None:
    """Press the button."""
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": token})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.request("POST", "/btnclick", body, **kind).status == 302


@pytest.mark.parametrize("server", SERVERS)
def test_counts_are_what_visitors_did(server: str, folder: Path) -> None:
    """Visitors of the example under a real server with two workers: all they do is counted."""
    saw: Counter[str] = Counter()
    clicked: Counter[str] = Counter()
    with running([*MODULE, *SERVERS[server]], folder, "unused:app") as running_server:
        for number in range(9):
            visitor = Visitor(running_server.port)
            token, color, text = button(visitor)
            assert button(visitor)[1:] == (color, text)
            saw.update([color, text])
            for _ in range(number % 3):
                click(visitor, token)
            clicked.update([color, text] if number % 3 else [])
    stats = json.loads(manage(folder, "banditware", "stats", "--json"))["experiments"]
    arms = {VALUES[arm]: n for each in stats.values() for arm, n in each["arms"].items()}
    assert {value: n["pulls"] for value, n in arms.items() if n["pulls"]} == saw
    assert {value: n["rewards"] for value, n in arms.items() if n["rewards"]} == clicked


def test_the_example_passes_its_checks(folder: Path) -> None:
    """`python shop.py check` has nothing to say."""
    assert "no issues" in manage(folder, "check")
