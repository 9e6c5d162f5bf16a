from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware import Visit
from banditware.counts import HOLDOUT
from banditware.environ_facts import EnvironFacts
from banditware.errors import RewardError, UnknownExperimentError
from banditware.http import NO_EFFECTS
from banditware.scope_facts import ScopeFacts
from banditware.tokens import Assignments
from tests.support import BUTTON, CRAWLER, HOUR, ROUTES, Asked, Seen, Stand, Surfer, added, stand

pytestmark = pytest.mark.usefixtures("calm")

NO_ROUTES: list[dict[str, Any]] = []


def test_a_new_visitor_is_a_pull_and_gets_a_cookie() -> None:
    """The first page decides, counts and remembers."""
    here = stand()
    seen = here.surfer().ask()
    assert (seen.reason, seen.decision.counted, seen.decision.propensity) == ("drawn", True, 0.5)
    assert seen.effects.varies
    assert seen.effects.set_cookie.startswith("bw=1!")
    assert here.report()["arms"][seen.decision.arm]["pulls"] == 1
    assert here.excluded() == {}


def test_a_returning_visitor_gets_the_same_and_is_no_pull() -> None:
    """The cookie's arm is served again; nothing is counted, nothing is written."""
    here = stand()
    surfer = here.surfer()
    first = surfer.ask()
    for _ in range(5):
        seen = surfer.ask()
        assert seen.decision[:4] == first.decision[:4]
        assert (seen.reason, seen.decision.counted) == ("sticky", False)
        assert (seen.effects.set_cookie, seen.effects.records) == ("", ())
        assert seen.effects.varies
    assert (here.pulls(), here.excluded()) == (1, {})


def often(here: Stand) -> Surfer:
    """Return somebody who has come back so often that all of it is served together."""
    surfer = here.surfer()
    for _ in range(4):
        seen = surfer.ask()
    assert seen.reason == "sticky"
    known = seen.visit._assignments
    assert known is not None
    assert list(known.together or ()) == [("button",)]
    return surfer


def test_what_is_served_together_is_each_visits_own() -> None:
    """What a view decides beside the routes is not served with them the next time."""
    here = stand(experiments={"button": BUTTON, "text": BUTTON})
    cookie = often(here).cookie
    first = here.surfer(cookie).ask(view=lambda visit: visit["text"])
    assert list(first.visit.decisions) == ["button", "text"]
    # The same cookie, because a new one would be looked at anew.
    assert list(here.surfer(cookie).ask().visit.decisions) == ["button"]
    assert (here.pulls(), here.pulls("text")) == (1, 1)


def test_what_is_served_together_is_over_when_one_of_it_is() -> None:
    """An arm is remembered for as long as `sticky` says, however often it was served."""
    here = stand({"sticky": "1h"})
    surfer = often(here)
    here.watch.now += HOUR
    assert surfer.ask().reason == "sticky"
    here.watch.now += 1
    assert surfer.ask().reason == "drawn"


def test_what_operators_change_holds_for_what_is_served_together() -> None:
    """Who always came back gets what operators want with the next request."""
    here = stand()
    surfer = often(here)
    here.bandit.control("pause", "button")
    assert surfer.ask().reason == "paused"
    here.bandit.control("resume", "button")
    assert surfer.ask().reason == "sticky"


def test_counts_that_move_on_change_nothing_of_what_is_served_together() -> None:
    """A refresh is no reason to look at every experiment of a visitor again."""
    here = stand()
    surfer = often(here)
    before = surfer.ask().decision
    here.surfer().ask()
    here.bandit.flush()
    assert surfer.ask().decision is before


