from __future__ import annotations

import inspect
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, g
from flask.typing import ResponseReturnValue
from flask.views import MethodView, View

from banditware.errors import UnknownExperimentError
from banditware_flask import Bandits
from tests.flask.shops import CONFIG, OpenApp, browser, totals

COLORS = {"#0f0", "#f00", "#00f"}


def test_a_view_gets_the_value_of_the_arm(bandits: Bandits, open_app: OpenApp) -> None:
    """It comes by the experiment's name, stays the same for a visitor, and is one pull."""
    app = open_app(bandits)

    @app.get("/")
    @bandits.choose("color_btn")
    def home(color_btn: str) -> str:
        return color_btn

    seen = set()
    for _ in range(60):
        client = browser(app)
        first = client.get("/").text
        assert client.get("/").text == first
        seen.add(first)
    assert seen == COLORS
    assert totals(app).pulls == 60


def test_arms_come_after_what_the_route_says(bandits: Bandits, open_app: OpenApp) -> None:
    """Decorators stack, in any order, and leave the route's own parameters alone."""
    app = open_app(bandits)

    @app.get("/<int:item>/<name>")
    @bandits.choose("color_btn")
    @bandits.choose("txt_btn")
    def item(item: int, name: str, txt_btn: str, color_btn: str) -> list[Any]:
        return [item, name, txt_btn, color_btn]

    number, name, text, color = browser(app).get("/7/shoe").get_json()
    assert (number, name) == (7, "shoe")
    assert text in {"Hey!", "Good day."}
    assert color in COLORS
    assert (totals(app).pulls, totals(app, "txt_btn").pulls) == (1, 1)


def test_a_view_stays_what_it_is(bandits: Bandits) -> None:
    """Its name, documentation, signature and kind are still what they were."""

    @bandits.choose("color_btn")
    @bandits.reward("txt_btn")
    def home(page: int, *, color_btn: str = "none") -> str:
        """The page."""
        return f"{page}"

    @bandits.choose("color_btn")
    @bandits.reward("txt_btn")
    async def later(color_btn: str) -> str:
        """The same."""
        return color_btn

    assert (home.__name__, home.__doc__) == ("home", "The page.")
    assert [*inspect.signature(home).parameters] == ["page", "color_btn"]
    assert (later.__name__, inspect.iscoroutinefunction(later)) == ("later", True)


def test_a_reward_when_the_view_answers(bandits: Bandits, open_app: OpenApp) -> None:
    """Rewards stack, have amounts and goals, and are credited once."""
    app = shop(bandits, open_app)

    @app.post("/buy")
    @bandits.reward("color_btn", 0.5)
    @bandits.reward("color_btn", 30, goal="revenue")
    @bandits.reward("txt_btn")
    def buy() -> str:
        return "thanks"

    client = browser(app)
    client.get("/")
    assert [client.post("/buy").text for _ in range(3)] == ["thanks"] * 3
    found = totals(app)
    assert (found.pulls, found.rewards, found.amount) == (1, 1, 0.5)
    assert found.excluded == {"duplicate": 4}
    assert totals(app, "txt_btn").rewards == 1


def test_a_reward_that_may_be_repeated(bandits: Bandits, open_app: OpenApp) -> None:
    """With `once=False` every click counts."""
    app = shop(bandits, open_app)

    @app.post("/click")
    @bandits.reward("color_btn", once=False)
    def click() -> str:
        return ""

    client = browser(app)
    client.get("/")
    for _ in range(3):
        client.post("/click")
    assert totals(app)[:2] == (1, 3)


@pytest.mark.parametrize("kind", ["abort", "answer", "raise"])
def test_no_reward_for_a_view_that_fails(kind: str, bandits: Bandits, open_app: OpenApp) -> None:
    """An error of any form earns nothing, even if an error handler makes it look well."""
    app = shop(bandits, open_app)

    @app.errorhandler(KeyError)
    def handle(error: KeyError) -> str:
        return "never mind"

    @app.post("/buy")
    @bandits.reward("color_btn")
    def buy() -> ResponseReturnValue:
        if kind == "abort":
            abort(402)
        if kind == "raise":
            raise KeyError("the stock")
        return "sold out", 409

    client = browser(app)
    client.get("/")
    client.post("/buy")
    assert totals(app)[:2] == (1, 0)


def test_asynchronous_views(bandits: Bandits, open_app: OpenApp) -> None:
    """Views that are coroutines get arms and earn like others."""
    app = open_app(bandits)

    @app.get("/")
    @bandits.choose("color_btn")
    @bandits.choose("txt_btn")
    async def home(color_btn: str, txt_btn: str) -> list[Any]:
        return [color_btn, txt_btn, bandits.visit["color_btn"]]

    @app.post("/buy")
    @bandits.reward("color_btn")
    async def buy() -> str:
        return "thanks"

    client = browser(app)
    color, _, again = client.get("/").get_json()
    assert color == again
    client.post("/buy")
    assert totals(app)[:2] == (1, 1)


