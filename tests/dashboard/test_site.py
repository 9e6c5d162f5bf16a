from __future__ import annotations

import json
import re
from html import unescape

import pytest

from banditware.errors import StoreError
from banditware.stores.memory import MemoryStore
from tests.dashboard.desk import LOOK, WRITE, Browser, OpenDesk, counted, fields
from tests.support import put


@pytest.fixture
def operator(browser: Browser) -> Browser:
    """Somebody who may change experiments."""
    browser.sign_in(WRITE, "Ada")
    return browser


def test_the_overview(browser: Browser) -> None:
    """The overview says of every experiment what it does, in JSON and on the page."""
    found = browser.data("overview")
    row = found["experiments"]["button"]
    assert (found["running"], found["archived"], found["killed"]) == (1, 0, "")
    assert (row["state"], row["policy"], row["goal"], row["arms"]) == (
        "running",
        "uniform",
        "reward",
        2,
    )
    assert (row["pulls"], row["rewards"], row["rate"]) == (1500, 190, 0.1267)
    assert (row["pulls_last_day"], found["pulls_last_day"]) == (1500, 1500)
    assert (row["leader"], row["leader_rate"], row["share_of"]) == ("green", 0.15, "green")
    assert row["p_best"] > 0.99
    assert [share for share in row["share"] if share is not None] == [0.6667]
    browser.sign_in()
    page = browser.page()
    assert 'href="experiments/button"' in page
    assert "green <span" in page
    assert "Switch everything off" not in page


def test_the_overview_finds(browser: Browser) -> None:
    """What is looked for is found by a part of its name, and what is not there is said."""
    browser.sign_in()
    assert "experiments/button" in browser.page("?q=UTT")
    page = browser.page("?q=%3Cb%3E")
    assert "experiments/button" not in page
    assert "No experiment has “&lt;b&gt;” in its name." in page
    assert "<b>" not in page


def test_an_experiment(browser: Browser) -> None:
    """An experiment's JSON has all there is to see of it."""
    found = browser.data("experiments/button")
    green = found["arms"]["green"]
    assert (green["pulls"], green["rewards"], green["rate"]) == (1000, 150, 0.15)
    assert (green["state"], green["default"], found["arms"]["red"]["default"]) == (
        "open",
        False,
        True,
    )
    low, high = green["interval"]
    assert low < green["mean"] < high
    assert green["propensity"] == 0.5
    assert green["p_best"] > 0.99
    assert green["expected_loss"] < 0.001
    assert found["leader"] == "green"
    assert found["excluded"] == {"bot": 7}
    assert (found["span"], found["history"]["step"], len(found["history"]["times"])) == (
        "7d",
        21_600,
        29,
    )
    assert browser.data("experiments/button?span=30d")["history"]["step"] == 86_400
    assert browser.data("experiments/button?span=forever")["span"] == "7d"


def test_the_page_of_an_experiment(browser: Browser) -> None:
    """The page shows the same: arms with intervals, tables of charts, what was not counted."""
    browser.sign_in()
    page = browser.page("experiments/button")
    assert page.count('class="interval"') == 2
    assert re.search(r'aria-label="1[0-4][.]\d% to 1[6-9][.]\d%"', page)
    assert page.count('<td class="number" data-value') == 2 * 2 * 29
    assert '<th scope="row">bot</th><td class="number">7</td>' in page
    assert "change?action" not in page


@pytest.mark.parametrize(
    "place",
    ["experiments/none", "experiments/", "nothing", "api/nothing", "api/experiments/none", "a/b/c"],
)
def test_what_is_not_there(browser: Browser, place: str) -> None:
    """An experiment or a place that is not there is a 404, in the kind that was asked for."""
    browser.sign_in()
    answer = browser.ask(place)
    assert answer.status == 404
    kind = "application/json" if place.startswith("api/") else "text/html; charset=utf-8"
    assert dict(answer.headers)["Content-Type"] == kind


def test_other_methods(browser: Browser) -> None:
    """A method that a place does not know is refused with those that it does."""
    browser.sign_in(WRITE)
    answer = browser.ask("change", method="DELETE")
    assert (answer.status, dict(answer.headers)["Allow"]) == (405, "GET, POST")
    assert browser.ask("", method="POST").status == 405
    assert browser.ask("experiments/button", method="HEAD").status == 200


