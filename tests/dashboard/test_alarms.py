from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.dashboard.desk import Browser, OpenDesk


class Alarm(NamedTuple):
    """Something that is wrong."""

    kind: str
    experiment: str | None
    arm: str | None
    since: float
    message: str
    mend: str


ALARMS = [
    Alarm("no_pulls", "button", None, 0.0, "No pulls for an hour.", "Look at the routes."),
    Alarm("srm", "button", "red", 0.0, "Arms are <not> drawn as said.", "Look at red."),
    Alarm("store_down", None, None, 0.0, "The store is away.", "Start it."),
]


@pytest.fixture
def alarmed(open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Somebody in front of a dashboard of which something is wrong."""
    browser = open_desk()
    monkeypatch.setattr(browser.stand.bandit, "alarms", lambda: ALARMS, raising=False)
    browser.sign_in()
    return browser


def test_alarms_on_the_overview(alarmed: Browser) -> None:
    """The overview shows all alarms with their mends, and how many each experiment has."""
    page = alarmed.page()
    assert "The store is away." in page
    assert "Arms are &lt;not&gt; drawn as said." in page
    assert "2 alarms" in page
    assert "Start it." in page
    found = alarmed.data("overview")
    assert [each["kind"] for each in found["alarms"]] == ["no_pulls", "srm", "store_down"]
    assert found["experiments"]["button"]["alarms"] == 2


def test_alarms_of_an_experiment(alarmed: Browser) -> None:
    """The page of an experiment shows its own alarms."""
    page = alarmed.page("experiments/button")
    assert "No pulls for an hour." in page
    assert "The store is away." not in page
    assert len(alarmed.data("experiments/button")["alarms"]) == 2


def test_a_store_that_is_away(alarmed: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The overview says that the store is away, and why; or that nobody has asked it yet."""
    bandit = alarmed.stand.bandit
    health = bandit.health()
    away = health._replace(reachable=False, last_error="nobody answers")
    monkeypatch.setattr(bandit, "health", lambda: away)
    page = alarmed.page()
    assert "unreachable" in page
    assert 'title="nobody answers"' in page
    monkeypatch.setattr(bandit, "health", lambda: health._replace(reachable=None))
    assert "not asked yet" in alarmed.page()


def test_switched_off_from_outside(alarmed: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file or a variable has switched off cannot be switched on from here."""
    bandit = alarmed.stand.bandit
    controls = bandit.controls()._replace(killed="file")
    monkeypatch.setattr(bandit, "controls", lambda: controls)
    page = alarmed.page()
    assert "Everything is switched off by a file" in page
    assert "action=revive" not in page
