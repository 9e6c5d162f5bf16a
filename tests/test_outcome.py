from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from banditware import Visit
from banditware.model import DAY
from banditware.tokens import SKEW
from tests.support import BUTTON, HOUR, NOON, Stand, Surfer, stand

pytestmark = pytest.mark.usefixtures("calm")


def shown(**more: Any) -> tuple[Stand, Surfer]:
    """Return a stand and somebody who was shown an arm."""
    here = stand(**more)
    surfer = here.surfer()
    surfer.ask()
    return here, surfer


def paying(amount: Any, **rule: Any) -> list[dict[str, Any]]:
    """Return routes of which `/buy` credits an amount from somewhere."""
    return [
        {"match": "GET /", "choose": "button"},
        {"match": "POST /buy", "reward": {"experiment": "button", "amount": amount, **rule}},
        {"match": "POST /pay/<x>", "reward": {"experiment": "button", "amount": {"path": "x"}}},
    ]


def test_a_reward_goes_to_the_arm_that_was_shown() -> None:
    """A matching response credits the arm in the cookie, and writes no cookie."""
    here, surfer = shown()
    arm = surfer.ask().decision.arm
    seen = surfer.buy()
    assert seen.effects.set_cookie == ""
    assert not seen.effects.varies
    assert here.report()["arms"][arm]["rewards"] == 1
    assert (here.rewards(), here.excluded()) == (1, {})


def test_the_same_cookie_earns_once() -> None:
    """Sending the same cookie to a reward route a hundred times earns one reward."""
    here, surfer = shown()
    for _ in range(100):
        here.surfer(surfer.cookie).buy()
    assert (here.rewards(), here.excluded()) == (1, {"duplicate": 99})


def test_once_false_earns_each_time() -> None:
    """`once: false` credits a decision as often as it is earned."""
    here, surfer = shown(routes=paying(2.0, once=False))
    for _ in range(5):
        surfer.buy()
    assert (here.rewards(), here.earned()) == (5, 10.0)


def test_goals_are_credited_apart() -> None:
    """A decision earns once for each goal; only the experiment's own is its reward."""
    routes = [
        {"match": "GET /", "choose": "button"},
        {"match": "POST /buy", "reward": ["button", {"experiment": "button", "goal": "cart"}]},
    ]
    here, surfer = shown(routes=routes)
    arm = surfer.ask().decision.arm
    surfer.buy()
    surfer.buy()
    goals = here.report()["arms"][arm]["goals"]
    assert {name: goal["rewards"] for name, goal in goals.items()} == {"cart": 1, "reward": 1}
    assert here.excluded() == {"duplicate": 2}


def test_without_a_decision_there_is_no_reward() -> None:
    """Who was never shown an arm earns nothing, and that is counted."""
    here = stand()
    here.surfer().buy()
    assert (here.rewards(), here.excluded()) == (0, {"no_decision": 1})


@pytest.mark.parametrize(
    "uncounted", [{"sec_purpose": "prefetch"}, {"status": 500}, {"method": "HEAD"}]
)
def test_what_was_no_pull_earns_nothing(uncounted: dict[str, Any]) -> None:
    """Nothing may earn that was not a pull."""
    here = stand()
    surfer = here.surfer()
    surfer.ask(**uncounted)
    surfer.buy()
    assert here.rewards() == 0
    assert here.excluded()["no_decision"] == 1


@pytest.mark.parametrize(
    ("status", "earns"), [(200, True), (302, True), (404, False), (500, False)]
)
def test_the_response_decides_over_the_reward(status: int, earns: bool) -> None:
    """A response that says no earns nothing, by route or by view."""
    here, surfer = shown()
    surfer.buy(status=status)
    surfer.ask("/else", status=status, view=lambda visit: visit.reward("button", goal="seen"))
    goals = [name for arm in here.report()["arms"].values() for name in arm["goals"]]
    assert sorted(goals) == (["reward", "seen"] if earns else [])


