from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask, Response, session, stream_with_context

from banditware import Bandit, Visit
from banditware import current_visit as visit_of_context
from banditware.current import NoVisitError
from banditware.errors import ConfigError
from banditware_flask import Bandits, current_visit
from banditware_flask.apps import bandit_of
from tests.flask.shops import CONFIG, SECRET, OpenApp, browser, totals


def closing(app: Flask) -> Any:
    """Close the bandit of an app and return its settings."""
    bandit = bandit_of(app)
    bandit.close()
    return bandit.settings


def test_an_app_at_once() -> None:
    """`Bandits(app, config)` is all there is to do where there is one app."""
    app = Flask("shop")
    app.secret_key = SECRET
    bandits = Bandits(app, CONFIG)
    with app.app_context():
        assert bandits.bandit is bandit_of(app)
    assert closing(app).secret_keys == (SECRET,)


def test_a_factory_of_several_apps(bandits: Bandits, open_app: OpenApp) -> None:
    """One extension serves several apps; the current one's bandit is `bandits.bandit`."""
    first, second = open_app(bandits), open_app(bandits)
    with first.app_context():
        mine = bandits.bandit
        with second.app_context():
            assert bandits.bandit is not mine
    assert mine is bandit_of(first)


def test_no_app_and_no_experiments(bandits: Bandits) -> None:
    """Without a current app Flask's own error says so, without experiments ours does."""
    with pytest.raises(RuntimeError, match="outside of application context"):
        _ = bandits.bandit
    app = Flask("plain")
    with app.app_context(), pytest.raises(RuntimeError, match="'plain' has no experiments"):
        _ = bandits.bandit


def test_twice_on_one_app(bandits: Bandits, open_app: OpenApp) -> None:
    """It is a mistake, and says so."""
    app = open_app(bandits)
    with pytest.raises(RuntimeError, match="call init_app once per app"):
        Bandits(app)


def test_the_configuration_may_be_a_bandit(bandits: Bandits) -> None:
    """A bandit that is there is used as it is; the app needs no key then."""
    app = Flask("shop")
    with Bandit.from_config({**CONFIG, "secret_keys": "own"}) as bandit:
        bandits.init_app(app, bandit)
        assert bandit_of(app) is bandit


@pytest.mark.parametrize("relative", [False, True])
def test_a_path_starts_where_flask_reads_its_files(relative: bool, tmp_path: Path) -> None:
    """It is the app's root, or its instance folder if the app says so."""
    root, instance = tmp_path / "root", tmp_path / "instance"
    for folder, name in ((root, "at_root"), (instance, "in_instance")):
        folder.mkdir()
        text = yaml.safe_dump({**CONFIG, "experiments": {name: {"arms": ["a", "b"]}}})
        (folder / "banditware.yaml").write_text(text)
    app = Flask(
        "shop",
        root_path=str(root),
        instance_path=str(instance),
        instance_relative_config=relative,
    )
    app.secret_key = SECRET
    Bandits(app)
    assert closing(app).experiments[0].name == ("in_instance" if relative else "at_root")


def test_where_a_configuration_comes_from(tmp_path: Path) -> None:
    """What `init_app` gets is before what the constructor got, and that before `app.config`."""

    def config(name: str) -> dict[str, Any]:
        return {**CONFIG, "experiments": {name: {"arms": ["a", "b"]}}}

    def chosen(constructor: Any, argument: Any) -> str:
        app = Flask("shop")
        app.config.update(SECRET_KEY=SECRET, BANDITWARE_CONFIG=config("app"))
        Bandits(config=constructor).init_app(app, argument)
        name: str = closing(app).experiments[0].name
        return name

    assert chosen(None, None) == "app"
    assert chosen(config("constructor"), None) == "constructor"
    assert chosen(config("constructor"), config("argument")) == "argument"
    path = tmp_path / "elsewhere.yaml"
    path.write_text(yaml.safe_dump(config("file")))
    assert chosen(path, None) == "file"


def test_mistakes_are_found_at_the_start(bandits: Bandits, tmp_path: Path) -> None:
    """A file that is not there, or one with mistakes, ends the start with all of them."""
    app = Flask("shop", root_path=str(tmp_path))
    app.secret_key = SECRET
    with pytest.raises(ConfigError, match=r"banditware\.yaml: cannot be read: No such file"):
        bandits.init_app(app)
    with pytest.raises(ConfigError, match="experiments"):
        bandits.init_app(app, {"stor": "memory://"})
    assert "banditware" not in app.extensions


def test_a_missing_key(bandits: Bandits) -> None:
    """The message says that Flask's key would do, and when to set it."""
    with pytest.raises(ConfigError, match=r"secret_keys: .*; or set app\.secret_key before") as at:
        bandits.init_app(Flask("shop"), {**CONFIG, "refresh": "soon"})
    assert [each.path for each in at.value.problems] == ["secret_keys", "refresh"]
    app = Flask("shop")
    app.secret_key = SECRET
    with pytest.raises(ConfigError) as own:
        bandits.init_app(app, {**CONFIG, "secret_keys": [""]})
    assert "app.secret_key" not in str(own.value)


