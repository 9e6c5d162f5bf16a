"""Who takes part in an experiment, request by request."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.model import DAY
from tests.support import CRAWLER, NOON, Seen, Stand, Surfer, stand

pytestmark = pytest.mark.usefixtures("calm")

ATTRIBUTES = {
    "country": {"header": "CF-IPCountry"},
    "plan": {"cookie": "plan"},
    "source": {"query": "utm_source"},
}
BRITISH = [{"attribute": "country", "operator": "ONE_OF", "value": ["GB"]}]
ADULT = [{"attribute": "age", "operator": "GTE", "value": 18}]

#: The moment of the stand's clock, as a file has it.
NOON_TEXT = "2027-01-15T08:00:00Z"


def british(**more: Any) -> Stand:
    """Return a stand whose experiment is for Britain alone."""
    return stand({"only_if": BRITISH, **more}, attributes=ATTRIBUTES)


def asks(surfer: Surfer, country: str, **more: Any) -> Seen:
    """Ask from a country."""
    return surfer.ask(cf_ipcountry=country, **more)


def test_who_matches_takes_part() -> None:
    """A visitor who fulfils the conditions is decided, counted and remembered."""
    here = british()
    surfer = here.surfer()
    assert [asks(surfer, "GB").reason for _ in range(3)] == ["drawn", "sticky", "sticky"]
    assert (here.pulls(), here.excluded()) == (1, {})


def test_targeting_holds_for_who_came_before() -> None:
    """A cookie does not bring in whom the conditions leave out, and its arm waits for them."""
    here = british()
    surfer = here.surfer()
    first = asks(surfer, "GB")
    assert asks(surfer, "GB").reason == "sticky"
    abroad = asks(surfer, "US")
    assert (abroad.reason, abroad.decision.arm) == ("not_targeted", "red")
    again = asks(surfer, "GB")
    assert (again.reason, again.decision.id) == ("sticky", first.decision.id)


@pytest.mark.parametrize("country", ["US", "gb", "", "x" * 10_000])
def test_who_does_not_match_gets_the_default(country: str) -> None:
    """Others get the default and no cookie, which is counted under its reason."""
    here = british()
    surfer = here.surfer()
    for _ in range(3):
        seen = asks(surfer, country)
        assert (seen.reason, seen.decision.arm, seen.decision.counted, seen.decision.id) == (
            "not_targeted",
            "red",
            False,
            "",
        )
        assert seen.effects.varies
    assert (here.pulls(), here.excluded(), surfer.cookie) == (0, {"not_targeted": 3}, "")


def test_who_matches_again_gets_the_old_assignment_back() -> None:
    """Who stops matching gets the default; matching again brings the old arm, which is no pull."""
    here = british()
    surfer = here.surfer()
    first = asks(surfer, "GB")
    cookie = surfer.cookie
    assert asks(surfer, "FR").reason == "not_targeted"
    assert surfer.cookie == cookie
    again = asks(surfer, "GB")
    assert (again.reason, again.decision.id) == ("sticky", first.decision.id)
    assert (here.pulls(), here.excluded()) == (1, {"not_targeted": 1})


def test_an_old_assignment_may_be_over() -> None:
    """Who matches again after `sticky` is decided anew."""
    here = british(sticky="1d")
    surfer = here.surfer()
    first = asks(surfer, "GB")
    here.watch.now += 2 * DAY
    assert asks(surfer, "FR").reason == "not_targeted"
    again = asks(surfer, "GB")
    assert (again.reason, here.pulls()) == ("drawn", 2)
    assert again.decision.id != first.decision.id


def test_what_was_decided_before_is_still_rewarded() -> None:
    """A reward goes to the decision it belongs to, also of somebody who does not match now."""
    here = british()
    surfer = here.surfer()
    asks(surfer, "GB")
    surfer.buy(cf_ipcountry="FR")
    assert here.rewards() == 1


def test_a_bot_is_a_bot() -> None:
    """A bot is counted as one, whether it would match or not."""
    here = british()
    surfer = here.surfer()
    assert asks(surfer, "GB", user_agent=CRAWLER).reason == "bot"
    assert asks(surfer, "US", user_agent=CRAWLER).reason == "bot"
    assert here.excluded() == {"bot": 2}


def test_head_and_errors_of_others() -> None:
    """Who does not take part is counted as that, whatever was asked and answered."""
    here = british()
    asks(here.surfer(), "US", method="HEAD")
    asks(here.surfer(), "US", status=500)
    assert here.excluded() == {"not_targeted": 2}


# What a request says, and what a view says.


def test_a_view_reads_the_attributes() -> None:
    """`visit.attributes` is what the request says, with the subject's id."""
    found: list[dict[str, Any]] = []
    routes = [{"match": "GET /shoe/<int:item>", "choose": "button"}]
    here = stand(attributes={**ATTRIBUTES, "item": {"path": "item"}}, routes=routes)
    seen = here.surfer("plan=pro").ask(
        "/shoe/7",
        view=lambda visit: found.append(dict(visit.attributes)),
        query="utm_source=mail",
        cf_ipcountry="GB",
    )
    assert found == [
        {
            "country": "GB",
            "plan": "pro",
            "source": "mail",
            "item": 7,
            "id": seen.visit.subject,
        }
    ]
    assert seen.visit.attributes is seen.visit.attributes