def test_a_route_says_which_status_earns() -> None:
    """A route with a status of its own credits only that."""
    routes = [
        {"match": "GET /", "choose": "button"},
        {"match": "POST /buy", "status": 302, "reward": "button"},
    ]
    here, surfer = shown(routes=routes)
    surfer.buy(status=200)
    assert here.rewards() == 0
    surfer.buy(status=302)
    assert here.rewards() == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_idle_methods_earn_nothing(method: str) -> None:
    """HEAD and OPTIONS only ask about a page: neither route nor view earns by them."""
    routes = [{"match": "GET /", "choose": "button"}, {"match": "/thanks", "reward": "button"}]
    here, surfer = shown(routes=routes)
    surfer.ask("/thanks", method=method, view=lambda visit: visit.reward("button", goal="seen"))
    assert [arm["goals"] for arm in here.report()["arms"].values()] == [{}, {}]
    assert here.excluded() == {}
    surfer.ask("/thanks", view=lambda visit: visit.reward("button", goal="seen"))
    assert sum(len(arm["goals"]) for arm in here.report()["arms"].values()) == 2


def test_a_reward_of_the_same_request() -> None:
    """A page that decides and rewards credits the decision it made itself."""
    here = stand()
    seen = here.surfer().ask(view=lambda visit: visit.reward("button", 3.0))
    arm = here.report()["arms"][seen.decision.arm]
    assert (arm["pulls"], arm["rewards"], arm["reward_sum"]) == (1, 1, 3.0)


def test_several_rewards_of_one_request() -> None:
    """A view may credit several goals, and each of them is credited."""
    here = stand()

    def view(visit: Visit) -> None:
        visit.reward("button")
        visit.reward("button", 2.0, goal="seen")
        visit.reward("button", 3.0, goal="seen", once=False)

    seen = here.surfer().ask(view=view)
    goals = here.report()["arms"][seen.decision.arm]["goals"]
    assert goals == {
        "reward": {"rewards": 1, "reward_sum": 1.0},
        "seen": {"rewards": 2, "reward_sum": 5.0},
    }


def test_a_new_decision_earns_before_an_old_one() -> None:
    """With sticky: false a reward goes to the decision of this very request."""
    here, surfer = shown(button={"sticky": False})
    for _ in range(10):
        before = here.report()["arms"]
        seen = surfer.ask(view=lambda visit: visit.reward("button"))
        arm = seen.decision.arm
        assert here.report()["arms"][arm]["rewards"] == before[arm]["rewards"] + 1


@pytest.mark.parametrize(
    ("after", "reason"), [(HOUR, ""), (HOUR + 1, "late"), (-SKEW, ""), (-SKEW + 1, "")]
)
def test_the_time_to_earn(after: float, reason: str) -> None:
    """Rewards later than `attribution` are not credited, and counted as late."""
    here, surfer = shown(button={"attribution": "1h"})
    here.watch.now += after
    surfer.buy()
    assert here.rewards() == (0 if reason else 1)
    assert here.excluded() == ({reason: 1} if reason else {})


def test_a_late_reward_earns_no_second_time() -> None:
    """The store remembers a decision for as long as it may earn, however its cohorts are cut."""
    here = stand({"attribution": "90d"}, cookie={"max_age": "400d"})
    made = here.bandit.settings.experiments[0]
    here.watch.now = made.cohort(NOON) + made.cohort_width - 1.0  # the last of its cohort
    surfer = here.surfer()
    surfer.ask()
    surfer.buy()
    assert here.rewards() == 1
    for day in range(1, 91):
        here.watch.now += DAY
        here.surfer().ask()
        here.bandit._flusher._folding.clear()
        here.bandit._flusher.turn()
        surfer.buy()
        assert here.rewards() == 1, f"day {day}"


@pytest.mark.parametrize("amount", [math.nan, math.inf, 10**400, "3", None, Decimal("nan")])
def test_a_view_cannot_credit_what_is_no_number(amount: Any) -> None:
    """NaN, infinities and what is no number are refused, counted, and harm nothing else."""
    here = stand()
    seen = here.surfer().ask(view=lambda visit: visit.reward("button", amount))
    assert seen.effects.set_cookie
    assert (here.pulls(), here.rewards()) == (1, 0)
    assert (here.excluded(), here.bandit.health().faults) == ({"not_a_number": 1}, 0)


def test_a_view_cannot_credit_a_goal_that_is_no_name() -> None:
    """A goal that could not be written down is refused and counted, and nothing is lost by it."""
    here = stand()
    here.surfer().ask(view=lambda visit: visit.reward("button", goal="a\tb\n"))
    assert (here.pulls(), here.excluded()) == (1, {"bad_goal": 1})
    assert here.bandit._flusher.health().damaged == 0


