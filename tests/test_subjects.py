"""Who a request belongs to, and whether they are remembered."""

from __future__ import annotations

from typing import Any

import pytest

from banditware import Visit
from banditware.errors import BanditwareError
from banditware.http import Effects
from tests.support import CRAWLER, HOUR, Stand, Surfer, stand

pytestmark = pytest.mark.usefixtures("calm")

COOKIE = {"name": "c", "granted": "yes", "denied": "no"}
BANNER = [
    {"match": "GET /", "choose": "button"},
    {"match": "POST /buy", "reward": "button"},
]


def asking(undecided: str = "default", button: Any = None, **more: Any) -> Stand:
    """Return a stand that asks for consent by a cookie."""
    return stand(button, consent={"cookie": COOKIE, "undecided": undecided, **more})


def with_consent(surfer: Surfer, said: str) -> dict[str, Any]:
    """Return the cookie header of a browser that has this consent, too."""
    return {"cookie": "; ".join(filter(None, [f"c={said}" if said else "", surfer.cookie]))}


@pytest.mark.parametrize("said", ["", "no", "maybe"])
def test_without_consent_the_default_is_served_and_nothing_is_kept(said: str) -> None:
    """Who said no or nothing gets the default, no cookie, and is counted under the reason."""
    here = asking()
    surfer = here.surfer()
    reason = "refused" if said == "no" else "no_consent"
    for _ in range(2):
        seen = surfer.ask(**with_consent(surfer, said))
        assert (seen.decision.arm, seen.reason, seen.decision.id) == ("red", reason, "")
        assert seen.effects.varies
        assert (seen.effects.set_cookie, seen.effects.cookies) == ("", ())
    surfer.buy(**with_consent(surfer, said))
    assert (here.pulls(), here.rewards()) == (0, 0)
    assert here.excluded() == {reason: 2, "no_decision": 1}


def test_with_consent_all_is_as_ever() -> None:
    """Who said yes is drawn for, remembered and rewarded."""
    here = asking()
    surfer = here.surfer()
    first = surfer.ask(**with_consent(surfer, "yes"))
    assert first.reason == "drawn"
    assert surfer.ask(**with_consent(surfer, "yes")).decision.id == first.decision.id
    surfer.buy(**with_consent(surfer, "yes"))
    assert (here.pulls(), here.rewards(), here.excluded()) == (1, 1, {})


def test_a_stateless_draw_is_counted_apart() -> None:
    """With `stateless` an arm is drawn for every request anew, and none of it is a pull."""
    here = asking("stateless", {"holdout": 0.3, "traffic": "80%"})
    seen = [here.surfer().ask() for _ in range(80)]
    assert {each.decision.arm for each in seen} == {"green", "red"}
    assert all(not each.decision.counted and not each.effects.set_cookie for each in seen)
    assert here.pulls() == 0
    assert "holdout" not in here.report()
    assert sum(here.excluded().values()) == 80
    assert set(here.excluded()) == {"stateless", "traffic"}
    here.surfer().buy()
    assert here.rewards() == 0


def test_an_earlier_cookie_is_not_read_without_consent() -> None:
    """A cookie from before says nothing as long as its subject has not said yes again."""
    here = asking()
    surfer = here.surfer()
    first = surfer.ask(**with_consent(surfer, "yes"))
    unsure = surfer.ask(**with_consent(surfer, ""))
    assert unsure.visit.subject != first.visit.subject
    assert unsure.reason == "no_consent"
    assert unsure.effects.cookies == ()
    again = surfer.ask(**with_consent(surfer, "yes"))
    assert again.decision.id == first.decision.id


def test_a_refusal_deletes_the_cookie() -> None:
    """Who says no has the cookie deleted that the browser sent, and only then."""
    here = asking()
    surfer = here.surfer()
    surfer.ask(**with_consent(surfer, "yes"))
    seen = surfer.ask(**with_consent(surfer, "no"))
    assert seen.effects.set_cookie == ""
    assert seen.effects.cookies == ("bw=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",)
    assert surfer.ask(cookie="c=no").effects.cookies == ()


