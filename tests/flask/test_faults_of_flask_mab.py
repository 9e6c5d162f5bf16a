"""What Flask-MAB 3.0.4 gets wrong and an app of ours must not: one test per fault, named after it.

The numbers are those of the list of 32 faults; those about learning and storage concern no adapter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

from banditware_flask import Bandits
from banditware_flask.apps import bandit_of
from tests.flask.shops import CONFIG, SECRET, OpenApp, browser, totals

COLORS = {"#0f0", "#f00", "#00f"}


@pytest.fixture
def app(bandits: Bandits, open_app: OpenApp) -> Flask:
    """An app as Flask-MAB's users write it, which answers errors instead of raising them."""
    return furnished(open_app(bandits), bandits)


def furnished(app: Flask, bandits: Bandits) -> Flask:
    """Add the pages of both experiments, and one that fails."""
    app.testing = False

    @app.get("/one")
    @bandits.choose("color_btn")
    def one(color_btn: str) -> str:
        return color_btn

    @app.get("/two")
    @bandits.choose("txt_btn")
    def two(txt_btn: str) -> str:
        return txt_btn

    @app.get("/both")
    @bandits.choose("color_btn")
    @bandits.choose("txt_btn")
    def both(color_btn: str, txt_btn: str) -> str:
        return f"{color_btn} {txt_btn}"

    @app.get("/broken")
    @bandits.choose("color_btn")
    def broken(color_btn: str) -> str:
        raise ZeroDivisionError

    @app.post("/buy")
    @bandits.reward("color_btn")
    def buy() -> str:
        return "thanks"

    @app.post("/twice")
    @bandits.reward("color_btn", 0.5, once=False)
    @bandits.reward("color_btn", 0.5, once=False)
    def twice() -> str:
        return "thanks"

    @app.post("/fail")
    @bandits.reward("color_btn")
    def fail() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/plain", "plain", lambda: "hello")
    return app


def cookie_of(client: FlaskClient) -> str:
    """Return the cookie of a visitor."""
    found = client.get_cookie("bw")
    assert found is not None
    return found.value


def test_fault_10_a_new_assignment_pulls_every_experiment_of_the_cookie(app: Flask) -> None:
    """Visiting /two after /one is one pull each."""
    client = browser(app)
    client.get("/one")
    client.get("/two")
    assert (totals(app).pulls, totals(app, "txt_btn").pulls) == (1, 1)


def test_fault_11_head_and_a_failing_view_are_pulls(app: Flask) -> None:
    """Neither is counted but under its reason."""
    browser(app).head("/one")
    assert browser(app).get("/broken").status_code == 500
    found = totals(app)
    assert (found.pulls, found.excluded) == (0, {"head": 1, "status": 1})


def test_fault_12_a_view_that_fails_is_rewarded(app: Flask) -> None:
    """A 500 earns nothing, and the same visitor may still earn."""
    client = browser(app)
    client.get("/one")
    assert client.post("/fail").status_code == 500
    assert totals(app).rewards == 0
    client.post("/buy")
    assert totals(app).rewards == 1


def test_fault_12_an_old_cookie_earns_again(app: Flask) -> None:
    """Replaying the cookie from before the reward counts nothing."""
    client = browser(app)
    client.get("/one")
    before = cookie_of(client)
    for _ in range(3):
        client.set_cookie("bw", before, domain="localhost")
        client.post("/buy")
    assert totals(app)[:2] == (1, 1)


def test_fault_13_equal_rewards_of_one_request_collapse(app: Flask) -> None:
    """Two rewards of the same amount are two rewards, where they may repeat."""
    client = browser(app)
    client.get("/one")
    client.post("/twice")
    assert totals(app)[1:3] == (2, 1.0)


def test_fault_14_stacked_decorators_do_their_work_twice(app: Flask) -> None:
    """Each decorator asks for its own experiment, and each is one pull."""
    client = browser(app)
    color, text = client.get("/both").text.split(" ", 1)
    assert (color in COLORS, text in {"Hey!", "Good day."}) == (True, True)
    assert (totals(app).pulls, totals(app, "txt_btn").pulls) == (1, 1)


def test_fault_15_an_arm_replaces_what_the_route_says(bandits: Bandits, open_app: OpenApp) -> None:
    """It is an error; `parameter` gives the arm another name."""
    app = open_app(bandits)

    @app.get("/<color_btn>")
    @bandits.choose("color_btn", parameter="shown")
    def page(color_btn: str, shown: str) -> list[str]:
        return [color_btn, shown]

    @app.get("/bad/<color_btn>")
    @bandits.choose("color_btn")
    def bad(color_btn: str) -> str:
        return color_btn

    wanted, shown = browser(app).get("/pink").get_json()
    assert (wanted, shown in COLORS) == ("pink", True)
    with pytest.raises(TypeError, match="gets 'color_btn' from its route"):
        browser(app).get("/bad/pink")


def test_fault_16_a_forged_cookie_is_credited(app: Flask) -> None:
    """A cookie without our signature earns nothing."""
    for name in ("bw", "MAB"):
        client = browser(app)
        client.set_cookie(name, json.dumps({"color_btn": ["red", True]}), domain="localhost")
        client.post("/buy")
    assert (totals(app).rewards, totals(app).excluded) == (0, {"no_decision": 2})