def test_force_goes_before_what_is_remembered() -> None:
    """Who is remembered and forces another arm sees that one, and no pull comes of it."""
    here = stand()
    surfer = often(here)
    arm = surfer.ask().decision.arm
    other = {"red": "green", "green": "red"}[arm]
    forcing = here.bandit._ground.forcing
    forced = f"{forcing.name}={forcing.written({'button': other}, here.watch.now + 60)}"
    seen = surfer.ask(cookie=f"{forced}; {surfer.cookie}")
    assert (seen.decision.arm, seen.reason) == (other, "forced")
    assert surfer.ask().decision.arm == arm
    assert (here.pulls(), here.excluded()) == (1, {"forced": 1})


def test_a_request_without_experiments_has_no_effects() -> None:
    """A page that no route names and where nobody asks is left alone."""
    seen = stand().surfer().ask("/else")
    assert seen.effects is NO_EFFECTS
    assert seen.visit.finish(200) is NO_EFFECTS


def test_views_decide_when_they_ask() -> None:
    """A view that reads an arm decides it, once, and gets the value."""
    here = stand(routes=NO_ROUTES)
    values = []
    surfer = here.surfer()
    for _ in range(3):
        surfer.ask(view=lambda visit: values.extend([visit["button"], visit["button"]]))
    assert len(set(values)) == 1
    assert values[0] in {"#0f0", "#f00"}
    assert here.pulls() == 1


def test_a_decision_is_the_same_however_it_is_asked() -> None:
    """Within a request an experiment is decided once, also if sticky is false."""
    seen = stand({"sticky": False}).surfer().ask(view=lambda visit: visit.decide("button"))
    assert seen.visit.decide("button") is seen.decision


def test_decisions_can_be_read_and_not_changed() -> None:
    """The decisions of a visit are a view without a door."""
    seen = stand().surfer().ask()
    with pytest.raises(TypeError):
        seen.visit.decisions["button"] = seen.decision  # type: ignore[index]  # on purpose


def test_an_unknown_experiment_is_an_error_with_a_hint() -> None:
    """A name that is no experiment is the view's mistake, in deciding and in rewarding."""
    visit = stand().surfer().ask("/else").visit
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        visit["buton"]
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        visit.reward("buton")
    assert not visit.decisions


def test_a_default_stands_in_for_an_unknown_experiment() -> None:
    """With a default an unknown experiment is no error, and counts nowhere."""
    here = stand(routes=NO_ROUTES)
    decided = []
    view = lambda visit: decided.append(visit.decide("nope", default="plain"))  # noqa: E731  # short
    seen = here.surfer().ask(view=view)
    assert (decided[0].value, decided[0].reason) == ("plain", "unknown")
    assert seen.effects is NO_EFFECTS


def test_a_default_does_not_stand_in_for_a_known_one() -> None:
    """A default for an experiment that decides is not served."""
    seen = stand(routes=NO_ROUTES).surfer().ask(view=lambda v: v.decide("button", default="plain"))
    assert seen.decision.arm in {"green", "red"}


# Who and what is no pull.


@pytest.mark.parametrize("status", [200, 204, 301, 302, 399])
def test_good_statuses_are_pulls(status: int) -> None:
    """A response of 2xx or 3xx to a GET is a pull."""
    here = stand()
    here.surfer().ask(status=status)
    assert here.pulls() == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [(304, "not_modified"), (400, "status"), (404, "status"), (500, "status"), (100, "status")],
)
def test_other_statuses_are_no_pulls(status: int, reason: str) -> None:
    """Errors and what was not modified show no arm: no pull, no cookie, and it is counted."""
    here = stand()
    surfer = here.surfer()
    seen = surfer.ask(status=status)
    assert (here.pulls(), here.excluded(), surfer.cookie) == (0, {reason: 1}, "")
    assert seen.effects.varies


def test_the_routes_own_statuses() -> None:
    """A route that says which statuses are good decides that for the experiments it chooses."""
    routes = [{"match": "GET /", "choose": "button", "status": [200, 404]}]
    here = stand(routes=routes)
    here.surfer().ask(status=404)
    here.surfer().ask(status=302)
    assert (here.pulls(), here.excluded()) == (1, {"status": 1})


