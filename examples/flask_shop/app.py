"""A shop with one button, as a Flask app: a blueprint, a factory, and two experiments.

All it knows of experiments: which view shows an arm, and which view is what the arms are for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from banditware_flask import Bandits

bandits = Bandits()

pages = Blueprint("pages", __name__)


@pages.get("/")
@bandits.choose("color_btn")
@bandits.choose("txt_btn")
def home(color_btn: str, txt_btn: str) -> str:
    """Show the button in the color and with the text of this visitor's arms."""
    return render_template("shop.html", color=color_btn, text=txt_btn)


@pages.post("/btnclick")
@bandits.reward("color_btn", 1.0)
@bandits.reward("txt_btn", 1.0)
def btnclick() -> Response:
    """Take the click: both arms have done what they are for."""
    return redirect(url_for("pages.thanks"), 303)


@pages.get("/thanks")
def thanks() -> str:
    """Say thank you, in the color of the button: a template may ask for itself."""
    return render_template("thanks.html")


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return an app; `settings` are Flask's, over those of the environment."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "for trying it out only")
    app.config["BANDITWARE_CONFIG"] = "banditware.yaml"  # beside this file
    app.config.update(settings or {})
    bandits.init_app(app)
    app.register_blueprint(pages)
    if app.debug and find_spec("flask_debugtoolbar"):
        show_panel(app)
    return app


def show_panel(app: Flask) -> None:
    """Show the arms, their counts, and why this visitor has got them, beside every page."""
    from flask_debugtoolbar import DebugToolbarExtension  # noqa: PLC0415  # for developers alone

    app.config.setdefault("DEBUG_TB_PANELS", ["banditware_flask.panel.BanditPanel"])
    DebugToolbarExtension(app)
