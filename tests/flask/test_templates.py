from __future__ import annotations

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import DictLoader

from banditware.current import NoVisitError
from banditware_flask import Bandits
from tests.flask.shops import CONFIG, OpenApp, browser, totals

PAGES = {
    "page": "{{ arm('color_btn') }} {{ arm('color_btn') }}",
    "macros": "{% macro button() %}{{ arm('color_btn') }}{% endmacro %}",
    "with": "{% from 'macros' import button with context %}{{ button() }}",
    "without": "{% from 'macros' import button %}{{ button() }}",
    "included": "{% include 'page' %}",
    "extended": "{% extends 'page' %}",
    "plain": "hello",
    "beacon": "{{ arm('color_btn') }}{{ beacon('n1') }}",
    "markup": "{{ arm('html') }}",
}


def paged(bandits: Bandits, open_app: OpenApp) -> Flask:
    """Return an app that shows the template its path names."""
    html = {"html": {"arms": {"a": "<b>", "b": "<b>"}}}
    app = open_app(bandits, {**CONFIG, "experiments": {**CONFIG["experiments"], **html}})
    app.jinja_loader = DictLoader(PAGES)
    app.add_url_rule("/<name>.html", "page", _page)
    return app


def _page(name: str) -> str:
    return render_template(name)


@pytest.mark.parametrize("name", ["page", "with", "without", "included", "extended"])
def test_a_template_asks_for_an_arm(name: str, bandits: Bandits, open_app: OpenApp) -> None:
    """`arm()` is there in templates and in what they import; asked twice, it is one decision."""
    app = paged(bandits, open_app)
    shown = {browser(app).get(f"/{name}.html").text.split(" ")[0] for _ in range(60)}
    assert shown == {"#0f0", "#f00", "#00f"}
    assert totals(app).pulls == 60


def test_a_template_that_does_not_ask(bandits: Bandits, open_app: OpenApp) -> None:
    """It decides nothing, and its response is Flask's own."""
    app = paged(bandits, open_app)
    answer = browser(app).get("/plain.html")
    assert (answer.text, answer.headers.get("Set-Cookie"), answer.headers.get("Vary")) == (
        "hello",
        None,
        None,
    )


def test_values_are_escaped(bandits: Bandits, open_app: OpenApp) -> None:
    """A value is text like any other."""
    app = paged(bandits, open_app)
    app.add_url_rule("/", "home", lambda: render_template_string(PAGES["markup"]))
    assert browser(app).get("/").text == "&lt;b&gt;"


def test_an_arm_of_the_apps_own(bandits: Bandits, open_app: OpenApp) -> None:
    """A global of that name which is there already stays."""
    app = paged(bandits, open_app)
    app.add_template_global(lambda name: f"mine {name}", "arm")
    assert browser(app).get("/page.html").text == "mine color_btn mine color_btn"


def test_templates_may_be_set_up_later(bandits: Bandits, open_app: OpenApp) -> None:
    """`init_app` does not make Flask build its Jinja environment, whose options are fixed then."""
    app = open_app(bandits)
    app.jinja_options = {**app.jinja_options, "variable_start_string": "<<"}
    assert app.jinja_env.variable_start_string == "<<"


def test_a_template_outside_of_requests(bandits: Bandits, open_app: OpenApp) -> None:
    """There is nobody to decide for, and the error says so."""
    app = open_app(bandits)
    with app.app_context(), pytest.raises(NoVisitError):
        render_template_string(PAGES["page"])


def test_a_template_shows_the_beacon(bandits: Bandits, open_app: OpenApp) -> None:
    """`beacon()` is the script's tag, as it is; nothing where no experiment waits for it."""
    app = open_app(bandits, {**CONFIG, "count": "beacon"})
    app.jinja_loader = DictLoader(PAGES)
    app.add_url_rule("/<name>.html", "page", _page)
    text = browser(app).get("/beacon.html").text
    assert '<script src="/.banditware/beacon.js?' in text
    assert 'data-decisions="color_btn~' in text
    assert ' nonce="n1" async></script>' in text
    assert "script" not in browser(paged(Bandits(), open_app)).get("/beacon.html").text