def test_a_change(operator: Browser) -> None:
    """A change is confirmed on a page that says what it means, made, and kept with who and why."""
    page = operator.page("experiments/button")
    assert 'href="../change?action=pause&amp;experiment=button&amp;arm=green"' in page
    page = operator.page("change?action=pause&experiment=button&arm=green")
    assert "Pause the arm green" in page
    assert "who had it is decided anew" in page
    sent = {**fields(page), "note": "too green"}
    assert sent["arm"] == "green"
    answer = operator.send("change", sent)
    assert (answer.status, dict(answer.headers)["Location"]) == (
        303,
        "experiments/button?changed=1",
    )
    page = operator.page("experiments/button?changed=1")
    assert "Done: pause green" in page
    assert "Resume green" in page
    assert "too green" in page
    found = operator.data("experiments/button")
    assert found["arms"]["green"]["state"] == "paused"
    assert found["arms"]["green"]["propensity"] == 0.0
    (change,) = operator.data("changes")["changes"]
    assert (change["who"], change["action"], change["arm"], change["note"]) == (
        "Ada",
        "pause",
        "green",
        "too green",
    )
    assert operator.stand.bandit.decide("button").arm == "red"


def test_every_change_of_an_experiment(operator: Browser) -> None:
    """What the buttons of a state lead to can be done, and leads to the state that they say."""
    for action, more, state in (
        ("pause", {}, "paused"),
        ("resume", {}, "running"),
        ("add", {"arm": "blue", "value": "#00f"}, "running"),
        ("stop", {"arm": "green"}, "stopped"),
        ("resume", {}, "running"),
        ("promote", {"arm": "green"}, "promoted"),
        ("resume", {}, "running"),
        ("retire", {"arm": "blue"}, "running"),
        ("reset", {}, "running"),
        ("archive", {}, "archived"),
    ):
        assert f"action={action}&amp;" in operator.page("experiments/button")
        page = operator.page(f"change?action={action}&experiment=button&arm={more.get('arm', '')}")
        answer = operator.send("change", {**fields(page), **more})
        assert answer.status == 303, answer.body
        assert operator.data("experiments/button")["state"] == state
    found = operator.data("experiments/button")
    assert found["arms"]["blue"]["state"] == "retired"
    assert "10 changes" not in operator.page("changes")
    assert operator.page("changes").count("<tr>") == 11


def test_what_is_archived(operator: Browser) -> None:
    """An archived experiment is no longer on the overview, but there is a way to it."""
    operator.change(action="archive", experiment="button")
    page = operator.page()
    assert "All experiments are archived." in page
    assert "1 archived" in page
    assert "experiments/button" in operator.page("?archived=1")
    assert operator.data("overview")["experiments"] == {}
    operator.change(action="resume", experiment="button")
    assert "Nothing is archived." in operator.page("?archived=1")


def test_switching_everything_off(operator: Browser) -> None:
    """The kill switch is found on the overview, says so everywhere, and is undone there."""
    assert "change?action=kill" in operator.page()
    assert "Switch everything off" in operator.page("change?action=kill")
    answer = operator.change(action="kill")
    assert dict(answer.headers)["Location"] == "./"
    page = operator.page()
    assert "Everything is switched off by an operator" in page
    assert "change?action=revive" in page
    assert operator.data("overview")["killed"] == "controls"
    assert operator.stand.bandit.decide("button").reason == "killed"
    operator.change(action="revive")
    assert "switched off by" not in operator.page()


def test_a_change_that_cannot_be_made(operator: Browser) -> None:
    """A change that cannot be made says why, on the page where it can be mended."""
    answer = operator.change(action="resume", experiment="button")
    assert answer.status == 409
    assert b'class="problem"' in answer.body
    answer = operator.change(action="add", experiment="button", arm="green")
    assert answer.status == 409
    assert "green" in unescape(answer.body.decode())
    assert operator.data("changes")["changes"] == []


@pytest.mark.parametrize(
    "query",
    [
        "action=fly&experiment=button",
        "action=pause&experiment=none",
        "action=pause",
        "action=kill&experiment=button",
        "",
    ],
)
def test_changes_that_there_are_not(operator: Browser, query: str) -> None:
    """What cannot be changed has no page, and cannot be changed without it."""
    assert operator.ask(f"change?{query}").status == 404
    wanted = dict(each.split("=") for each in query.split("&") if each)
    assert operator.change(**wanted).status == 404
    assert operator.data("changes")["changes"] == []


def test_who_may_only_look_changes_nothing(browser: Browser) -> None:
    """Without the writing token there are no buttons, no pages behind them, and no changes."""
    browser.sign_in(LOOK)
    assert "change?action" not in browser.page() + browser.page("experiments/button")
    assert browser.ask("change?action=pause&experiment=button").status == 404
    assert browser.change(action="pause", experiment="button").status == 404
    assert browser.data("changes")["changes"] == []


def test_a_form_of_another_session(operator: Browser) -> None:
    """A form without the key of its session changes nothing, as one of another site has none."""
    key = operator.key()
    wanted = {"action": "pause", "experiment": "button"}
    for wrong in ("", "x", key[:-1], key[::-1], "é"):
        assert operator.send("change", {**wanted, "key": wrong}).status == 403
    operator.stand.watch.now += 60
    operator.sign_in(WRITE, "Eve")
    assert operator.send("change", {**wanted, "key": key}).status == 403
    assert operator.data("changes")["changes"] == []


