"""The pages of the docs that are about Flask: their code runs, and one sees what they show."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from banditware.cli.given import OfProject
from banditware.config import load
from banditware.policies import POLICIES
from banditware_flask.apps import bandit_of
from banditware_flask.testing import counted, forced
from tests.flask.shops import browser

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PAGES = ("flask.md", "from-flask-mab.md")

#: As JSONBanditStorage writes them; the sums are those of the page.
PAST = {
    "color_btn": {"arms": ["green", "red", "blue"], "pulls": [120, 60, 20], "reward": [30, 6, 0]},
    "txt_btn": {"arms": ["casual", "neutral"], "pulls": [100, 80], "reward": [20, 16]},
}


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [code for found, code in BLOCK.findall(text) if found == language]


class Reader:
    """Somebody who types in what a page says, in a folder of their own."""

    def __init__(self, folder: Path, page: str) -> None:
        (folder / "banditware.yaml").write_text(blocks(page, "yaml")[0])
        self.names: dict[str, Any] = {"__name__": "a_reader_s_app"}
        self.apps: list[Flask] = []

    def type(self, *codes: str) -> Flask:
        """Run blocks; return the app that there is then."""
        for code in codes:
            exec(code, self.names)
            if self.names["app"] not in self.apps:
                self.apps.append(self.names["app"])
        return self.apps[-1]


@pytest.fixture(params=["flask.md"])
def reader(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """Return a reader of a page, whose apps are closed in the end."""
    monkeypatch.chdir(tmp_path)
    found = Reader(tmp_path, request.param)
    yield found
    for app in found.apps:
        bandit_of(app).close()


def test_the_first_app(reader: Reader) -> None:
    """It shows and rewards, and the command prints what the page shows."""
    app = reader.type(blocks("flask.md", "python")[0])
    with forced(app, color_btn="red", txt_btn="casual"):
        client = browser(app)
        assert '"background: #FF0000">Hey, wanna buy me?<' in client.get("/").text
        assert client.post("/btnclick").status_code == 303
    bandit_of(app).flush()
    printed = app.test_cli_runner().invoke(args=["banditware", "stats"]).output
    assert masked(printed) == masked(blocks("flask.md", "text")[0])


def masked(text: str) -> str:
    """Return a table without its propensities, which know how long the click took."""
    return re.sub(r"[\d.]+%$", "#", text, flags=re.MULTILINE)


def test_more_views(reader: Reader) -> None:
    """The other views work: a goal of its own, repeated rewards, the visit, a coroutine."""
    app = reader.type(*blocks("flask.md", "python")[:3])
    client = browser(app)
    seen = client.get("/offer").get_json()
    for _ in range(2):
        assert client.post("/checkout").text == "thanks"
    bandit = bandit_of(app)
    assert bandit.reward(seen["token"], goal="later")
    arms = bandit.stats("color_btn")["arms"].values()
    assert [arm["goals"]["revenue"]["reward_sum"] for arm in arms if arm["pulls"]] == [49.9]
    assert sum(arm.rewards for arm in counted(app, "txt_btn").values()) == 2


def test_the_factory_and_the_tests(reader: Reader) -> None:
    """The factory makes apps, one of them with the panel, and what the page tests holds."""
    codes = blocks("flask.md", "python")
    app = reader.type(codes[0], *codes[3:])
    assert [each.name for each in bandit_of(app).settings.experiments] == ["color_btn"]
    assert reader.apps[-2].config["DEBUG_TB_PANELS"] == ["banditware_flask.panel.BanditPanel"]
    assert len(codes) == 6


@pytest.mark.parametrize("reader", ["from-flask-mab.md"], indirect=True)
def test_the_example_of_flask_mab(reader: Reader, tmp_path: Path) -> None:
    """Turned over, it shows and rewards, and its counts come along as the page prints it."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "ui.html").write_text("{{ btn_color }} {{ btn_text }}")
    (tmp_path / "templates" / "btnclick.html").write_text("thanks")
    (tmp_path / "bandit_storage.json").write_text(json.dumps(PAST))
    app = reader.type(*blocks("from-flask-mab.md", "python"))
    command, _, printed = blocks("from-flask-mab.md", "console")[0].partition("\n")
    arguments = shlex.split(command.removeprefix("$ flask "))
    assert app.test_cli_runner().invoke(args=arguments).output == printed
    client = browser(app)
    with forced(app, color_btn="blue", txt_btn="neutral"):
        assert client.get("/").text == "#0000FF Add to cart"
    assert client.get("/btnclick").text == "thanks"
    assert counted(app, "color_btn")["blue"] == (21, 1, 1.0)


def test_policies_that_are_named() -> None:
    """Every policy of the table is one, with parameters that it has."""
    text = (DOCS / "from-flask-mab.md").read_text(encoding="utf-8")
    table = text[text.index("## Bandit by bandit") : text.index("## The counts")]
    quoted = re.findall(r"`([^`]*)`", table)
    maps = [each for each in quoted if each.startswith("{name")]
    assert len(maps) == 3
    for each in maps:
        experiment = {"arms": ["a", "b"], "policy": yaml.safe_load(each)}
        assert load({"secret_keys": "k", "experiments": {"e": experiment}})
    names = {each for each in quoted if each.islower() and "{" not in each and each != "policy:"}
    assert names <= {*POLICIES}
    assert {"thompson", "uniform", "annealing-softmax"} <= names


@pytest.mark.parametrize("page", PAGES)
def test_links(page: str) -> None:
    """Every link to a file leads to one."""
    text = (DOCS / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]*)\)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (DOCS / link.partition("#")[0]).exists()] == []


def test_commands_are_listed() -> None:
    """The page names every command of the group."""
    text = (DOCS / "flask.md").read_text(encoding="utf-8")
    section = text[text.index("## Commands") : text.index("## Flask-DebugToolbar")]
    assert [name for name in OfProject.NAMES if name not in section] == []
