from __future__ import annotations

import random
import re
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from banditware import Bandit, Decision, Visit
from banditware.beacons import RECEIVED
from banditware.events.happened import Decided, Happened, Rewarded
from tests.support import Stand, Surfer, Watch, added, configured, stand

pytestmark = pytest.mark.usefixtures("calm")

WAITING: dict[str, Any] = {"count": "beacon", "page_goals": ["read"]}


@cache
def fuzzed() -> Stand:
    """Return one stand for many examples."""
    return stand(WAITING)


def tag(surfer: Surfer, nonce: str = "") -> str:
    """Return the tag of the front page."""
    tags: list[str] = []
    surfer.ask(view=lambda visit: tags.append(visit.beacon(nonce)))
    return tags[0]


def say(surfer: Surfer, **says: object) -> None:
    """Send a beacon."""
    surfer.ask("/.banditware", method="POST", status=204, query=urlencode(says, doseq=True))


def tokens(text: str) -> list[str]:
    """Return the tokens of a tag."""
    return re.findall(r'data-decisions="([^"]*)"', text)


def test_the_tag_of_a_page() -> None:
    """A tag names the script with its version, the tokens, and the nonce if there is one."""
    here = stand(WAITING, beacon={"url": "/shop/seen"})
    surfer = here.surfer()
    text = tag(surfer, 'n"1')
    assert re.fullmatch(
        r'<script src="/shop/seen/beacon\.js\?[0-9a-f]{12}" data-decisions="button~1~[\w~.-]+" '
        r'nonce="n&quot;1" async></script>',
        text,
    )
    say(surfer, seen=tokens(text))
    assert re.fullmatch(r'<script src="[^" ]*" async></script>', tag(surfer))


def test_templates_take_the_tag_as_it_is() -> None:
    """A template engine that escapes leaves the tag alone."""
    text = tag(stand(WAITING).surfer())
    template = Environment(autoescape=True).from_string("{{ tag }}")
    assert template.render(tag=text) == text


def test_a_fault_of_ours_leaves_the_page_without_a_tag() -> None:
    """What fails while a tag is made is told to the log, and not to the page."""
    here = stand(WAITING)

    def failing(decision: Decision) -> str:
        raise ArithmeticError

    def view(visit: Visit) -> None:
        decision = visit.decide("button")
        visit._decisions["button"] = decision._replace(seal=failing)
        assert visit.beacon() == ""

    here.surfer().ask(view=view)
    assert here.bandit.hidden.number == 1


def test_only_what_waits_has_a_token() -> None:
    """A tag has no token of decisions that the response counts, nor one for a bot."""
    here = stand({"page_goals": "read"})
    assert tokens(tag(here.surfer())) == []
    bot: list[str] = []
    waiting = stand(WAITING)
    waiting.surfer().ask(view=lambda visit: bot.append(visit.beacon()), user_agent="curl/8")
    assert tokens(bot[0]) == []


def noting(button: dict[str, Any]) -> tuple[Stand, list[Happened]]:
    """Return a stand whose decision log is a list."""
    watch, happened = Watch(), []  # type: tuple[Watch, list[Happened]]
    bandit = Bandit(configured(button), clock=watch, generator=random.Random(1))
    bandit._ground.note = happened.append
    return Stand(bandit, watch), happened


def test_the_decision_log_has_the_pull_and_the_reward() -> None:
    """The log tells of a decision when it is served, and once more when it is seen and counts."""
    here, happened = noting(WAITING)
    surfer = here.surfer()
    carried = tokens(tag(surfer))
    for _ in range(2):
        say(surfer, seen=carried)
    say(surfer, reward="button", goal="read")
    say(surfer, reward="button", goal="other")
    served, seen, earned, refused = happened
    assert isinstance(served, Decided)
    assert isinstance(seen, Decided)
    assert (served.excluded, seen.excluded) == ("unseen", "")
    assert served.decision.id == seen.decision.id
    assert (served.decision.arm, served.decision.value) == (seen.decision.arm, seen.decision.value)
    assert served.subject == seen.subject
    assert isinstance(earned, Rewarded)
    assert isinstance(refused, Rewarded)
    assert (earned.excluded, refused.excluded) == ("", "bad_goal")
    assert earned.assignment is not None
    assert earned.assignment.counted