def test_a_refusal_over_https_deletes_both_cookies() -> None:
    """Over https the cookie of both names goes: the site may have had none before."""
    here = asking()
    seen = here.surfer().ask(secure=True, cookie="c=no; bw=1; __Host-bw=2")
    assert seen.effects.cookies == (
        "__Host-bw=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure",
        "bw=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",
    )


def test_a_browser_may_say_no_by_itself() -> None:
    """`Sec-GPC: 1` is a refusal, which no view can turn into a yes."""
    here = asking()
    surfer = here.surfer()
    yes = with_consent(surfer, "yes")
    seen = surfer.ask(sec_gpc="1", view=lambda visit: visit.consent(True), **yes)
    assert (seen.reason, seen.effects.set_cookie) == ("refused", "")
    assert asking(respect_gpc=False).surfer().ask(sec_gpc="1", **yes).reason == "drawn"


def test_a_view_may_be_told_yes() -> None:
    """Consent in the request keeps the arm that was drawn in it, as a pull with a cookie."""
    here = asking("stateless")
    surfer = here.surfer()
    seen = surfer.ask(view=lambda visit: visit.consent(True))
    assert (seen.reason, seen.decision.counted) == ("drawn", True)
    again = surfer.ask(**with_consent(surfer, "yes"))
    assert (again.reason, again.decision.id) == ("sticky", seen.decision.id)
    assert again.visit.subject == seen.visit.subject
    assert (here.pulls(), here.excluded()) == (1, {})


def test_a_yes_does_not_make_a_pull_of_what_is_none() -> None:
    """Consent in a HEAD request, or for a page that was served a default, is no pull."""
    here = asking("stateless")
    seen = here.surfer().ask(method="HEAD", view=lambda visit: visit.consent(True))
    assert (seen.reason, seen.effects.set_cookie) == ("head", "")
    unsure = asking()
    seen = unsure.surfer().ask(view=lambda visit: visit.consent(True))
    assert (seen.reason, unsure.pulls()) == ("no_consent", 0)


def test_a_yes_brings_back_what_the_cookie_says() -> None:
    """Who has a cookie from before gets its arm when they say yes again."""
    here = asking("stateless")
    surfer = here.surfer()
    first = surfer.ask(**with_consent(surfer, "yes"))
    decided: list[Any] = []

    def view(visit: Visit) -> None:
        visit.consent(True)
        decided.append(visit.decide("button"))

    seen = surfer.ask(view=view, **with_consent(surfer, ""))
    assert seen.visit.subject == first.visit.subject
    assert [each.id for each in decided] == [first.decision.id]
    assert here.pulls() == 1


def test_the_arm_of_an_earlier_page_comes_with_its_token() -> None:
    """The page where consent was asked hands its token back, and its arm stays."""
    here = asking("stateless")
    for _ in range(20):
        surfer = here.surfer()
        shown = surfer.ask().decision
        seen = surfer.ask("/ok", method="POST", view=lambda v: v.consent(True, shown.token))  # noqa: B023  # called at once
        assert (seen.decision.id, seen.decision.counted) == (shown.id, True)
        surfer.buy(**with_consent(surfer, "yes"))
        assert surfer.ask(**with_consent(surfer, "yes")).decision.arm == shown.arm
    assert (here.pulls(), here.rewards()) == (20, 20)
    assert here.excluded() == {"stateless": 20}


def test_a_token_is_taken_once() -> None:
    """The same token handed in by many is one pull."""
    here = asking("stateless")
    shown = here.surfer().ask().decision
    for _ in range(3):
        here.surfer().ask("/ok", view=lambda visit: visit.consent(True, shown.token))
    assert here.pulls() == 1


