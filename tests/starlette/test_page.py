"""`docs/starlette.md` is current."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

import banditware_starlette
from banditware import Bandit
from banditware_starlette import BanditsMiddleware, fastapi
from tests.wires.asgi import sending
from tests.wires.shop import counted
from tests.wires.visitors import Visitor, asgi_ask

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "starlette.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FASTAPI, STARLETTE, TEMPLATES, MIDDLEWARE = [code for kind, code in BLOCKS if kind == "python"]
(YAML,) = [code for kind, code in BLOCKS if kind == "yaml"]
KEY = "any-long-secret"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which has the page's file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANDITWARE_SECRET_KEY", KEY)
    (tmp_path / "banditware.yaml").write_text(YAML)
    return tmp_path


def run(code: str) -> dict[str, Any]:
    """Run a piece of the page; return its names."""
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "docs/starlette.md", "exec", dont_inherit=True), names)
    return names


def bandit_of(app: Any) -> Bandit:
    """Return the bandit that the middleware of an app has made."""
    found = app.middleware_stack
    while not isinstance(found, BanditsMiddleware):
        found = found.app
    return found.bandit


@pytest.mark.parametrize("code", [FASTAPI, STARLETTE], ids=["fastapi", "starlette"])
def test_the_apps(folder: Path, code: str) -> None:
    """Both apps do what the page says: same button on every visit, one reward for each click."""
    app = run(code)["app"]
    for _ in range(6):
        visitor = Visitor(asgi_ask(app))
        page = visitor.get().body
        assert page == visitor.get().body
        assert b"<button style" in page
        assert visitor.post("/btnclick").status == visitor.post("/btnclick").status == 303
    with bandit_of(app) as bandit:
        for name in ("color_btn", "txt_btn"):
            assert counted(bandit, name) == (6, 6, 6.0, {"duplicate": 6})


def test_the_middleware(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way to give a configuration leads to a bandit with the experiments."""
    made: list[Bandit] = []

    def make(cls: type[BanditsMiddleware], **more: Any) -> None:
        made.append(cls(sending(), **more).bandit)

    monkeypatch.setattr("starlette.middleware.Middleware", make)
    given = run(MIDDLEWARE)["bandit"]
    for bandit in made:
        assert bandit.decide("color_btn").arm in {"red", "green", "blue"}
        bandit.close()
    assert [bandit is given for bandit in made] == [False, False, True]


def test_a_template(folder: Path) -> None:
    """The template of the page shows the arm."""
    (folder / "templates").mkdir()
    (template,) = re.findall(r"`({{.*?}})`", PAGE)
    (folder / "templates" / "shop.html").write_text(template)
    names = run(FASTAPI) | run(TEMPLATES)
    app, templates = names["app"], names["templates"]

    async def page(request: Request) -> Response:
        response: Response = templates.TemplateResponse(request, "shop.html")
        return response

    app.get("/page")(page)
    assert Visitor(asgi_ask(app)).get("/page").body in {b"#1a7f37", b"#c62828", b"#1f5fd0"}
    bandit_of(app).close()


def test_every_name_is_there() -> None:
    """The page has all that the adapter offers, and what it imports from us is offered."""
    names = {*banditware_starlette.__all__, *fastapi.__all__}
    assert {name for name in names if not re.search(rf"\b{name}\b", PAGE)} == set()
    assert "(docs/starlette.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