def test_the_decision_log_has_what_a_reward_proves() -> None:
    """A reward that proves a pull is told behind the decision that it makes one."""
    here, happened = noting(WAITING)
    surfer = here.surfer()
    surfer.ask()
    surfer.buy()
    kinds = [(type(each), getattr(each, "excluded", None)) for each in happened]
    assert kinds == [(Decided, "unseen"), (Decided, ""), (Rewarded, "")]


def test_the_decision_log_tells_the_holdout_apart() -> None:
    """A page of the holdout that is seen is told as excluded."""
    here, happened = noting({**WAITING, "holdout": 0.999})
    surfer = here.surfer()
    say(surfer, seen=tokens(tag(surfer)))
    told = [getattr(each, "excluded", None) for each in happened]
    assert told == ["unseen", "holdout"]
    assert here.report()["holdout"]["pulls"] == 1


def test_an_arm_that_is_gone_can_still_be_seen() -> None:
    """A page whose arm was taken out of the file is a pull of that arm."""
    before = stand(WAITING)
    carried = [(surfer, tokens(tag(surfer))) for surfer in (before.surfer() for _ in range(8))]
    settings = configured({**WAITING, "arms": ["red"]})
    after = Bandit(settings, clock=before.watch, generator=random.Random(2))
    for other, seen in carried:
        say(Surfer(after, other.cookie), seen=seen)
    assert sum(arm["pulls"] for arm in after.stats("button")["arms"].values()) == 8


def test_another_version_is_another_experiment() -> None:
    """A page of an older version is neither seen nor rewarded in the new one."""
    before = stand(WAITING)
    surfer = before.surfer()
    carried = tokens(tag(surfer))
    settings = configured({**WAITING, "version": 2})
    after = Stand(Bandit(settings, clock=before.watch, generator=random.Random(2)), before.watch)
    other = after.surfer(surfer.cookie)
    say(other, seen=carried, reward="button", goal="read")
    assert (after.pulls(), after.rewards()) == (0, 0)
    assert after.excluded() == {"no_decision": 1}


def test_an_experiment_that_is_gone_is_not_seen() -> None:
    """A token of an experiment that is not in the file any more counts nothing."""
    two: dict[str, Any] = {
        "experiments": {name: {"arms": ["a", "b"], **WAITING} for name in ("button", "gone")}
    }
    before = stand(**two, routes=[{"match": "GET /", "choose": ["button", "gone"]}])
    surfer = before.surfer()
    (carried,) = tokens(tag(surfer))
    here = stand(WAITING)
    other = here.surfer(surfer.cookie)
    say(other, seen=carried.split())
    assert here.pulls() == 1
    assert ("gone" in surfer.cookie, "gone" in other.cookie) == (True, False)


@given(
    query=st.one_of(
        st.text(max_size=60),
        st.lists(st.tuples(st.sampled_from(["seen", "reward", "goal", "amount"]), st.text())).map(
            lambda pairs: urlencode(pairs, errors="replace")
        ),
    ),
    cookie=st.text(max_size=60),
)
def test_nothing_that_a_client_sends_is_an_error(query: str, cookie: str) -> None:
    """Whatever a beacon says, it is answered, and without a cookie of ours nothing is a pull."""
    here = fuzzed()
    surfer = here.surfer(f"bw={cookie}")
    seen = surfer.ask("/.banditware", method="POST", status=204, query=query)
    assert seen.visit.answer == RECEIVED
    assert here.bandit.hidden.number == 0
    assert not seen.effects.set_cookie
    assert not any(name.startswith("n/") for name in added(seen.effects))


def test_why_an_unseen_decision_is_no_pull() -> None:
    """`why` tells that the decision waits for the beacon."""
    told = []
    stand(WAITING).surfer().ask(view=lambda visit: told.append(visit.why("button")))
    assert "but is no pull: unseen" in told[0].why
    assert told[0].rules[-1][1:4] == (
        "the request is the beacon, and no prefetch",
        "it is GET",
        "unseen",
    )
