"""The shop in FastAPI, under a real uvicorn."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from banditware.config import load
from tests.serving import MODULE, Server, Visitor, running, stats

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi_shop"

BUTTON = re.compile(r'<button style="--button: (.*?)">(.*?)</button>')

NAMES = ("color_btn", "txt_btn")

COMMANDS: dict[str, Sequence[str]] = {
    "two workers": ("--workers", "2"),
    "without lifespan": ("--lifespan", "off"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the example, which has its key in the environment."""
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", "a-secret-for-tests-of-thirty-two-characters")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "shop"))


def visit(server: Server, clicks: int) -> tuple[str, ...]:
    """Look three times, click, and order; return the color and the text."""
    visitor = Visitor(server.port)
    pages = [visitor.get("/").body.decode() for _ in range(2)]
    (seen,), (again,) = map(BUTTON.findall, pages)
    drawn = json.loads(visitor.get("/button.json").body)
    assert seen == again == (drawn["color"], drawn["text"])
    for _ in range(clicks):
        answer = visitor.request("POST", "/btnclick")
        assert (answer.status, dict(answer.headers)["location"]) == (303, "/#thanks")
    assert visitor.request("POST", "/order?price=18").status == 200
    assert visitor.request("POST", "/order?price=much").status == 422
    return tuple(seen)


@pytest.mark.parametrize("how", COMMANDS)
def test_counts_are_what_visitors_did(how: str, folder: Path) -> None:
    """Every look, click and order of ten visitors is counted once, when the server has ended."""
    saw: Counter[tuple[str, str]] = Counter()
    clicked: Counter[tuple[str, str]] = Counter()
    command = [*MODULE, "uvicorn", "app:app", "--port", "{port}", *COMMANDS[how]]
    with running(command, folder, "") as server:
        for number in range(10):
            shown = zip(NAMES, visit(server, clicks=number % 3), strict=True)
            for each in shown:
                saw[each] += 1
                clicked[each] += number % 3 > 0
        document = json.loads(Visitor(server.port).get("/openapi.json").body)
        assert "parameters" not in document["paths"]["/button.json"]["get"]
    reports = json.loads(stats(folder))["experiments"]
    for experiment in load(folder / "banditware.yaml").experiments:
        counted: dict[str, Any] = reports[experiment.name]["arms"]
        for arm in experiment.arms:
            numbers = counted[arm.name]
            key = experiment.name, arm.value
            assert (numbers["pulls"], numbers["rewards"]) == (saw[key], clicked[key])
        assert reports[experiment.name]["excluded"] == {"duplicate": 3}
    # Ten visitors may leave an arm out, which has no revenue then.
    goals = [arm["goals"].get("revenue", {}) for arm in reports["txt_btn"]["arms"].values()]
    assert sum(goal.get("reward_sum", 0) for goal in goals) == 180


def test_the_log_of_the_server_is_clean(folder: Path) -> None:
    """The server starts and ends without a complaint of anybody."""
    command = [*MODULE, "uvicorn", "app:app", "--port", "{port}"]
    with running(command, folder, "") as server:
        visit(server, clicks=1)
    log = (folder / "server.log").read_text()
    assert "Application shutdown complete." in log
    assert not {"ERROR", "WARNING", "Traceback"} & set(re.findall(r"\w+", log))
