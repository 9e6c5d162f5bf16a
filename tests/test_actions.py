"""Arms that are available to some, and actions that the app names."""

from __future__ import annotations

from typing import Any

import pytest

from banditware import Decision
from banditware.actions import MOST_ACTIONS, available, checked
from banditware.errors import ContextError
from tests.shoes import SOURCES, shoes

pytestmark = pytest.mark.usefixtures("calm")

BRITISH = {"attribute": "country", "operator": "ONE_OF", "value": "GB"}

#: `green` is for the British alone.
LIMITED = {"arms": {"red": {}, "green": {"available": BRITISH}}, "default": "red"}


def test_checked() -> None:
    """Names alone are actions without attributes; a mapping is taken as it is."""
    given = {"a": {"price": 1}}
    assert checked(given) is given
    assert checked(["b", "a"]) == {"b": {}, "a": {}}
    assert list(checked(map(str, range(MOST_ACTIONS)))) == [str(n) for n in range(MOST_ACTIONS)]


def test_available() -> None:
    """An arm with conditions is there for who fulfils them."""
    experiment = shoes(LIMITED).bandit._ground.snapshot.known("button").experiment
    assert list(available(experiment, {"country": "GB"})) == ["green", "red"]
    assert list(available(experiment, {"country": "US"})) == ["red"]
    assert list(available(experiment, {})) == ["red"]


@pytest.mark.parametrize("arms", [None, {"red": {"available": BRITISH}}])
def test_nothing_available(arms: Any) -> None:
    """Where nothing is left to choose from, the error says what to do."""
    here = shoes({"arms": arms})
    experiment = here.bandit._ground.snapshot.known("button").experiment
    with pytest.raises(ContextError, match=r"pass actions=|is available in this") as caught:
        available(experiment, {})
    assert caught.value.reason == "no_actions"


def test_an_arm_that_is_available_to_some() -> None:
    """Nobody else gets it, neither from a route nor from code, and others share the traffic."""
    here = shoes(LIMITED, attributes=SOURCES)
    assert {here.surfer().ask(query="country=US").decision.arm for _ in range(20)} == {"red"}
    assert {here.surfer().ask(query="country=GB").decision.arm for _ in range(20)} == {
        "red",
        "green",
    }
    decisions = [here.bandit.decide("button", context={"country": "US"}) for _ in range(9)]
    assert {(each.arm, each.propensity) for each in decisions} == {("red", 1.0)}
    rule = [{"attribute": "id", "operator": "ONE_OF", "value": "u1"}]
    mine = shoes({**LIMITED, "arms": {"red": {"available": rule}}})
    assert mine.bandit.decide("button", subject="u1").reason == "drawn"
    assert mine.bandit.decide("button", subject="u2").reason == "no_actions"


def test_an_arm_that_is_not_available_any_more() -> None:
    """Who remembers it is decided anew, and gets it back only by a new draw."""
    here = shoes(LIMITED, attributes=SOURCES)
    surfer = here.surfer()
    while surfer.ask(query="country=GB").decision.arm != "green":
        surfer = here.surfer()
    again = surfer.ask(query="country=GB")
    assert (again.decision.arm, again.reason) == ("green", "sticky")
    moved = surfer.ask(query="country=US")
    assert (moved.decision.arm, moved.reason, moved.decision.propensity) == ("red", "drawn", 1.0)


def test_no_arm_is_available() -> None:
    """That is what the configuration wants: the default, counted, in a request and outside."""
    here = shoes({"arms": {"red": {"available": BRITISH}, "green": {"available": BRITISH}}})
    decision = here.bandit.decide("button")
    assert (decision.arm, decision.reason, decision.counted) == ("red", "no_actions", False)
    assert here.bandit.decide("button", default="other").arm == "other"
    seen = here.surfer().ask()
    assert (seen.reason, seen.effects.set_cookie) == ("no_actions", "")
    assert here.excluded() == {"no_actions": 3}


ABSENT: dict[str, Any] = {"arms": None, "default": "none", "action_context": {"price": "numeric"}}
OFFER = {"ten": {"price": 10}, "five": {"price": 5}}