def test_tokens_that_cannot_be_taken_are_ignored() -> None:
    """A token that is forged, old, or of somebody who was remembered changes nothing."""
    here = asking("stateless", {"sticky": "1h"})
    counted = here.surfer().ask(cookie="c=yes").decision.token
    old = here.surfer().ask().decision.token
    seen = here.surfer().ask("/ok", view=lambda visit: visit.consent(True, "forged", counted))
    assert not seen.visit.decisions
    here.watch.now += 2 * HOUR
    assert not here.surfer().ask("/ok", view=lambda v: v.consent(True, old)).visit.decisions
    assert here.pulls() == 1
    surfer = here.surfer()
    first = surfer.ask(cookie="c=yes").decision
    other = here.surfer().ask().decision.token
    said = with_consent(surfer, "yes")
    surfer.ask("/ok", view=lambda visit: visit.consent(True, other), **said)
    assert surfer.ask(**said).decision.id == first.id
    gone = stand(consent={"cookie": COOKIE}, experiments={"b": {"arms": ["x"]}}, routes=[])
    assert gone.surfer().ask(view=lambda v: v.consent(True, other)).effects == Effects()


def test_a_view_may_be_told_no() -> None:
    """A refusal in the request counts apart what was decided, and forgets the subject."""
    here = stand()
    surfer = here.surfer()
    first = surfer.ask()
    seen = surfer.ask(view=lambda visit: visit.consent(False))
    assert (seen.decision.arm, seen.reason) == (first.decision.arm, "refused")
    assert seen.visit.subject != first.visit.subject
    assert seen.effects.cookies == ("bw=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",)

    def bought(visit: Visit) -> None:
        visit.consent(False)
        visit.reward("button")

    surfer.ask("/shop", method="POST", view=bought)
    assert (here.pulls(), here.rewards()) == (1, 0)
    assert here.excluded() == {"refused": 1, "no_decision": 1}

    def changing(visit: Visit) -> None:
        visit.consent(False)
        visit.consent(True)

    assert here.surfer().ask(view=changing).reason == "refused"


def test_a_page_without_experiments_can_refuse() -> None:
    """A page that decides nothing deletes the cookie too, and varies on nothing."""
    here = stand()
    surfer = here.surfer()
    surfer.ask()
    seen = surfer.ask("/privacy", method="POST", view=lambda visit: visit.consent(False))
    assert seen.effects == Effects(cookies=("bw=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax",))


def test_bots_do_not_consent() -> None:
    """A bot stays a bot, whatever a view says."""
    here = asking()
    for said in (True, False):

        def view(visit: Visit, said: bool = said) -> None:
            visit.consent(said)

        assert here.surfer().ask(user_agent=CRAWLER, view=view).reason == "bot"


def test_consent_may_come_too_late() -> None:
    """What is said when the response has started is told, and lost."""
    here = asking()
    visit = here.surfer().ask().visit
    visit.consent(True)
    assert here.bandit.health().faults == 1
    assert isinstance(BanditwareError(), Exception)


@pytest.mark.parametrize(
    ("said", "undecided", "rules"),
    [
        ("no", "default", ["bots", "consent"]),
        ("", "default", ["bots", "consent"]),
        ("", "stateless", ["bots", "consent", "sticky", "count"]),
        ("yes", "default", ["bots", "sticky", "count"]),
    ],
)
def test_why(said: str, undecided: str, rules: list[str]) -> None:
    """What a visit tells of its decision names consent where that settled it."""
    here = asking(undecided)
    surfer = here.surfer()
    seen = surfer.ask(**with_consent(surfer, said))
    details = seen.visit.why("button")
    assert [rule.name for rule in details.rules] == rules
    assert (details.reason, details.arm) == (seen.reason, seen.decision.arm)
    told: list[Any] = []
    here.surfer().ask("/else", view=lambda v: told.append(v.why("button")), cookie=f"c={said}")
    assert told[0].reason == details.reason
    assert not told[0].decided
