from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from banditware.config import load
from tests.serving import MODULE, Visitor, running

EXAMPLE = Path(__file__).parents[2] / "examples" / "flask_shop"

BUTTON = re.compile(r'<button style="background: (.*?)">(.*?)</button>')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the example, which has its key in the environment."""
    monkeypatch.setenv("SECRET_KEY", "a-secret-for-tests-of-thirty-two-characters")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "flask_shop"))


def button(visitor: Visitor) -> tuple[str, ...]:
    """Return color and text of the button that a visitor sees."""
    found = BUTTON.search(visitor.get("/").body.decode())
    assert found is not None
    return found.groups()


def test_counts_are_what_visitors_did(folder: Path) -> None:
    """Twelve visitors of two workers: every look and click is counted, and `flask` tells them."""
    saw: Counter[tuple[str, str]] = Counter()
    clicked: Counter[tuple[str, str]] = Counter()
    command = [*MODULE, "gunicorn", "app:create_app()", "--workers", "2"]
    with running([*command, "--bind", "127.0.0.1:{port}"], folder, "") as server:
        for number in range(12):
            visitor = Visitor(server.port)
            seen = button(visitor)
            assert button(visitor) == seen
            clicks = number % 3
            for _ in range(clicks):
                assert visitor.request("POST", "/btnclick").status == 303
                assert seen[0] in visitor.get("/thanks").body.decode()
            for shown in zip(("color_btn", "txt_btn"), seen, strict=True):
                saw[shown] += 1
                clicked[shown] += clicks > 0
    reports = json.loads(flask(folder, "stats", "--json"))["experiments"]
    settings = load(folder / "banditware.yaml", secret_keys=["any"])
    for experiment in settings.experiments:
        counted = reports[experiment.name]
        for arm in experiment.arms:
            numbers = counted["arms"][arm.name]
            did = (saw[experiment.name, arm.value], clicked[experiment.name, arm.value])
            assert (numbers["pulls"], numbers["rewards"]) == did
        assert counted["excluded"] == {"duplicate": 4}
    assert sum(saw.values()) == 24


def flask(folder: Path, *arguments: str) -> str:
    """Return what a command of the app's group prints."""
    run = subprocess.run(
        [*MODULE, "flask", "banditware", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *paths()])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def paths() -> list[str]:
    """Return where the packages of this repository are."""
    root = EXAMPLE.parents[1]
    return [str(root), str(root / "adapters")]
