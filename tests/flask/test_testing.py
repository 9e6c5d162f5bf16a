from __future__ import annotations

import pytest
from flask import Flask

from banditware.errors import UnknownExperimentError
from banditware_flask import Bandits
from banditware_flask.testing import captured_visits, counted, forced
from tests.flask.shops import CONFIG, OpenApp


@pytest.fixture
def app(bandits: Bandits, open_app: OpenApp) -> Flask:
    """An app with a page that chooses, and a click that rewards."""
    experiments = {
        **CONFIG["experiments"],
        "shoe": {"arms": ["a", "b"], "policy": "igw", "context": {"age": "numeric"}},
        "rare": {"arms": ["a", "b", "c"], "default": "c", "holdout": "99%", "traffic": "1%"},
    }
    app = open_app(bandits, {**CONFIG, "experiments": experiments})

    @app.get("/")
    @bandits.choose("color_btn")
    def home(color_btn: str) -> str:
        return color_btn

    @app.post("/btnclick")
    @bandits.reward("color_btn")
    def btnclick() -> str:
        return "thanks"

    app.add_url_rule("/rare", "rare", lambda: bandits.visit["rare"])
    return app


def test_a_click_on_red(app: Flask) -> None:
    """A forced arm is shown, counted and rewarded; the visits tell what was decided."""
    with forced(app, color_btn="red"), captured_visits(app) as visits:
        client = app.test_client()
        assert client.get("/").text == "#f00"
        client.post("/btnclick")
    decision = visits[0].decisions["color_btn"]
    assert (decision.arm, decision.propensity, decision.counted) == ("red", 1.0, True)
    assert len(visits) == 2
    assert counted(app, "color_btn") == {"red": (1, 1, 1.0), "blue": (0, 0, 0), "green": (0, 0, 0)}


def test_afterwards_everything_is_as_before(app: Flask) -> None:
    """Arms are drawn again, with what was counted meanwhile; visitors keep what they got."""
    client = app.test_client()
    with forced(app, color_btn="red"):
        client.get("/")
        assert counted(app, "color_btn")["red"].pulls == 1
    assert {app.test_client().get("/").text for _ in range(60)} == {"#f00", "#0f0", "#00f"}
    assert client.get("/").text == "#f00"
    assert sum(arm.pulls for arm in counted(app, "color_btn").values()) == 61


def test_everybody_takes_part(app: Flask) -> None:
    """Neither `traffic` nor the holdout is in the way."""
    with forced(app, rare="b"):
        assert {app.test_client().get("/rare").text for _ in range(20)} == {"b"}


def test_names_that_are_not_there(app: Flask) -> None:
    """They are refused, and nothing is forced."""
    with pytest.raises(UnknownExperimentError, match="did you mean 'color_btn'"):
        forced(app, colr_btn="red").__enter__()
    with pytest.raises(ValueError, match="'color_btn' has no arm 'rad'; did you mean 'red'"):
        forced(app, txt_btn="casual", color_btn="rad").__enter__()
    with pytest.raises(ValueError, match="'shoe' is contextual"):
        forced(app, shoe="a").__enter__()
    with pytest.raises(UnknownExperimentError):
        counted(app, "colr_btn")
    assert {app.test_client().get("/").text for _ in range(60)} == {"#f00", "#0f0", "#00f"}