def test_keys_of_the_app() -> None:
    """The old ones come first, the oldest first; the newest five are taken, bytes as text."""
    app = Flask("shop")
    app.config["SECRET_KEY"] = b"now\xff"
    app.config["SECRET_KEY_FALLBACKS"] = ["last", b"${before}", "c", "b", "a"]
    Bandits(app, CONFIG)
    assert closing(app).secret_keys == ("b", "c", "${before}", "last", "now\xff")


def test_keys_of_the_configuration_go_first() -> None:
    """What it says itself is what counts."""
    app = Flask("shop")
    app.secret_key = SECRET
    Bandits(app, {**CONFIG, "secret_keys": ["own"]})
    assert closing(app).secret_keys == ("own",)


def test_a_new_key_leaves_visitors_their_arms(bandits: Bandits) -> None:
    """A cookie that an old key signed is read, and signed anew."""

    def home() -> str:
        return str(bandits.visit["color_btn"])

    cookies: list[str] = []
    for keys in (["a"], ["b", "a"], ["c", "b"]):
        key, *old = keys
        fresh = Flask("shop")
        fresh.config.update(SECRET_KEY=key, SECRET_KEY_FALLBACKS=old, BANDITWARE_CONFIG=CONFIG)
        bandits.init_app(fresh)
        fresh.add_url_rule("/", view_func=home)
        client = browser(fresh)
        if cookies:
            client.set_cookie("bw", cookies[-1], domain="localhost")
        client.get("/")
        cookie = client.get_cookie("bw")
        assert cookie is not None
        cookies.append(cookie.value)
        assert totals(fresh).pulls == (not cookies[:-1])
        bandit_of(fresh).close()
    assert len(set(cookies)) == 3


def test_the_session_is_something_else(bandits: Bandits, open_app: OpenApp) -> None:
    """With one key for both, neither cookie passes for the other."""
    app = open_app(bandits)

    @app.get("/")
    def home() -> str:
        session["name"] = "Ada"
        return str(bandits.visit["color_btn"])

    @app.get("/name")
    def name() -> str:
        return str(session.get("name"))

    client = browser(app)
    client.get("/")
    mine, flasks = client.get_cookie("bw"), client.get_cookie("session")
    assert mine is not None
    assert flasks is not None
    swapped = browser(app)
    swapped.set_cookie("bw", flasks.value, domain="localhost")
    swapped.set_cookie("session", mine.value, domain="localhost")
    assert swapped.get("/name").text == "None"
    swapped.get("/")
    assert totals(app).pulls == 2


def test_the_visit_wherever_flask_knows_the_request(bandits: Bandits, open_app: OpenApp) -> None:
    """`bandits.visit` and `current_visit()` are the request's, also while a response streams."""
    app = open_app(bandits)
    found: list[Visit] = []

    @app.get("/")
    def home() -> Response:
        found.extend([bandits.visit, current_visit(), visit_of_context()])
        bandits.visit.decide("color_btn")

        def chunks() -> Iterator[str]:
            found.append(current_visit())
            yield bandits.visit["color_btn"]

        return Response(stream_with_context(chunks()))

    assert browser(app).get("/").text in {"#0f0", "#f00", "#00f"}
    assert [each is found[0] for each in found] == [True] * 4
    assert totals(app).pulls == 1


def test_there_is_no_visit_outside_of_requests(bandits: Bandits, open_app: OpenApp) -> None:
    """The error names what to do, with Flask's context and without it."""
    app = open_app(bandits)
    with pytest.raises(NoVisitError, match="no request is being handled"):
        _ = bandits.visit
    with app.test_request_context("/"), pytest.raises(NoVisitError):
        current_visit()


def test_routes_of_the_configuration(bandits: Bandits, open_app: OpenApp) -> None:
    """Without a decorator, the file says where to choose and where to reward."""
    routes = [
        {"match": "GET /", "choose": "color_btn"},
        {"match": "POST /buy", "reward": "color_btn"},
    ]
    app = open_app(bandits, {**CONFIG, "routes": routes})
    app.add_url_rule("/", "home", lambda: bandits.visit["color_btn"])
    app.add_url_rule("/buy", "buy", lambda: "thanks", methods=["POST"])
    client = browser(app)
    client.get("/")
    client.post("/buy")
    assert totals(app)[:2] == (1, 1)


def test_a_page_without_experiments_is_as_it_was(bandits: Bandits, open_app: OpenApp) -> None:
    """Nothing is added to a response that no experiment has to do with, static files included."""
    app = open_app(bandits)
    bare = Flask("shop")
    for each in (app, bare):
        each.add_url_rule("/", "home", lambda: "hello")
    assert browser(app).get("/").headers == browser(bare).get("/").headers
    assert browser(app).get("/gone").headers == browser(bare).get("/gone").headers
