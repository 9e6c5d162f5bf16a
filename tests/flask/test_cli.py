from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from banditware.cli.given import OfProject
from banditware_flask import Bandits
from banditware_flask.apps import bandit_of
from tests.flask.shops import CONFIG, OpenApp, browser

PAST = {"color_btn": {"arms": ["green", "red"], "pulls": [40, 10], "reward": [20.0, 1.0]}}


@pytest.fixture
def app(bandits: Bandits, open_app: OpenApp, tmp_path: Path) -> Flask:
    """An app without a key in its configuration, whose counts others can see."""
    store = f"sqlite:///{tmp_path}/counts.db"
    app = open_app(bandits, {**CONFIG, "store": store})
    app.add_url_rule("/", "home", lambda: bandits.visit["color_btn"])
    return app


def run(app: Flask, *arguments: str) -> Result:
    """Run a command as `flask banditware ...` does."""
    return app.test_cli_runner().invoke(args=["banditware", *arguments])


def test_the_group_lists_its_commands(app: Flask) -> None:
    """Each has its help, which speaks of the app's configuration."""
    listed = run(app, "--help").output
    assert all(f"  {name} " in listed for name in OfProject.NAMES)
    for name in OfProject.NAMES:
        text = run(app, name, "--help").output
        assert "the app's configuration" in text or name == "import"
        assert "CONFIG" not in text
    assert "FILE" in run(app, "import", "flask-mab", "--help").output


def test_check_and_doctor_use_the_keys_of_the_app(app: Flask) -> None:
    """A configuration without keys is right where Flask has one."""
    result = run(app, "check")
    assert (result.exit_code, result.output.split(":")[0]) == (0, "color_btn")
    checked = json.loads(run(app, "doctor", "--json").output)
    assert checked["problems"] == []
    assert checked["findings"]


def test_stats_and_why_read_the_store_of_the_app(app: Flask) -> None:
    """What visitors did is counted, and why they would get an arm is told."""
    browser(app).get("/")
    bandit_of(app).flush()
    found: dict[str, Any] = json.loads(run(app, "stats", "--json").output)["experiments"]
    assert sum(arm["pulls"] for arm in found["color_btn"]["arms"].values()) == 1
    assert list(json.loads(run(app, "stats", "txt_btn", "--json").output)["experiments"]) == [
        "txt_btn"
    ]
    told = json.loads(run(app, "why", "color_btn", "--json").output)
    assert told["experiment"] == "color_btn"


def test_steering_the_app(app: Flask, tmp_path: Path) -> None:
    """An operator pauses, looks back, plans and exports without naming the configuration."""
    assert "running -> paused" in run(app, "pause", "txt_btn", "--who", "anna").output
    bandit_of(app).refresh()
    assert bandit_of(app).decide("txt_btn").reason == "paused"
    assert "anna  txt_btn" in run(app, "changes").output
    assert "txt_btn = state: paused" in run(app, "plan").output
    browser(app).get("/")
    bandit_of(app).flush()
    assert "color_btn,1," in run(app, "export").output


def test_a_past_in_flask_mab(app: Flask, tmp_path: Path) -> None:
    """Its file goes into the store of the app, and the app sees it."""
    path = tmp_path / "bandits.json"
    path.write_text(json.dumps(PAST))
    result = run(app, "import", "flask-mab", str(path))
    assert (result.exit_code, result.output) == (0, "color_btn@1: 50 pulls, 21 rewards\n")
    bandit = bandit_of(app)
    bandit.refresh()
    assert bandit.stats("color_btn")["arms"]["green"]["rewards"] == 20


def test_other_commands(app: Flask) -> None:
    """What concerns no app is left to the command `banditware`."""
    result = run(app, "demo")
    assert result.exit_code == 2
    assert "No such command" in result.output