def change(browser: Browser, wanted: dict[str, str], token: str) -> tuple[int, dict[str, object]]:
    """Change something as a program does."""
    answer = browser.ask(
        "api/changes",
        method="POST",
        body=json.dumps(wanted).encode(),
        content_type="application/json",
        authorization=f"Bearer {token}",
    )
    return answer.status, json.loads(answer.body)


def test_programs_change_things(browser: Browser) -> None:
    """A program changes things by the writing token alone, and is told what came of it."""
    wanted = {"action": "pause", "experiment": "button", "note": "by night"}
    status, made = change(browser, wanted, WRITE)
    assert (status, made["who"], made["note"]) == (200, "dashboard", "by night")
    assert change(browser, wanted, WRITE)[0] == 409
    assert change(browser, {"action": "fly"}, WRITE)[0] == 400
    assert change(browser, {**wanted, "action": "resume"}, LOOK)[0] == 400
    assert len(browser.data("changes")["changes"]) == 1


def test_a_session_is_not_enough_for_programs(operator: Browser) -> None:
    """A cookie alone, which another site's form would bring along, changes nothing by JSON."""
    body = json.dumps({"action": "pause", "experiment": "button"}).encode()
    answer = operator.ask("api/changes", method="POST", body=body, content_type="application/json")
    assert answer.status == 403
    assert operator.data("changes")["changes"] == []


def test_a_store_that_is_away(operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the store the overview goes on from memory, and other pages say what is wrong."""

    def away(*given: object, **more: object) -> None:
        raise StoreError("redis://cache.example", "nobody answers")

    monkeypatch.setattr(operator.stand.bandit, "history", away)
    assert "experiments/button" in operator.page()
    answer = operator.ask("experiments/button")
    assert answer.status == 503
    assert b"redis://cache.example: nobody answers" in answer.body
    data = operator.ask("api/experiments/button")
    assert (data.status, json.loads(data.body)["error"]) == (
        503,
        "The store cannot be reached: redis://cache.example: nobody answers",
    )


HOLDOUT = {"holdout": "10%", "sticky": False, "policy": "thompson-normal", "attribution": "90s"}


def test_amounts_and_a_holdout(open_desk: OpenDesk) -> None:
    """Amounts are shown as numbers, with their mean; the holdout has a row of its own."""
    store = MemoryStore()
    counted(store)
    browser = open_desk(store=store, button=HOLDOUT)
    browser.sign_in(WRITE)
    page = browser.page("experiments/button")
    assert "<dd>no</dd>" in page
    assert "<dd>1.5 min</dd>" in page
    assert "<dd>10.0%</dd>" in page
    assert "holdout <span" not in page
    with_amounts = {
        "n/*holdout/0": 10.0,
        "k/*holdout/0/reward": 3.0,
        "s/*holdout/0/reward": 70.5,
        "n/green/0": 4.0,
        "k/green/0/reward": 2.0,
        "s/green/0/reward": 19.5,
        "q/green/0/reward": 200.0,
        "k/green/0/other": 1.0,
        "s/green/0/other": 5.0,
    }
    put(store, with_amounts)
    browser.stand.bandit.refresh()
    page = browser.page("experiments/button")
    assert '<th scope="col" class="number">Mean</th>' in page
    assert "holdout <span" in page
    assert "7.05" in page
    assert "sum 5" in page


def test_an_experiment_of_which_nothing_is_known(open_desk: OpenDesk) -> None:
    """Before the first visitor pages say that there is nothing yet."""
    browser = open_desk(button={"sticky": "2h", "attribution": "30s"})
    browser.sign_in()
    assert "none yet" in browser.page()
    page = browser.page("experiments/button")
    assert "Nothing was rewarded yet." in page
    assert "Everything was counted." in page
    assert "Nothing was changed." in page
    assert "<dd>2 h</dd>" in page
    assert "<dd>30 s</dd>" in page


def test_what_waits_in_other_worlds(open_desk: OpenDesk) -> None:
    """An experiment in context, whose callers name the actions, has a page as well."""
    shoe = {"context": {"age": "numeric"}, "policy": "igw"}
    browser = open_desk(experiments={"shoe": shoe}, routes=[])
    browser.stand.bandit.decide("shoe", actions=["nike", "adidas"], default="none")
    browser.stand.bandit.flush()
    browser.sign_in(WRITE)
    assert "igw" in browser.page()
    assert re.search(r'<th scope="row">(nike|adidas) ', browser.page("experiments/shoe"))