@pytest.mark.parametrize("value", ["notjson", "[1,2]", "5", "{}", '{"color_btn": 3}', "\\", ""])
def test_fault_17_a_malformed_cookie_is_a_500_on_every_page(app: Flask, value: str) -> None:
    """It is no cookie: every page answers, and the visitor is somebody new."""
    for path in ("/plain", "/one"):
        client = app.test_client(use_cookies=False)
        answer = client.get(path, headers={"Cookie": f"bw={value}; MAB={value}"})
        assert answer.status_code == 200
    assert bandit_of(app).health().faults == 0


def test_fault_18_a_removed_arm_or_experiment_is_a_500(
    app: Flask, bandits: Bandits, open_app: OpenApp
) -> None:
    """Returning visitors get one of the arms that are there now."""
    cookies = []
    for _ in range(10):
        client = browser(app)
        client.get("/both")
        cookies.append(cookie_of(client))
    fewer = {**CONFIG, "experiments": {"color_btn": {"arms": {"pink": "#f0f", "red": "#f00"}}}}
    smaller = furnished(open_app(bandits, fewer), bandits)
    for cookie in cookies:
        client = browser(smaller)
        client.set_cookie("bw", cookie, domain="localhost")
        answer = client.get("/one")
        assert (answer.status_code, answer.text in {"#f0f", "#f00"}) == (200, True)


def test_fault_19_path_and_lifetime_of_the_cookie_are_ignored(
    bandits: Bandits, open_app: OpenApp
) -> None:
    """They are heeded, and over plain http the cookie is not `Secure`."""
    cookie = {"path": "/shop", "max_age": "1h", "name": "arms"}
    app = furnished(open_app(bandits, {**CONFIG, "cookie": cookie}), bandits)
    written = browser(app).get("/one").headers["Set-Cookie"]
    assert written.startswith("arms=")
    assert "; Max-Age=3600; Path=/shop; HttpOnly; SameSite=Lax" in written
    assert "Secure" not in written
    safe = browser(app).get("/one", base_url="https://localhost").headers["Set-Cookie"]
    assert safe.startswith("__Secure-arms=")
    assert safe.endswith("; Secure")


def test_fault_20_every_response_sets_the_cookie(app: Flask) -> None:
    """Only one that changes it does; pages of an arm say that caches must tell visitors apart."""
    client = browser(app)
    first, again, plain = (client.get(path).headers for path in ("/one", "/one", "/plain"))
    assert [headers.get("Set-Cookie") is not None for headers in (first, again, plain)] == [
        True,
        False,
        False,
    ]
    for headers in (first, again):
        assert (headers["Vary"], headers["Cache-Control"]) == ("Cookie", "private")
    assert "Vary" not in plain


def test_fault_21_assignments_are_told_in_a_header(app: Flask) -> None:
    """Nothing is added to a response but what caches and the browser need."""
    answer = browser(app).get("/both")
    assert {name.lower() for name in answer.headers.keys()} == {  # noqa: SIM118  # pairs otherwise
        "content-type",
        "content-length",
        "set-cookie",
        "vary",
        "cache-control",
    }


def test_fault_22_a_before_request_that_answers_becomes_a_500(
    bandits: Bandits, open_app: OpenApp
) -> None:
    """A maintenance page stays what it is."""
    app = open_app(bandits)
    app.before_request(lambda: ("closed", 503))
    furnished(app, bandits)
    answer = browser(app).get("/one")
    assert (answer.status_code, answer.text) == (503, "closed")
    assert totals(app).pulls == 0


def test_fault_23_a_name_used_again_inherits_stale_arms(
    app: Flask, bandits: Bandits, open_app: OpenApp
) -> None:
    """A new `version` of an experiment decides anew for everybody."""
    client = browser(app)
    client.get("/one")
    color = {**CONFIG["experiments"]["color_btn"], "version": 2}
    newer = furnished(open_app(bandits, {**CONFIG, "experiments": {"color_btn": color}}), bandits)
    again = browser(newer)
    again.set_cookie("bw", cookie_of(client), domain="localhost")
    again.get("/one")
    assert totals(newer).pulls == 1


def test_fault_26_every_request_writes_the_counts(app: Flask) -> None:
    """A page that no experiment has to do with records nothing."""
    recorded: list[Any] = []
    flusher = bandit_of(app)._flusher
    flusher.record = lambda *records: recorded.extend(records)  # type: ignore[method-assign]  # spy
    client = browser(app)
    for _ in range(20):
        client.get("/plain")
    assert recorded == []
    client.get("/one")
    assert len(recorded) == 1


def test_fault_29_a_changed_configuration_is_ignored(tmp_path: Path) -> None:
    """After a restart a new arm is drawn; what was counted before is kept."""
    pulls = []
    for names in (["a", "b"], ["a", "b", "c"]):
        bandits, app = Bandits(), Flask("shop", root_path=str(tmp_path))
        app.secret_key = SECRET
        color = {"arms": names, "policy": "uniform"}
        config = {"refresh": "1h", "experiments": {"color_btn": color}}
        (tmp_path / "banditware.yaml").write_text(yaml.safe_dump(config))
        bandits.init_app(app)
        app.add_url_rule("/", "home", lambda shown=bandits: shown.visit["color_btn"])
        assert {browser(app).get("/").text for _ in range(60)} == set(names)
        pulls.append(totals(app).pulls)
        bandit_of(app).close()
    assert pulls == [60, 120]
