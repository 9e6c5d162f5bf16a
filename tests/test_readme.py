from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect
from werkzeug.test import Client

from banditware import Bandit, wrap
from banditware.cli import main
from banditware.config import load
from banditware.policies import DEFAULT, POLICIES
from banditware_flask import Bandits
from tests.cli.commands import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}
ENVIRON = {"BANDITWARE_SECRET_KEY": "any-long-secret"}

#: Apps for the module that the README calls `shop`.
SHOPS = {
    "gunicorn": "def app(environ, start_response): ...\n",
    "uvicorn": "async def app(scope, receive, send): ...\n",
}


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return [code for found, code in BLOCK.findall(README) if found == language]


YAML, PYTHON, (EXCERPT,), (COMMANDS,) = map(blocks, ("yaml", "python", "text", "console"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which has the README's first file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", ENVIRON["BANDITWARE_SECRET_KEY"])
    (tmp_path / "banditware.yaml").write_text(YAML[0])
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[Any]:
    """Return the README's view, wrapped by the README's two lines."""
    names: dict[str, Any] = {}
    exec(PYTHON[1], names)
    names["app"] = names["shop"]
    exec(PYTHON[0], names)
    yield names["app"]
    names["app"].bandit.close()


def report(bandit: Bandit, experiment: str = "txt_btn") -> dict[str, Any]:
    """Return the counts of an experiment, summed over its arms."""
    found = bandit.stats(experiment)
    arms = found["arms"].values()
    return {**{key: sum(arm[key] for arm in arms) for key in ("pulls", "rewards")}, **found}


def test_the_first_screen() -> None:
    """The first thirty lines show the file, the two lines, and what one sees."""
    screen = README.splitlines()[:30]
    for sign in ("```yaml", 'app = wrap(app, "banditware.yaml")', "```text"):
        assert sign in screen
    assert screen[-1] == EXCERPT.splitlines()[-1]


@pytest.mark.parametrize("text", YAML)
def test_every_file_is_right(text: str, tmp_path: Path) -> None:
    """Every YAML block is a whole configuration without a mistake."""
    path = tmp_path / "banditware.yaml"
    path.write_text(text)
    assert load(path, environ=ENVIRON).routes


def test_the_view(app: Any) -> None:
    """The view shows the visitor's text, keeps it, and the click is a reward."""
    client = Client(app)
    first = client.get("/", headers=BROWSER).text
    assert "<button>" in first
    assert client.get("/", headers=BROWSER).text == first
    client.post("/btnclick", headers=BROWSER)
    found = report(app.bandit)
    assert (found["pulls"], found["rewards"], found["excluded"]) == (1, 1, {})


def test_flask(folder: Path) -> None:
    """The decorated views show the visitor's text, and the click is a reward."""
    names: dict[str, Any] = {"app": Flask("shop"), "Bandits": Bandits, "redirect": redirect}
    exec(PYTHON[3], names)
    client = names["app"].test_client()
    assert "<button>" in client.get("/").text
    assert client.post("/btnclick").status_code == 303
    with names["app"].app_context(), names["bandits"].bandit as bandit:
        found = report(bandit)
    assert (found["pulls"], found["rewards"]) == (1, 1)


def test_later_rewards(folder: Path) -> None:
    """A token earns a reward once, and another goal once more."""
    exec(PYTHON[2], {})
    with Bandit.from_config("banditware.yaml") as bandit:
        found = report(bandit)
    assert (found["pulls"], found["rewards"], found["excluded"]) == (1, 1, {"duplicate": 1})
    revenue = [arm["goals"]["revenue"] for arm in found["arms"].values() if arm["pulls"]]
    assert revenue == [{"rewards": 1, "reward_sum": 49.9}]


def test_rewritten_pages(folder: Path) -> None:
    """Without code, visitors get one of two pages, and the amount is the app's own header."""
    (folder / "banditware.yaml").write_text(YAML[1])

    def shop(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        status = "303 See Other" if path == "/checkout" else "200 OK"
        start_response(status, [("X-Order-Total", "49.90"), ("Location", "/")])
        return [path.encode()]

    pages = set()
    wrapped = wrap(shop, "banditware.yaml")
    for _ in range(40):
        client = Client(wrapped)
        pages.add(client.get("/pricing", headers=BROWSER).text)
        client.post("/checkout", headers=BROWSER)
    arms = report(wrapped.bandit, "pricing")["arms"].values()
    wrapped.bandit.close()
    assert pages == {"/pricing", "/pricing-b"}
    assert sum(arm["goals"]["revenue"]["reward_sum"] for arm in arms) == pytest.approx(40 * 49.9)


def test_what_is_not_counted(app: Any) -> None:
    """Every reason that the README names is one, and it names all that a visitor can cause."""
    bandit: Bandit = app.bandit
    client = Client(app)
    client.head("/", headers=BROWSER)
    client.get("/", headers={"User-Agent": "Examplebot/1.0"})
    assert client.get_cookie("bw") is None
    client.get("/", headers={**BROWSER, "Sec-Purpose": "prefetch"})
    client.post("/btnclick", headers=BROWSER)
    assert client.get_cookie("bw") is not None
    assert report(bandit)["pulls"] == 0
    client.get("/", headers=BROWSER)
    client.post("/btnclick", headers={**BROWSER, "Sec-Fetch-Site": "cross-site"})
    assert report(bandit)["rewards"] == 0
    client.post("/btnclick", headers=BROWSER)
    client.post("/btnclick", headers=BROWSER)
    bandit.reward(bandit.decide("txt_btn")._replace(time=1.0))
    Client(wrap(_broken, bandit)).get("/", headers=BROWSER)
    found = report(bandit)
    assert (found["pulls"], found["rewards"]) == (2, 1)
    counted = README[README.index("## What is counted") : README.index("## What holds")]
    assert {*found["excluded"]} == {*re.findall(r"\(`(\w+)`", counted)}


def _broken(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("500 Internal Server Error", [])
    return []


def test_the_commands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run in their order: servers find the app, and everything else exits with 0."""
    lines = [shlex.split(line.removeprefix("$ ")) for line in COMMANDS.splitlines()]
    (folder / "banditware.yaml").write_text(YAML[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
    for name, *arguments in lines:
        if name == "export":
            for variable, _, value in (each.partition("=") for each in arguments):
                monkeypatch.setenv(variable, value)
            continue
        if name in SHOPS:
            (folder / "shop.py").write_text(SHOPS[name])
        _run(name, arguments)
    assert {line[0] for line in lines} == {"export", "banditware", *SHOPS}


def _run(name: str, arguments: list[str]) -> None:
    """Run a command; of servers, what they do before they serve."""
    commands = {
        "gunicorn": ["-m", "gunicorn", "--check-config", *arguments],
        "uvicorn": ["-c", f"from uvicorn.importer import *; import_from_string({arguments[-1]!r})"],
        "banditware": ["-m", "banditware", *arguments],
    }
    subprocess.run([sys.executable, "-B", *commands[name]], check=True, timeout=60)


def test_what_one_sees() -> None:
    """The excerpt has the form of what the demonstration prints."""

    def form(text: str) -> list[str]:
        lines = map(str.strip, text.splitlines())
        return [re.sub(r"[\d.,]+%?", "#", re.sub(r"\s+", " ", line)) for line in lines]

    result = run("demo", "--visitors", "120")
    assert result.exit_code == 0, result.output
    printed = form(result.stdout)
    assert [line for line in form(EXCERPT) if line not in printed] == []


def test_policies() -> None:
    """The table has every policy, and says which one is the default."""
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.*) \|$", README, re.MULTILINE))
    assert {*rows} == {*POLICIES}
    assert [name for name, text in rows.items() if "the default" in text] == [DEFAULT]


def test_links() -> None:
    """Every link to a file leads to one."""
    links = [link for link in re.findall(r"\]\(([^)]*)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


def test_commands_are_listed() -> None:
    """The last section names every command."""
    section = textwrap.shorten(README[README.index("## Where to go on") :], 10_000)
    assert all(f"`{name}`" in section for name in main.list_commands(None))  # type: ignore[arg-type]  # needs no context