def test_a_head_request_is_no_pull_and_gets_no_cookie() -> None:
    """HEAD gets an arm like GET, but is counted as `head` and remembered nowhere."""
    here = stand()
    surfer = here.surfer()
    seen = surfer.ask(method="HEAD")
    assert (seen.reason, seen.decision.counted) == ("head", False)
    assert seen.decision.arm in {"green", "red"}
    assert (here.pulls(), here.excluded(), surfer.cookie) == (0, {"head": 1}, "")


def test_a_head_request_of_somebody_known() -> None:
    """HEAD with a cookie gets the cookie's arm, and nothing is written even with a new key."""
    here = stand(secret_keys=["old"])
    surfer = here.surfer()
    first = surfer.ask()
    newer = stand(secret_keys=["old", "new"])
    seen = newer.surfer(surfer.cookie).ask(method="HEAD")
    assert (seen.decision.arm, seen.reason) == (first.decision.arm, "sticky")
    assert seen.effects.set_cookie == ""
    assert newer.excluded() == {}


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT"])
def test_other_methods_are_no_pulls_yet(method: str) -> None:
    """Only GET counts; what another method was shown is counted by the next page, once."""
    here = stand(routes=[{"match": "/", "choose": "button"}])
    surfer = here.surfer()
    first = surfer.ask(method=method)
    assert (first.reason, first.decision.counted) == ("method", False)
    assert (here.pulls(), here.excluded()) == (0, {"method": 1})
    second = surfer.ask()
    assert (second.decision.arm, second.decision.id) == (first.decision.arm, first.decision.id)
    assert (second.reason, second.decision.counted) == ("sticky", True)
    surfer.ask()
    assert here.pulls() == 1


def test_methods_that_count_can_be_chosen() -> None:
    """`count` says which methods are pulls."""
    here = stand({"count": ["POST"]}, routes=[{"match": "/", "choose": "button"}])
    here.surfer().ask(method="POST")
    here.surfer().ask()
    assert (here.pulls(), here.excluded()) == (1, {"method": 1})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"sec_purpose": "prefetch;anonymous-client-ip"},
        {"purpose": "prefetch"},
        {"purpose": "Preview"},
        {"x_moz": "prefetch"},
    ],
)
def test_a_prefetch_is_remembered_and_no_pull(headers: dict[str, Any]) -> None:
    """What a browser fetched ahead keeps its arm and becomes a pull with the next page, once."""
    here = stand()
    surfer = here.surfer()
    ahead = surfer.ask(**headers)
    assert (ahead.reason, ahead.decision.counted) == ("prefetch", False)
    assert surfer.cookie
    assert (here.pulls(), here.excluded()) == (0, {"prefetch": 1})
    shown = surfer.ask()
    assert (shown.decision.arm, shown.decision.id) == (ahead.decision.arm, ahead.decision.id)
    assert shown.decision.counted
    assert surfer.ask().reason == "sticky"
    assert (here.pulls(), here.excluded()) == (1, {"prefetch": 1})


def test_a_second_prefetch_writes_no_second_cookie() -> None:
    """A cookie is written only when it changes, and fetching ahead again changes nothing."""
    here = stand()
    surfer = here.surfer()
    surfer.ask(sec_purpose="prefetch")
    seen = surfer.ask(sec_purpose="prefetch")
    assert (seen.effects.set_cookie, seen.reason) == ("", "prefetch")
    assert here.excluded() == {"prefetch": 2}


def test_one_decision_is_one_pull_however_many_pages_show_it() -> None:
    """Requests that bring the same uncounted cookie at once are one pull, not many."""
    here = stand()
    surfer = here.surfer()
    surfer.ask(sec_purpose="prefetch")
    for _ in range(10):
        here.surfer(surfer.cookie).ask()
    assert (here.pulls(), here.excluded()["duplicate"]) == (1, 9)


