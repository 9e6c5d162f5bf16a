"""What a visit tells of its decisions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banditware import Decision, Visit
from banditware.details import Details
from banditware.errors import UnknownExperimentError
from banditware.http import NO_EFFECTS
from banditware.model import DAY
from tests.support import CRAWLER, Seen, Stand, stand

pytestmark = pytest.mark.usefixtures("calm")

ATTRIBUTES = {"country": {"header": "CF-IPCountry"}, "age": {"query": "age"}}
BRITISH = [{"attribute": "country", "operator": "ONE_OF", "value": ["GB"]}]
SHOE: dict[str, Any] = {
    "context": {"age": "numeric"},
    "arms": {
        "nike": None,
        "kids": {"available": [{"attribute": "age", "operator": "LT", "value": 9}]},
    },
}


def why(seen: Seen, name: str = "button") -> Details:
    """Return what a visit tells of what it decided, which has to agree with the decision."""
    decision = seen.visit.decisions[name]
    details = seen.visit.why(name)
    agrees(details, decision)
    assert details.decided
    settled = [rule.reason for rule in details.rules if not rule.passed]
    assert settled == ([] if decision.reason == "drawn" else [decision.reason])
    return details


def agrees(details: Details, decision: Decision) -> None:
    """Check details against the decision they are of."""
    for name in ("experiment", "version", "reason", "arm", "value", "propensity", "id"):
        assert getattr(details, name) == getattr(decision, name)
    json.dumps(details.as_dict(), allow_nan=False)


def names(details: Details) -> list[str]:
    """Return the names of the rules that were tried."""
    return [rule.name for rule in details.rules]


def british(**more: Any) -> Stand:
    """Return a stand whose experiment is for Britain alone."""
    return stand({"only_if": BRITISH, **more}, attributes=ATTRIBUTES)


def test_what_was_decided() -> None:
    """A drawn decision tells all rules that it passed, in the order in which they are tried."""
    here = british(traffic="100%", holdout="1%")
    details = why(here.surfer().ask(cf_ipcountry="GB"))
    assert names(details) == ["bots", "only_if", "sticky", "holdout", "count"]
    assert details.context == {"country": "GB"}
    assert details.why == f"{details.arm} was drawn with probability 0.5"
    assert details.rules[-1].found == "it is GET"


def test_who_does_not_take_part() -> None:
    """Rules behind the one that failed are not tried."""
    details = why(british().surfer().ask(cf_ipcountry="FR"))
    assert names(details) == ["bots", "only_if"]
    assert details.rules[-1].answers[0].found == "FR"
    missing = why(british().surfer().ask())
    assert missing.rules[-1].answers[0].found is None


def test_bots() -> None:
    """A bot is told by what it calls itself; where bots count, nobody looks."""
    details = why(stand().surfer().ask(user_agent=CRAWLER))
    assert names(details) == ["bots"]
    assert "Googlebot" in details.rules[0].found
    counted = why(stand(bots="count").surfer().ask(user_agent=CRAWLER))
    assert names(counted) == ["sticky", "count"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"method": "HEAD"}, "head"),
        ({"sec_purpose": "prefetch"}, "prefetch"),
    ],
)
def test_what_is_drawn_and_no_pull(more: dict[str, Any], reason: str) -> None:
    """A decision that does not count was still drawn, and says why it does not count."""
    details = why(stand().surfer().ask(**more))
    assert details.reason == reason
    assert details.why.endswith(f"but is no pull: {reason}")


def test_methods() -> None:
    """A request of a method that does not count says which do."""
    routes = [{"match": "POST /", "choose": "button"}]
    details = why(stand(routes=routes).surfer().ask(method="POST"))
    assert (details.reason, details.rules[-1].asked) == (
        "method",
        "the request is GET, and no prefetch",
    )


def test_sticky() -> None:
    """An assignment from before is told with its time, arm and propensity."""
    here = stand()
    surfer = here.surfer()
    first = surfer.ask().decision
    here.watch.now += 60
    details = why(surfer.ask())
    assert details.rules[-1].name == "sticky"
    assert details.rules[-1].found == f"{first.arm} since 2027-01-15T08:00:00Z, drawn with 0.5"
    assert "is served again" in details.why


def test_an_assignment_that_is_over() -> None:
    """An assignment whose time is over is told, and a new draw follows."""
    here = stand({"sticky": "1d"})
    surfer = here.surfer()
    surfer.ask()
    here.watch.now += 2 * DAY
    details = why(surfer.ask())
    assert details.reason == "drawn"
    assert details.rules[1].found.endswith("its arm, its version or its time is over")


def test_a_prefetched_assignment_is_served() -> None:
    """What a prefetch drew is served and counted by the next request, and told as sticky."""
    here = stand()
    surfer = here.surfer()
    surfer.ask(sec_purpose="prefetch")
    assert why(surfer.ask(sec_purpose="prefetch")).reason == "prefetch"
    assert why(surfer.ask()).reason == "sticky"
    assert here.pulls() == 1


def test_the_holdout() -> None:
    """The holdout is told on the first visit and on the next."""
    here = stand({"holdout": "99%"})
    surfer = here.surfer()
    assert why(surfer.ask()).rules[-1].name == "holdout"
    again = why(surfer.ask())
    assert (again.rules[-1].name, again.reason) == ("sticky", "holdout")
    assert again.rules[-1].found.startswith("the holdout since")


def test_after_the_response_has_started() -> None:
    """What is first asked for after the response has started was too late, and says so."""
    here = stand(routes=[])
    visit = here.surfer().ask().visit
    expected = visit.why("button")
    assert (expected.decided, expected.reason) == (False, "started")
    visit.decide("button")
    details = visit.why("button")
    agrees(details, visit.decisions["button"])
    assert (details.reason, names(details)[-1]) == ("started", "started")
    early = here.surfer().ask(view=lambda visit: visit.decide("button"))
    assert why(early).reason == "drawn"


# What the view gives.


def test_what_the_view_gave() -> None:
    """Attributes and actions that the view gave to decide by are those that are told."""
    here = stand(
        experiments={"button": {"arms": ["a", "b"], "only_if": BRITISH}, "shoe": {"policy": "igw"}},
        routes=[],
        attributes=ATTRIBUTES,
    )

    def view(visit: Visit) -> None:
        visit.decide("button", context={"country": "GB"})
        visit.decide("shoe", context={"size": 9}, actions=iter(["x", "y"]))

    seen = here.surfer().ask(view=view, cf_ipcountry="FR", query="age=7")
    assert why(seen).rules[1].answers[0].found == "GB"
    details = why(seen, "shoe")
    assert details.context == {"country": "FR", "age": "7", "size": 9}
    assert [arm.arm for arm in details.arms] == ["x", "y"]
    chosen = seen.visit.decisions["shoe"]
    assert {arm.arm: arm.probability for arm in details.arms}[chosen.arm] == chosen.propensity


def test_what_the_view_gave_by_mistake() -> None:
    """A context or actions that cannot be used are told with what is wrong."""
    here = stand(experiments={"shoe": SHOE}, routes=[])
    seen = here.surfer().ask(view=lambda visit: visit.decide("shoe", context={"age": "old"}))
    details = why(seen, "shoe")
    assert (details.reason, details.arms) == ("bad_context", ())
    assert "attribute 'age' is numeric" in details.rules[-1].found
    other = here.surfer().ask(view=lambda visit: visit.decide("shoe", actions=iter(["a", "a"])))
    assert "named twice" in why(other, "shoe").rules[-1].found


def test_arms_that_are_not_available() -> None:
    """What the request says decides what is available, and is told."""
    here = stand(experiments={"shoe": SHOE}, routes=[], attributes=ATTRIBUTES)
    view = lambda visit: visit.decide("shoe")  # noqa: E731  # short
    details = why(here.surfer().ask(view=view, query="age=30"), "shoe")
    assert [arm.arm for arm in details.unavailable] == ["kids"]
    assert details.unavailable[0].answers[0].found == "30"


# What would be decided.


def test_asking_decides_and_counts_nothing() -> None:
    """Why, before a decision, tells what would be drawn, and leaves no trace."""
    here = british()
    found: list[Details] = []
    seen = here.surfer().ask(
        "/other",
        view=lambda visit: found.append(visit.why("button", context={"country": "GB"})),
    )
    (details,) = found
    assert (details.decided, details.arm, details.propensity, details.id) == (False, None, None, "")
    assert (details.reason, details.why) == ("drawn", "a draw would decide")
    assert [arm.probability for arm in details.arms] == [0.5, 0.5]
    assert (seen.effects, seen.visit.decisions) == (NO_EFFECTS, {})
    assert (here.pulls(), here.excluded()) == (0, {})


def test_what_would_be_served() -> None:
    """Before a decision, whoever would get no draw is told what would be served."""
    here = british()
    visit = here.surfer().ask("/other", cf_ipcountry="FR").visit
    details = visit.why("button")
    assert (details.decided, details.arm, details.reason) == (False, "red", "not_targeted")
    surfer = here.surfer()
    first = asks_twice(surfer.ask(cf_ipcountry="GB"))
    again = surfer.ask("/other", cf_ipcountry="GB").visit.why("button")
    assert (again.decided, again.arm, again.reason, again.id) == (
        False,
        first.arm,
        "sticky",
        first.id,
    )
    head = here.surfer().ask("/other", method="HEAD", cf_ipcountry="GB")
    head.visit.started = False
    told = head.visit.why("button")
    assert (told.arm, told.why) == (None, "a draw would decide, but be no pull: head")
    assert here.pulls() == 1


def asks_twice(seen: Seen) -> Decision:
    """Return the decision, after asking twice why it is what it is."""
    assert seen.visit.why("button") == seen.visit.why("button")
    return seen.decision


def test_actions_before_a_decision() -> None:
    """Before a decision the actions can be given, as to `decide`."""
    here = stand(experiments={"shoe": {"policy": "igw"}}, routes=[])
    found: list[Details] = []
    here.surfer().ask(view=lambda visit: found.append(visit.why("shoe", actions=["x", "y"])))
    assert [arm.arm for arm in found[0].arms] == ["x", "y"]
    assert here.pulls("shoe") == 0


# Faults.


def test_unknown_experiments() -> None:
    """An experiment that nobody knows is an error, as everywhere in a visit."""
    visit = stand().surfer().ask().visit
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        visit.why("buton")


def test_a_fault_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of ours in explaining is counted, and what was decided is told."""
    here = stand(routes=[])
    seen = here.surfer().ask(view=lambda visit: visit.decide("button"))

    def broken(*arguments: object) -> Details:
        raise ZeroDivisionError

    monkeypatch.setattr("banditware.whys.details", broken)
    agrees(seen.visit.why("button"), seen.decision)
    assert here.bandit.hidden.number == 1
    nothing = here.surfer().ask().visit.why("button")
    assert (nothing.decided, nothing.reason, nothing.arm) == (False, "failure", "red")


def test_a_decision_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that a fault of ours kept from being made is told as that."""
    here = stand(routes=[])

    def broken(*arguments: object, **more: object) -> Decision:
        raise ZeroDivisionError

    monkeypatch.setattr("banditware.visit.drawn", broken)
    seen = here.surfer().ask(view=lambda visit: visit.decide("button"))
    details = seen.visit.why("button")
    agrees(details, seen.decision)
    assert "a fault of ours" in str(details)


def test_what_is_forced() -> None:
    """An arm that is shown by force tells so, before and after it was decided."""
    here = stand(debug={"force": True})
    details = why(here.surfer().ask(query="bw_force=button:green"))
    assert names(details) == ["forced"]
    assert details.why == "green is shown by force, and counted nowhere"
    told: list[Details] = []
    here.surfer().ask(
        "/else", query="bw_force=button:green", view=lambda v: told.extend([v.why("button")])
    )
    assert (told[0].reason, told[0].arm, told[0].decided) == ("forced", "green", False)