def test_a_view_adds_to_the_request_and_overrides_it() -> None:
    """What a view gives counts before what the request says."""
    both = [*BRITISH, *ADULT]
    here = stand({"only_if": both}, attributes=ATTRIBUTES, routes=[])
    reasons = []
    for context in (None, {"age": 20}, {"age": 17}, {"age": 20, "country": "FR"}):
        view = lambda visit, given=context: visit.decide("button", context=given)  # noqa: E731  # short
        reasons.append(asks(here.surfer(), "GB", view=view).reason)
    assert reasons == ["not_targeted", "drawn", "not_targeted", "not_targeted"]


def test_the_id_of_a_subject() -> None:
    """`id` is the subject's own id, unless the request or the view gives another."""
    rule = [{"attribute": "id", "operator": "ONE_OF", "value": ["u1"]}]
    here = stand({"only_if": rule}, attributes={"id": {"header": "X-User"}}, routes=[])
    decide = lambda visit: visit.decide("button")  # noqa: E731  # short
    given = lambda visit: visit.decide("button", context={"id": "u1"})  # noqa: E731  # short
    assert here.surfer().ask(view=decide).reason == "not_targeted"
    assert here.surfer().ask(view=decide, x_user="u1").reason == "drawn"
    assert here.surfer().ask(view=given).reason == "drawn"


def test_a_context_that_is_none() -> None:
    """What a view gives by mistake costs the decision, not the page, and is counted."""
    here = stand({"only_if": ADULT}, routes=[])
    view = lambda visit: visit.decide("button", context=["age"])  # noqa: E731  # short
    seen = here.surfer().ask(view=view)
    assert (seen.reason, seen.decision.arm, seen.effects.set_cookie) == ("bad_context", "red", "")
    assert here.excluded() == {"bad_context": 1}


def test_a_default_of_the_view() -> None:
    """A view's own default is served to who does not take part."""
    here = stand({"only_if": ADULT}, routes=[])
    seen = here.surfer().ask(view=lambda visit: visit.decide("button", default="plain"))
    assert (seen.reason, seen.decision.value) == ("not_targeted", "plain")


# Shares.


def test_traffic_stays_the_same_for_everybody() -> None:
    """A share of the visitors takes part, the others never do, and both are remembered."""
    here = stand({"traffic": "30%"})
    surfers = [here.surfer() for _ in range(300)]
    first = [surfer.ask().reason for surfer in surfers]
    assert 60 <= first.count("drawn") <= 120
    assert first.count("drawn") + first.count("traffic") == 300
    for _ in range(3):
        for surfer, reason in zip(surfers, first, strict=True):
            seen = surfer.ask()
            assert seen.reason == {"drawn": "sticky", "traffic": "traffic"}[reason]
            assert seen.effects.set_cookie == ""
    assert here.pulls() == first.count("drawn")
    assert here.excluded() == {"traffic": 4 * first.count("traffic")}


def test_who_is_left_out_by_id_keeps_the_id() -> None:
    """The cookie of somebody outside of the share names the subject and no experiment."""
    here = stand({"traffic": "0%"})
    surfer = here.surfer()
    seen = surfer.ask()
    assert (seen.reason, seen.decision.arm) == ("traffic", "red")
    assert seen.effects.set_cookie.startswith(f"bw=1!{seen.visit.subject}!")
    assert "~" not in surfer.cookie
    assert surfer.ask().visit.subject == seen.visit.subject


@pytest.mark.parametrize("more", [{"method": "HEAD"}, {"status": 500}, {"user_agent": CRAWLER}])
def test_who_gets_no_cookie_gets_none_for_the_id(more: dict[str, Any]) -> None:
    """HEAD, errors and bots set no cookie, also for those outside of the share."""
    surfer = stand({"traffic": "0%"}).surfer()
    surfer.ask(**more)
    assert surfer.cookie == ""


def test_who_falls_out_of_a_smaller_share() -> None:
    """A share that shrinks leaves assigned visitors out, and one that grows brings them back."""
    here, smaller = stand({"sticky": "1d"}), stand({"sticky": "1d", "traffic": "0%"})
    surfer = here.surfer()
    first = surfer.ask()
    surfer.bandit = smaller.bandit
    assert surfer.ask().reason == "traffic"
    surfer.bandit = here.bandit
    assert surfer.ask().decision.id == first.decision.id