def test_a_prefetch_that_fails_is_forgotten() -> None:
    """An error that was fetched ahead showed no arm: nothing is remembered."""
    here = stand()
    surfer = here.surfer()
    surfer.ask(sec_purpose="prefetch", status=500)
    assert surfer.cookie == ""
    assert (here.pulls(), here.excluded()) == (0, {"prefetch": 1})


@pytest.mark.parametrize("agent", [CRAWLER, "", "curl/8.0"])
def test_a_bot_gets_the_default_and_no_cookie(agent: str) -> None:
    """Bots see the default, count as `bot`, and are remembered nowhere, not even with a cookie."""
    here = stand()
    surfer = here.surfer()
    for _ in range(3):
        seen = surfer.ask(user_agent=agent)
        assert (seen.decision.arm, seen.reason, seen.decision.id) == ("red", "bot", "")
        assert seen.effects.set_cookie == ""
    person = here.surfer()
    person.ask()
    assert here.surfer(person.cookie).ask(user_agent=agent).reason == "bot"
    assert (here.pulls(), here.excluded()) == (1, {"bot": 4})


def test_a_bot_earns_nothing() -> None:
    """A bot with somebody's cookie is credited nothing."""
    here = stand()
    person = here.surfer()
    person.ask()
    here.surfer(person.cookie).buy(user_agent=CRAWLER)
    assert (here.rewards(), here.excluded()) == (0, {"no_decision": 1})


def test_bots_can_be_counted() -> None:
    """`bots: count` takes programs for people."""
    here = stand(bots="count")
    here.surfer().ask(user_agent=CRAWLER)
    assert (here.pulls(), here.excluded()) == (1, {})


def test_views_may_name_the_bots_default() -> None:
    """A view's own default is what a bot gets."""
    view = lambda visit: visit.decide("button", default="plain")  # noqa: E731  # short
    seen = stand(routes=NO_ROUTES).surfer().ask(view=view, user_agent=CRAWLER)
    assert seen.decision.value == "plain"


# The holdout.


def held_out(here: Any, **more: Any) -> tuple[Any, Seen]:
    """Return a surfer of the holdout and its first request."""
    while True:
        surfer = here.surfer()
        seen = surfer.ask(**more)
        if seen.visit.subject and seen.decision.propensity == 1.0:
            return surfer, seen


def test_the_holdout_is_counted_apart() -> None:
    """Subjects of the holdout get the default on every page and count apart from the arms."""
    here = stand({"holdout": "50%"})
    surfers = [here.surfer() for _ in range(200)]
    first = [surfer.ask() for surfer in surfers]
    reasons = Counter(seen.reason for seen in first)
    assert 70 <= reasons["holdout"] <= 130
    for surfer, seen in zip(surfers, first, strict=True):
        again = surfer.ask()
        assert again.decision.arm == seen.decision.arm
        if seen.reason == "holdout":
            assert again.reason == "holdout"
            assert (seen.decision.arm, seen.decision.counted) == ("red", False)
            assert again.effects.records == ()
            surfer.buy()
    report = here.report()
    assert here.pulls() == reasons["drawn"]
    assert report["holdout"]["pulls"] == report["holdout"]["rewards"] == reasons["holdout"]
    assert report["excluded"] == {"holdout": reasons["holdout"]}
    assert here.rewards() == 0


@pytest.mark.parametrize("ahead", [{"sec_purpose": "prefetch"}, {"method": "POST"}])
def test_the_holdout_is_counted_by_the_same_rules(ahead: dict[str, str]) -> None:
    """What is no pull of an arm is none of the holdout, until the next page, and then once."""
    here = stand({"holdout": "50%"}, routes=[{"match": "/", "choose": "button"}])
    surfer, seen = held_out(here, **ahead)
    assert seen.decision.arm == "red"
    assert "holdout" not in here.report()
    assert surfer.cookie
    for _ in range(3):
        page = surfer.ask()
        assert (page.decision.arm, page.reason, page.decision.counted) == ("red", "holdout", False)
    assert page.visit.subject == seen.visit.subject
    assert here.report()["holdout"]["pulls"] == 1
    assert here.excluded()["holdout"] == 1