def test_actions_of_the_app() -> None:
    """Without arms, what the app names is drawn from, counted, sticky and credited."""
    here = shoes(ABSENT, routes=[{"match": "POST /buy", "reward": "button"}])
    surfer = here.surfer()
    first = surfer.ask(view=lambda v: v.decide("button", actions=OFFER)).decision
    assert (first.arm in OFFER, first.value, first.reason) == (True, first.arm, "drawn")
    assert 0.0 < first.propensity < 1.0
    again = surfer.ask(view=lambda v: v.decide("button", actions=OFFER)).decision
    assert (again.arm, again.reason, again.id) == (first.arm, "sticky", first.id)
    surfer.buy()
    assert (here.pulls(), here.rewards()) == (1, 1)
    assert here.report()["arms"][first.arm]["rewards"] == 1


def test_an_action_that_is_gone() -> None:
    """What is remembered is only served if the app offers it; without actions it still is."""
    here = shoes(ABSENT, routes=[])
    surfer = here.surfer()
    first = surfer.ask(view=lambda v: v.decide("button", actions=["old"])).decision
    looked = surfer.ask(view=lambda v: v.decide("button")).decision
    assert (looked.arm, looked.reason, looked.id) == ("old", "sticky", first.id)
    other = surfer.ask(view=lambda v: v.decide("button", actions=iter(["new"]))).decision
    assert (other.arm, other.reason) == ("new", "drawn")
    assert here.pulls() == 2


def test_actions_beside_arms() -> None:
    """Actions may be others than the arms of the file; arms keep their values."""
    here = shoes({"arms": {"red": "#f00"}}, routes=[])
    surfer = here.surfer()

    def ask() -> Decision:
        return surfer.ask(view=lambda v: v.decide("button", actions=["blue"])).decision

    assert (ask().value, ask().reason) == ("blue", "sticky")
    assert here.bandit.decide("button", actions=["red"]).value == "#f00"
    gone = surfer.ask(view=lambda v: v.decide("button")).decision
    assert (gone.arm, gone.reason) == ("red", "drawn")


def test_a_route_leaves_actions_to_the_view() -> None:
    """A route that chooses an experiment without arms decides nothing, and says which status."""
    routes = [{"match": "GET /", "choose": "button", "status": 201}]
    here = shoes(ABSENT, routes=routes)
    assert here.surfer().ask(status=201).visit.decisions == {}
    view = lambda v: v.decide("button", actions=OFFER)  # noqa: E731  # short
    assert here.surfer().ask(view=view, status=200).reason == "drawn"
    assert (here.pulls(), here.excluded()) == (0, {"status": 1})
    here.surfer().ask(view=view, status=201)
    assert here.pulls() == 1


def test_five_hundred_actions() -> None:
    """So many are weighed; every one has its share, and the shares sum to 1."""
    here = shoes({**ABSENT, "model": "shared"})
    many = {f"a{number}": {"price": number} for number in range(500)}
    arms = {here.bandit.decide("button", context={"age": 3}, actions=many).arm for _ in range(50)}
    assert len(arms) > 20
    chooser = here.bandit._ground.snapshot.known("button").chooser
    assert chooser is not None
    assert sum(chooser.weighed({}, many)[1]) == pytest.approx(1.0)


def test_the_holdout_without_arms() -> None:
    """The holdout gets the default, whatever is offered, and is remembered and credited apart."""
    here = shoes({**ABSENT, "holdout": "99.9999%"}, routes=[{"match": "/buy", "reward": "button"}])
    surfer = here.surfer()
    for reason in ("holdout", "holdout"):
        seen = surfer.ask(view=lambda v: v.decide("button", actions=OFFER))
        assert (seen.decision.arm, seen.decision.value, seen.reason) == ("none", "none", reason)
    surfer.buy()
    report = here.report()["holdout"]
    assert (report["pulls"], report["rewards"], here.pulls()) == (1, 1, 0)
    held = here.bandit.decide("button", subject="u1", actions=OFFER)
    assert (held.arm, held.reason) == ("none", "holdout")
    assert here.bandit.reward(held)
    assert here.report()["holdout"]["rewards"] == 2