def test_a_view_may_credit_any_kind_of_number() -> None:
    """Decimals and booleans are credited for what they are."""
    here = stand()
    here.surfer().ask(view=lambda visit: visit.reward("button", Decimal("19.5")))  # type: ignore[arg-type]  # prices are decimals
    here.surfer().ask(view=lambda visit: visit.reward("button", True))
    assert (here.rewards(), here.earned()) == (2, 20.5)


def test_rewards_of_other_sites_do_not_count() -> None:
    """A request that another site caused earns nothing, unless the route allows it."""
    here, surfer = shown()
    surfer.buy(sec_fetch_site="cross-site")
    assert (here.rewards(), here.excluded()) == (0, {"cross_site": 1})
    surfer.buy(sec_fetch_site="same-origin")
    assert here.rewards() == 1


def test_other_sites_may_be_allowed() -> None:
    """`cross_site: true` credits a payment provider's redirect."""
    here, surfer = shown(routes=paying(1, cross_site=True))
    surfer.buy(sec_fetch_site="cross-site")
    assert here.rewards() == 1


def test_an_amount_of_the_response() -> None:
    """A header's amount is the app's, whatever the client sends under that name."""
    here, surfer = shown(routes=paying({"header": "X-Total"}, once=False))
    surfer.buy(answer=[("x-total", "12.50")], x_total="1000000")
    assert here.earned() == 12.5
    surfer.buy(x_total="1000000")
    assert (here.earned(), here.excluded()) == (12.5, {"not_a_number": 1})


def test_an_amount_of_the_request() -> None:
    """Amounts may come from the query or the path."""
    here, surfer = shown(routes=paying({"query": "total"}, once=False))
    surfer.buy(query="total=2.5")
    other = here.surfer()
    other.ask()
    other.ask("/pay/4.5", method="POST")
    assert here.earned() == 7.0
    other.buy(query="total=nan")
    assert here.excluded() == {"not_a_number": 1}


def test_a_range_cuts_and_counts() -> None:
    """Amounts outside of `reward_range` are kept as they are, learnt as cut, and counted."""
    button = {"policy": "thompson", "reward_range": [0, 100]}
    here, surfer = shown(button=button, routes=paying({"query": "x"}, once=False))
    surfer.buy(query="x=50")
    surfer.buy(query="x=250")
    fields = here.bandit._ground.snapshot.experiments["button"].fields
    assert here.earned() == 300.0
    assert here.excluded() == {"clipped": 1}
    fields = here.bandit._ground.snapshot.experiments["button"].fields
    assert sum(number for name, number in fields.items() if name.startswith("m/")) == 1.5


def test_an_old_versions_reward_goes_to_the_old_ledger() -> None:
    """A decision of an older version is credited to that version's counts."""
    here, surfer = shown()
    store = here.bandit._store
    here.bandit.flush()
    newer = stand({"version": "2"}, store=store)
    newer.surfer(surfer.cookie).buy()
    assert newer.rewards() == 0
    here.bandit.refresh()
    assert here.rewards() == 1


def test_two_experiments_are_settled_apart() -> None:
    """One experiment's new decision does not touch another's assignment or reward."""
    experiments = {"button": BUTTON, "headline": {"arms": ["a", "b"]}}
    routes = [
        {"match": "GET /", "choose": "button"},
        {"match": "GET /news", "choose": "headline"},
        {"match": "POST /buy", "reward": ["button", "headline"]},
    ]
    here, surfer = shown(experiments=experiments, routes=routes)
    surfer.ask("/news")
    surfer.ask()
    surfer.buy()
    assert [here.pulls(name) for name in experiments] == [1, 1]
    assert [here.rewards(name) for name in experiments] == [1, 1]


def test_the_cookie_lasts_from_the_first_visit() -> None:
    """A cookie that is written again does not live longer than the first one."""
    here = stand({"sticky": False}, cookie={"max_age": "1h"})
    surfer = here.surfer()
    assert "; Max-Age=3600;" in surfer.ask().effects.set_cookie
    here.watch.now += 600
    assert "; Max-Age=3000;" in surfer.ask().effects.set_cookie