def test_head_and_errors_are_not_the_holdouts_either() -> None:
    """HEAD requests and errors add nothing to what the arms are compared with."""
    here = stand({"holdout": "99.9%"})
    here.surfer().ask(method="HEAD")
    here.surfer().ask(status=500)
    report = here.report()
    assert "holdout" not in report
    assert report["excluded"] == {"head": 1, "status": 1}


def test_the_holdout_keeps_what_it_was_when_the_experiment_is_not_sticky() -> None:
    """Without stickiness every page of the holdout is counted, as every draw is."""
    here = stand({"holdout": "99.9%", "sticky": False})
    surfer = here.surfer()
    for _ in range(3):
        assert surfer.ask().reason == "holdout"
    assert here.report()["holdout"]["pulls"] == 3


# How long a decision lasts.


def test_a_sticky_assignment_expires() -> None:
    """After `sticky` the arm is decided anew, and that is a pull."""
    here = stand({"sticky": "1h"})
    surfer = here.surfer()
    first = surfer.ask()
    here.watch.now += HOUR
    assert surfer.ask().reason == "sticky"
    here.watch.now += 1
    again = surfer.ask()
    assert again.reason == "drawn"
    assert again.decision.id != first.decision.id
    assert again.visit.subject == first.visit.subject
    assert here.pulls() == 2


def test_nothing_sticks_if_sticky_is_false() -> None:
    """`sticky: false` decides on every page, each a pull with its own cookie."""
    here = stand({"sticky": False})
    surfer = here.surfer()
    seen = [surfer.ask() for _ in range(20)]
    assert {each.decision.arm for each in seen} == {"green", "red"}
    assert len({each.decision.id for each in seen}) == 20
    assert len({each.visit.subject for each in seen}) == 1
    assert here.pulls() == 20


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"arms": {"blue": 1, "black": 2}, "default": "blue"}]
)
def test_what_is_gone_is_decided_anew(change: dict[str, Any]) -> None:
    """An arm or a version that is gone is not served: the subject decides anew and counts."""
    surfer = stand().surfer()
    surfer.ask()
    newer = stand(change)
    seen = newer.surfer(surfer.cookie).ask()
    assert seen.reason == "drawn"
    assert seen.effects.set_cookie
    assert newer.pulls() == 1


def test_an_experiment_that_is_gone_leaves_the_cookie() -> None:
    """The cookie forgets experiments that are not in the configuration any more."""
    more = {"button": {"arms": ["a", "b"]}, "headline": {"arms": ["c", "d"]}}
    routes = [{"match": "GET /", "choose": ["button", "headline"]}]
    surfer = stand(experiments=more, routes=routes).surfer()
    surfer.ask()
    fewer = {"button": {"arms": ["a", "b"], "version": 2}}
    here = stand(experiments=fewer)
    again = here.surfer(surfer.cookie)
    again.ask()
    read = here.bandit._ground.tokens.open(again.cookie.partition("=")[2])
    assert isinstance(read, Assignments)
    assert set(read.by_experiment) == {"button"}


def test_several_routes_may_match() -> None:
    """All matching routes choose, each experiment once; rewards come from all of them."""
    experiments = {"button": {"arms": ["a", "b"]}, "headline": {"arms": ["c", "d"]}}
    routes = [
        {"match": "GET /<path:any>", "choose": ["button", "headline"]},
        {"match": "GET /shop", "choose": "button", "reward": "headline"},
    ]
    here = stand(experiments=experiments, routes=routes)
    seen = here.surfer().ask("/shop")
    assert set(seen.visit.decisions) == {"button", "headline"}
    assert (here.pulls("button"), here.pulls("headline")) == (1, 1)
    assert (here.rewards("button"), here.rewards("headline")) == (0, 1)


