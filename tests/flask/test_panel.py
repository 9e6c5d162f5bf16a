from __future__ import annotations

import re
import subprocess
import sys

import pytest
from flask import Flask
from flask_debugtoolbar import DebugToolbarExtension

from banditware_flask import Bandits
from banditware_flask.testing import counted, forced
from tests.flask.shops import CONFIG, OpenApp, browser

PANEL = "banditware_flask.panel.BanditPanel"


@pytest.fixture
def app(bandits: Bandits, open_app: OpenApp) -> Flask:
    """An app with the toolbar, of which only our panel is shown."""
    arms = {"arms": {"a": "<b>", "b": "<b>"}}
    experiments = {**CONFIG["experiments"], "html": arms}
    debug = {"force": True}
    app = open_app(bandits, {**CONFIG, "experiments": experiments, "debug": debug})
    return tooled(app, bandits)


def tooled(app: Flask, bandits: Bandits) -> Flask:
    """Add the toolbar and two pages."""
    app.config.update(DEBUG_TB_PANELS=[PANEL], DEBUG_TB_ENABLED=True, SECRET_KEY="key")
    DebugToolbarExtension(app)

    @app.get("/")
    @bandits.choose("color_btn")
    @bandits.choose("html")
    def home(color_btn: str, html: str) -> str:
        return "<body>hello</body>"

    app.add_url_rule("/plain", "plain", lambda: "<body>hello</body>")
    return app


def panel(app: Flask, path: str = "/") -> str:
    """Return what the panel shows, without the marks that only format it."""
    page = browser(app).get(path).text
    assert "<body>hello" in page
    return " ".join(re.sub(r"</?(td|tr|p|li|strong)>", " ", page).split())


def test_what_is_forced(app: Flask) -> None:
    """An arm that is shown by force is marked, and how to end that is said."""
    assert "by force" not in panel(app)
    shown = panel(app, "/?bw_force=color_btn:red")
    assert "Shown by force, counted nowhere: color_btn=red (" in shown
    assert "red is shown by force, and counted nowhere" in shown
    assert "forced: no arm is asked for by force? red, by a link or by the query" in shown


def test_what_was_decided_and_why(app: Flask) -> None:
    """Arms, probabilities and rules of every experiment, with what nothing has asked for."""
    with forced(app, color_btn="red"):
        shown = panel(app)
    assert "2 decided" in shown
    assert "red was drawn with probability 1." in shown
    assert "red : #f00 100.0 % 0 0 -" in shown
    assert "bots: no bot asks?" in shown
    assert "&lt;b&gt;" in shown
    assert "a draw would decide (nothing asked for it in this request)." in shown
    assert counted(app, "color_btn")["red"].pulls == 1


def test_learnt_means(app: Flask) -> None:
    """Counts that were read are told with their mean."""
    with forced(app, color_btn="red"):
        for _ in range(4):
            browser(app).get("/")
        counted(app, "color_btn")
        assert re.search(r"policy thompson, counts \d+", panel(app))
        assert "red : #f00 100.0 % 4 0 0" in panel(app)


def test_somebody_who_is_kept_out(app: Flask) -> None:
    """The rule that kept an experiment from deciding is told with its reason."""
    page = app.test_client().get("/", headers={"User-Agent": "Examplebot/1.0"}).text
    assert "&rarr; bot" in page


def test_looking_decides_nothing(app: Flask) -> None:
    """A page without an experiment has the panel, and neither cookie nor count."""
    answer = browser(app).get("/plain")
    assert "0 decided" in answer.text
    assert answer.headers.get("Set-Cookie") is None
    assert sum(arm.pulls for arm in counted(app, "color_btn").values()) == 0


def test_an_app_without_experiments() -> None:
    """The panel says what to do."""
    app = tooled(Flask("plain"), Bandits())
    shown = panel(app, "/plain")
    assert "none" in shown
    assert "No experiments here" in shown


def test_the_toolbar_is_optional() -> None:
    """The extension imports neither the toolbar nor what tests and commands need."""
    code = (
        "import sys, banditware_flask; "
        "print([name for name in ('flask_debugtoolbar', 'pydantic', 'yaml', 'banditware.testing', "
        "'banditware.cli.stats') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
