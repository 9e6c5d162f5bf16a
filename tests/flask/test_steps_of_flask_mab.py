"""The README of Flask-MAB, step by step, as `examples/flask_shop` takes each of them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from banditware_flask.apps import bandit_of
from tests.flask.shops import browser, totals

ROOT = Path(__file__).parents[2]

EXAMPLE = ROOT / "examples" / "flask_shop"

BUTTON = re.compile(r'<button style="background: (.*?)">(.*?)</button>')

Create = Callable[..., Flask]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A copy of the example, whose counts are nobody else's."""
    folder = shutil.copytree(EXAMPLE, tmp_path / "flask_shop")
    spec = importlib.util.spec_from_file_location("shop_of_the_steps", folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # where Flask looks for its folder
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def create(shop: ModuleType) -> Iterator[Create]:
    """The factory of the example; what it makes is closed in the end."""
    made: list[Flask] = []

    def create_app(**settings: Any) -> Flask:
        made.append(shop.create_app({"SECRET_KEY": "any", **settings}))
        return made[-1]

    yield create_app
    for app in made:
        bandit_of(app).close()


def button(app: Flask) -> tuple[str, ...]:
    """Return color and text that somebody new sees."""
    found = BUTTON.search(browser(app).get("/").text)
    assert found is not None
    return found.groups()


def test_setting_up_the_storage(create: Create, tmp_path: Path) -> None:
    """One line of the file says where counts are kept, and they are there when the app is gone."""
    app = create()
    browser(app).get("/")
    bandit_of(app).close()
    assert (tmp_path / "flask_shop" / "shop.db").is_file()
    assert totals(create()).pulls == 1


def test_creating_bandits_and_arms(create: Create) -> None:
    """The same experiments, arms and policies: 20 % and 50 % explore."""
    color, text = bandit_of(create()).settings.experiments
    assert {arm.name for arm in color.arms} == {"green", "red", "blue"}
    assert {arm.name: arm.value for arm in text.arms}["casual"] == "Hey, wanna buy me?"
    assert [(each.name, each.policy.name) for each in (color, text)] == [
        ("color_btn", "epsilon-greedy"),
        ("txt_btn", "epsilon-greedy"),
    ]
    assert "epsilon=0.2" in repr(color.policy)
    assert "epsilon=0.5" in repr(text.policy)


def test_attaching_the_middleware(shop: ModuleType, create: Create) -> None:
    """The extension is made without an app, and each app that the factory makes has its own."""
    first, second = create(), create(SECRET_KEY="another")
    assert bandit_of(first) is not bandit_of(second)
    with first.app_context():
        assert shop.bandits.bandit is bandit_of(first)


def test_the_decorators_are_stacked(create: Create) -> None:
    """Both values reach the view by their names, and one visit is one pull of each."""
    app = create()
    arms = {
        each.name: {arm.value for arm in each.arms} for each in bandit_of(app).settings.experiments
    }
    color, text = button(app)
    assert (color in arms["color_btn"], text in arms["txt_btn"]) == (True, True)
    assert (totals(app).pulls, totals(app, "txt_btn").pulls) == (1, 1)


def test_a_click_rewards_both_experiments(create: Create) -> None:
    """The arms that the visitor saw get 1 each, by decorators of another view."""
    app = create()
    visitor = browser(app)
    visitor.get("/")
    visitor.post("/btnclick")
    for experiment in ("color_btn", "txt_btn"):
        assert totals(app, experiment)[:3] == (1, 1, 1.0)


def test_arms_are_remembered_in_a_cookie(create: Create) -> None:
    """Whoever comes back sees what was there before, and it is no new pull."""
    app = create()
    visitor = browser(app)
    pages = {visitor.get("/").text for _ in range(10)}
    assert len(pages) == 1
    assert visitor.get_cookie("bw") is not None
    assert totals(app).pulls == 1


def test_the_factory_and_a_blueprint(shop: ModuleType, create: Create) -> None:
    """Views are decorated on a blueprint, before there is any app."""
    assert shop.pages.name == "pages"
    rules = {rule.rule: rule.endpoint for rule in create().url_map.iter_rules()}
    assert (rules["/"], rules["/btnclick"]) == ("pages.home", "pages.btnclick")


def test_the_debug_panel(create: Create) -> None:
    """In debug mode each page has the panel with both experiments; otherwise it has none."""
    page = browser(create(DEBUG=True)).get("/").text
    assert "2 decided" in page
    assert all(name in page for name in ("color_btn", "txt_btn"))
    assert "decided" not in browser(create()).get("/").text


def test_traffic_moves_to_what_is_clicked(create: Create) -> None:
    """When only the red button is clicked, most visitors get it."""
    app = create()
    color = bandit_of(app).settings.experiments[0]
    red = next(arm.value for arm in color.arms if arm.name == "red")
    for _ in range(60):
        visitor = browser(app)
        if red in visitor.get("/").text:
            visitor.post("/btnclick")
    arms = bandit_of(app).stats("color_btn")["arms"]
    assert arms["red"]["propensity"] > 0.8


#: What Flask-MAB 3.0.4 offers: functions, methods, classes, settings, and a header.
OFFERED = (
    *("BanditMiddleware", "init_app", "add_bandit", "add_arm", "choose_arm", "reward_endpt"),
    *("suggest_arm_for", "request.bandits", "pull_arm", "reward_arm", "MABConfigException"),
    *("Bandit", "EpsilonGreedyBandit", "SoftmaxBandit", "AnnealingSoftmaxBandit", "ThompsonBandit"),
    *("NaiveStochasticBandit", "BanditStorage", "JSONBanditStorage", "BanditDebugPanel"),
    *("MAB_STORAGE_ENGINE", "MAB_STORAGE_OPTS", "MAB_COOKIE_NAME", "MAB_COOKIE_PATH"),
    *("MAB_COOKIE_TTL", "MAB_DEBUG_HEADERS", "X-MAB-Debug"),
)


@pytest.mark.parametrize("name", OFFERED)
def test_the_guide_names_everything_that_flask_mab_offers(name: str) -> None:
    """Whoever looks for a name finds what it is here."""
    guide = (ROOT / "docs/from-flask-mab.md").read_text("utf-8")
    assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", guide)


def test_the_readme_says_where_each_feature_is() -> None:
    """Its table has three columns, and the last one leads somewhere in every row."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme[readme.index("## If you come from Flask-MAB") :].partition("\n## ")[0]
    rows = [row.strip("|").split("|") for row in section.splitlines() if row.startswith("| ")]
    assert len(rows) > 10
    for row in rows[1:]:
        assert len(row) == 3, row
        links = re.findall(r"\]\(([^)#]+)", row[2])
        assert links, row
        assert [link for link in links if not (ROOT / link).exists()] == []