def test_an_arm_may_name_another_path() -> None:
    """A chosen arm's `rewrite` is the path the app shall see, for people and for bots."""
    arms = {"old": {"rewrite": "/pricing"}, "new": {"rewrite": "/pricing-b"}}
    here = stand({"arms": arms, "default": "old"})
    for _ in range(10):
        seen = here.surfer().ask()
        wanted = {"old": "/pricing", "new": "/pricing-b"}[seen.decision.arm]
        assert seen.visit.rewrite == wanted
    assert here.surfer().ask(user_agent=CRAWLER).visit.rewrite == "/pricing"
    assert stand().surfer().ask().visit.rewrite is None


def test_an_arm_may_leave_the_path_as_it_is() -> None:
    """Of arms only some of which name a path, the others serve the one that was asked for."""
    here = stand({"arms": {"old": "old", "new": {"rewrite": "/new"}}, "default": "old"})
    seen = [here.surfer().ask() for _ in range(30)]
    paths = {each.decision.arm: each.visit.rewrite for each in seen}
    assert paths == {"old": None, "new": "/new"}


def test_only_some_experiments_of_a_page_name_paths() -> None:
    """Of several experiments of a route, the one whose arms name paths says which is served."""
    arms = {"old": {"rewrite": "/pricing"}, "new": {"rewrite": "/pricing"}}
    here = stand(
        experiments={"button": {"arms": ["red", "green"]}, "pricing": {"arms": arms}},
        routes=[{"match": "GET /", "choose": ["pricing", "button"]}],
    )
    assert here.surfer().ask().visit.rewrite == "/pricing"


# Once the response has started.


def test_what_is_decided_too_late_is_the_default() -> None:
    """After the response has started a new decision cannot be remembered, so it is none."""
    here = stand(routes=NO_ROUTES)
    surfer = here.surfer()
    visit = surfer.ask().visit
    assert (visit["button"], visit.decide("button").reason) == ("#f00", "started")
    assert here.pulls() == 0


def test_what_was_decided_earlier_is_served_late() -> None:
    """What the cookie says is served whenever it is asked for."""
    here = stand(routes=[{"match": "GET /", "choose": "button"}])
    surfer = here.surfer()
    first = surfer.ask()
    late = surfer.ask("/else").visit
    assert late.decide("button").arm == first.decision.arm
    assert late.decide("button").reason == "sticky"


def test_what_was_not_counted_is_not_counted_late() -> None:
    """A decision that was only served so far does not become a pull after the response began."""
    here = stand()
    surfer = here.surfer()
    first = surfer.ask(sec_purpose="prefetch")
    late = surfer.ask("/else").visit.decide("button")
    assert (late.arm, late.reason, late.counted) == (first.decision.arm, "started", False)
    assert here.pulls() == 0


def test_a_reward_that_comes_too_late_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A reward after the response has started is lost, and the log says so."""
    here = stand()
    surfer = here.surfer()
    surfer.ask().visit.reward("button")
    assert here.bandit.health().faults == 1
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RewardError)
    assert "after the response had started" in str(record.exc_info[1])
    assert here.rewards() == 0


def test_a_response_that_starts_anew() -> None:
    """When an app starts its response again, the last status counts, for pull and reward."""
    here = stand()
    visit = here.bandit.begin(Asked())
    visit.reward("button")
    assert added(visit.finish(200))
    assert added(visit.finish(500)) == {"x/status": 1}
    names = added(visit.finish(200))
    assert sum(value for name, value in names.items() if name.startswith(("n/", "k/"))) == 2


# Faults of ours.


@pytest.mark.parametrize("part", ["random", "tokens", "clock"])
def test_a_fault_in_deciding_is_the_default(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Whatever fails in deciding, the view gets the default with the reason `failure`."""
    here = stand(routes=NO_ROUTES)
    surfer = here.surfer()
    surfer.ask(view=lambda visit: visit["button"])
    broken = here.surfer(surfer.cookie if part == "tokens" else "")

    class Broken:
        seal = here.bandit._ground.tokens.seal

        def __getattr__(self, name: str) -> Any:
            raise OSError(name)

        def __call__(self) -> float:
            raise OSError("clock")

    monkeypatch.setattr(here.bandit._ground, part, Broken())
    got: list[Any] = []
    view = lambda visit: got.append(visit.decide("button", default="plain"))  # noqa: E731  # short
    broken.ask(view=view)
    assert (got[0].reason, got[0].value, got[0].counted) == ("failure", "plain", False)
    assert here.bandit.health().faults >= 1