def test_blueprints_before_there_is_an_app(bandits: Bandits, open_app: OpenApp) -> None:
    """Views of a blueprint are decorated first; every app that has it counts for itself."""
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    @bandits.choose("color_btn")
    def home(color_btn: str) -> str:
        return color_btn

    shops = [open_app(bandits) for _ in range(2)]
    for app in shops:
        app.register_blueprint(pages)
        app.register_blueprint(pages, name="more", url_prefix="/more")
    client = browser(shops[0])
    assert client.get("/").text == client.get("/more/").text
    browser(shops[1]).get("/")
    browser(shops[1]).get("/")
    assert [totals(app).pulls for app in shops] == [1, 2]


def test_views_that_are_classes(bandits: Bandits, open_app: OpenApp) -> None:
    """Methods of a view class and its list of decorators take them, too."""
    app = open_app(bandits)

    class Home(MethodView):
        @bandits.choose("color_btn")
        def get(self, color_btn: str) -> str:
            return color_btn

        @bandits.reward("color_btn")
        def post(self) -> str:
            return "thanks"

    class Text(View):
        decorators = [bandits.choose("txt_btn")]

        def dispatch_request(self, **arms: str) -> str:
            return arms["txt_btn"]

    app.add_url_rule("/", view_func=Home.as_view("home"))
    app.add_url_rule("/text", view_func=Text.as_view("text"))
    client = browser(app)
    assert client.get("/").text in COLORS
    assert client.get("/text").text in {"Hey!", "Good day."}
    client.post("/")
    assert totals(app)[:2] == (1, 1)


def test_names_that_no_parameter_can_have(bandits: Bandits, open_app: OpenApp) -> None:
    """They are refused when the view is decorated, and `parameter` names another one."""
    for name in ("buy-button", "class", "2nd"):
        with pytest.raises(ValueError, match=f"no view can have a parameter '{name}'.*parameter="):
            bandits.choose(name)
    with pytest.raises(ValueError, match="no view can have a parameter 'a b'"):
        bandits.choose("color_btn", parameter="a b")
    app = open_app(bandits, {**CONFIG, "experiments": {"buy-button": {"arms": ["a", "b"]}}})

    @app.get("/")
    @bandits.choose("buy-button", parameter="button")
    def home(button: str) -> str:
        return button

    assert browser(app).get("/").text in {"a", "b"}


def test_a_name_that_the_route_has_taken(bandits: Bandits, open_app: OpenApp) -> None:
    """What the route says is never replaced by an arm: it is an error that names the mend."""
    app = open_app(bandits)

    @app.get("/<color_btn>")
    @bandits.choose("color_btn")
    def home(color_btn: str) -> str:
        return color_btn

    with pytest.raises(TypeError, match=r"home\(\) gets 'color_btn' from its route .* parameter="):
        browser(app).get("/pink")


def test_an_experiment_that_is_not_there(bandits: Bandits, open_app: OpenApp) -> None:
    """It is an error with a suggestion, as for any mistake in a view."""
    app = open_app(bandits)

    @app.get("/")
    @bandits.choose("colour_btn")
    def home(colour_btn: str) -> str:
        return colour_btn

    with pytest.raises(UnknownExperimentError, match="did you mean 'color_btn'"):
        browser(app).get("/")


def test_a_before_request_that_aborts(bandits: Bandits, open_app: OpenApp) -> None:
    """The view does not run, so nothing is decided and nothing earns."""
    app = shop(bandits, open_app)

    @app.post("/buy")
    @bandits.reward("color_btn")
    def buy() -> str:
        return "thanks"

    @app.before_request
    def closed() -> ResponseReturnValue | None:
        return ("closed", 503) if closings else None

    closings: list[str] = []
    client = browser(app)
    client.get("/")
    closings.append("maintenance")
    assert client.post("/buy").status_code == 503
    answer = browser(app).get("/")
    assert (answer.status_code, answer.text, answer.headers.get("Set-Cookie")) == (
        503,
        "closed",
        None,
    )
    assert totals(app)[:2] == (1, 0)


def test_what_runs_after_the_view(bandits: Bandits, open_app: OpenApp) -> None:
    """Functions after the request and at its teardown see the visit as the view did."""
    app = shop(bandits, open_app)
    seen: list[Any] = []

    @app.after_request
    def after(response: Any) -> Any:
        seen.append((g.color, bandits.visit["color_btn"]))
        return response

    @app.teardown_request
    def teardown(error: BaseException | None) -> None:
        seen.append((g.color, bandits.visit["color_btn"]))

    browser(app).get("/")
    assert len(seen) == 2
    assert all(mine == visits for mine, visits in seen)
    assert totals(app).pulls == 1


def shop(bandits: Bandits, open_app: OpenApp) -> Flask:
    """Return an app with a front page that chooses both."""
    app = open_app(bandits)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/")
    @bandits.choose("color_btn")
    @bandits.choose("txt_btn")
    def home(color_btn: str, txt_btn: str) -> str:
        g.color = color_btn
        return color_btn

    return app