def test_nobody_is_in_two_experiments_of_a_group() -> None:
    """Of two experiments that share a group every visitor is in exactly one."""
    button = {"arms": ["a", "b"], "group": "g", "traffic": "50%"}
    here = stand(
        experiments={"button": button, "title": button},
        routes=[{"match": "GET /", "choose": ["button", "title"]}],
    )
    for _ in range(100):
        surfer = here.surfer()
        first = {name: each.reason for name, each in surfer.ask().visit.decisions.items()}
        assert sorted(first.values()) == ["drawn", "group"]
        again = {name: each.reason for name, each in surfer.ask().visit.decisions.items()}
        assert {name for name in first if first[name] == "group"} == {
            name for name in again if again[name] == "group"
        }
    assert here.pulls() + here.pulls("title") == 100
    assert here.excluded()["group"] == 2 * here.pulls("title")


# Dates.


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"start": NOON_TEXT}, "drawn"),
        ({"start": "2027-01-15T08:00:01Z"}, "not_started"),
        ({"end": NOON_TEXT}, "ended"),
        ({"end": "2027-01-15T08:00:01Z"}, "drawn"),
        ({"start": "2027-01-15", "end": "2027-01-15"}, "drawn"),
        ({"start": "2027-01-16"}, "not_started"),
        ({"end": "2027-01-14"}, "ended"),
        ({"start": "2027-01-15T10:00+02:00"}, "drawn"),
        ({"start": "2027-01-15T10:00+01:00"}, "not_started"),
    ],
)
def test_dates(dates: dict[str, str], reason: str) -> None:
    """Before the start and after the end there is the default, counted under its reason."""
    assert NOON == 1_800_000_000.0
    here = stand(dates)
    surfer = here.surfer()
    assert surfer.ask().reason == reason
    assert here.excluded() == ({} if reason == "drawn" else {reason: 1})
    assert bool(surfer.cookie) is (reason == "drawn")


def test_rewards_after_the_end() -> None:
    """An earlier decision earns after the end, as long as `attribution` lasts."""
    here = stand({"end": "2027-01-15T09:00Z", "attribution": "1d"})
    surfer = here.surfer()
    surfer.ask()
    here.watch.now += DAY / 2
    assert surfer.ask().reason == "ended"
    surfer.buy()
    assert here.rewards() == 1
    here.watch.now += DAY
    surfer.buy()
    assert (here.rewards(), here.excluded()) == (1, {"ended": 1, "late": 1})


def test_an_assignment_that_is_served_from_memory_ends_too() -> None:
    """A visitor whose decision is kept at hand is looked at each time, too."""
    here = stand({"only_if": BRITISH, "end": "2027-01-15T09:00Z"}, attributes=ATTRIBUTES)
    surfer = here.surfer()
    reasons = [asks(surfer, country).reason for country in ("GB", "GB", "FR", "GB")]
    here.watch.now += 3_600
    reasons.append(asks(surfer, "GB").reason)
    assert reasons == ["drawn", "sticky", "not_targeted", "sticky", "ended"]


# The holdout.


def test_only_those_who_are_targeted_are_held_out() -> None:
    """The holdout is a share of those who take part."""
    here = british(holdout="50%")
    reasons = [asks(here.surfer(), "US").reason for _ in range(50)]
    assert set(reasons) == {"not_targeted"}
    assert "holdout" not in here.report()
    surfers = [here.surfer() for _ in range(50)]
    assert {asks(surfer, "GB").reason for surfer in surfers} == {"drawn", "holdout"}


def test_who_is_held_out_and_stops_matching() -> None:
    """Who is held out and does not match is not of the holdout then, and is again afterwards."""
    here = british(holdout="99%")
    surfers = [here.surfer() for _ in range(20)]
    held = [surfer for surfer in surfers if asks(surfer, "GB").reason == "holdout"]
    assert held
    assert {asks(surfer, "US").reason for surfer in held} == {"not_targeted"}
    assert {asks(surfer, "GB").reason for surfer in held} == {"holdout"}
    assert here.report()["holdout"]["pulls"] == len(held)


def test_the_holdout_is_compared_with_what_all_arms_earned() -> None:
    """Pulls and rewards of the arms together stand beside those of the holdout."""
    here = british(holdout="50%")
    surfers = [here.surfer() for _ in range(60)]
    for surfer in surfers:
        asks(surfer, "GB")
        surfer.buy()
    report = here.report()
    total, held = report["total"], report["holdout"]
    assert total["pulls"] + held["pulls"] == 60
    assert min(total["pulls"], held["pulls"]) > 10
    assert (total["rewards"], held["rewards"]) == (total["pulls"], held["pulls"])
    assert (total["rate"], held["rate"], total["mean"], held["mean"]) == (1.0, 1.0, 1.0, 1.0)