# Anything that clients and servers may send.

texts = st.text(st.characters(max_codepoint=255), max_size=200)
methods = st.one_of(st.sampled_from(["GET", "POST", "HEAD", "OPTIONS"]), texts)
paths = st.one_of(st.sampled_from(["/", "/buy", "/a/1"]), texts)
cookies = st.one_of(texts, texts.map(lambda text: f"bw={text}; __Host-bw={text}"))


@settings(deadline=None, max_examples=200)
@given(method=methods, path=paths, cookie=cookies, other=texts, status=st.integers(-1, 999))
def test_no_wsgi_request_raises(
    method: str, path: str, cookie: str, other: str, status: int
) -> None:
    """Whatever a WSGI server hands over, a visit answers and nothing is hidden as a fault."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": other,
        "HTTP_COOKIE": cookie,
        "HTTP_USER_AGENT": other,
        "HTTP_HOST": other,
        "HTTP_SEC_PURPOSE": other,
        "HTTP_SEC_FETCH_SITE": other,
    }
    facts = EnvironFacts(environ)
    visit = HARD.bandit.begin(facts)
    assert isinstance(visit, Visit)
    visit.decide("button")
    HARD.bandit.finish(visit, status, [("x", other)])
    assert HARD.bandit.health().faults == 0


@settings(deadline=None, max_examples=200)
@given(
    method=methods,
    path=st.text(max_size=100),
    headers=st.lists(
        st.tuples(
            st.one_of(st.sampled_from([b"cookie", b"host", b"user-agent"]), st.binary(max_size=20)),
            st.one_of(st.binary(max_size=200), st.binary().map(b"bw=".__add__)),
        ),
        max_size=6,
    ),
    query=st.binary(max_size=50),
)
def test_no_asgi_request_raises(
    method: str, path: str, headers: list[tuple[bytes, bytes]], query: bytes
) -> None:
    """Whatever an ASGI server hands over, a visit answers and nothing is hidden as a fault."""
    scope = {"method": method, "path": path, "headers": headers, "query_string": query}
    visit = HARD.bandit.begin(ScopeFacts(scope))
    visit.decide("button")
    visit.reward("button", random.Random(path).random())
    HARD.bandit.finish(visit, 200, ())
    assert HARD.bandit.health().faults == 0


HARD = stand(
    routes=[
        *ROUTES,
        {"match": "/<path:any>", "choose": "button", "host": "<sub>.example"},
        {"match": "/a/<int:x>", "reward": {"experiment": "button", "amount": {"path": "x"}}},
        {"match": "/<x>", "reward": {"experiment": "button", "amount": {"query": "x"}}},
        {"match": "/<x>", "reward": {"experiment": "button", "amount": {"header": "x"}}},
    ]
)


def test_the_holdout_is_remembered_as_such() -> None:
    """The cookie of the holdout names no arm."""
    here = stand({"holdout": "99.9%"})
    surfer = here.surfer()
    surfer.ask()
    read = here.bandit._ground.tokens.open(surfer.cookie.partition("=")[2])
    assert read is not None
    assert read.by_experiment["button"].arm == HOLDOUT
