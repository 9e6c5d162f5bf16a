"""What a cookie remembers, and what of it is served."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.model import Decision
from banditware.returning import offered, returned
from banditware.tokens import Assignment, Assignments
from tests.shoes import shoes
from tests.support import HOUR, NOON

pytestmark = pytest.mark.usefixtures("calm")

BRITISH = {"attribute": "country", "operator": "ONE_OF", "value": "GB"}


def cookie(**changes: Any) -> Assignments:
    """Return what a cookie says of one assignment."""
    entry = Assignment("button", "1", "red", 0.5, int(NOON), "ab", features="age)3")
    return Assignments("s", int(NOON), {"button": entry._replace(**changes)})


def served(known: Assignments, *, now: float = NOON, why: str = "", **more: Any) -> Decision | None:
    """Return what is served for it."""
    snapshot = shoes(more).bandit._ground.snapshot.known("button")
    return returned(known, snapshot, now=now, seal=lambda _: "", uncounted=lambda _: why)


def test_what_was_decided_is_served_again() -> None:
    """With its id, propensity and features; as no pull, because it was one."""
    found = served(cookie())
    assert found is not None
    assert (found.arm, found.id, found.propensity, found.reason) == ("red", "ab", 0.5, "sticky")
    assert (found.counted, found.basis.features) == (False, "age)3")


@pytest.mark.parametrize(
    ("why", "reason", "counted"), [("", "sticky", True), ("prefetch", "prefetch", False)]
)
def test_what_was_not_counted(why: str, reason: str, counted: bool) -> None:  # a case
    """It is the pull now, unless something is against it again."""
    found = served(cookie(counted=False), why=why)
    assert found is not None
    assert (found.reason, found.counted) == (reason, counted)


def test_what_is_over() -> None:
    """Nothing is served of another version, after its time, or of who was never here."""
    assert served(cookie(version="2")) is None
    assert served(cookie(), now=NOON + 2 * HOUR, sticky="1h") is None
    assert served(Assignments("s", int(NOON))) is None


def test_the_same_cookie_is_looked_at_once() -> None:
    """What was served of a cookie is kept with it, for as long as it may be served."""
    snapshot = shoes({"sticky": "1h"}).bandit._ground.snapshot.known("button")
    known = cookie()

    def ask(now: float) -> Decision | None:
        return returned(known, snapshot, now=now, seal=lambda _: "", uncounted=lambda _: "")

    assert known.served == {}
    found = ask(NOON)
    kept = known.served["button"]
    assert kept.decision is found
    assert kept.until - NOON == HOUR
    assert ask(NOON + 2 * HOUR) is None


@pytest.mark.parametrize(
    ("arm", "actions", "country", "there"),
    [
        ("red", None, "US", True),
        ("green", None, "US", False),
        ("green", None, "GB", True),
        ("blue", None, "GB", False),
        ("blue", {"blue": {}}, "US", True),
        ("red", {"blue": {}}, "US", False),
        ("green", {"green": {}}, "US", True),
    ],
)
def test_what_is_offered(arm: str, actions: Any, country: str, *, there: bool) -> None:
    """An arm has to be available, an action among those that are given."""
    here = shoes({"arms": {"red": None, "green": {"available": BRITISH}}})
    snapshot = here.bandit._ground.snapshot.known("button")
    before = here.bandit.decide("button")._replace(arm=arm, reason="sticky")
    assert offered(before, snapshot, actions, lambda: {"country": country}) is there


def test_the_holdout_is_always_offered() -> None:
    """Whoever is held out gets the default, whatever there is."""
    here = shoes()
    snapshot = here.bandit._ground.snapshot.known("button")
    before = here.bandit.decide("button")._replace(arm="none", reason="holdout")
    assert offered(before, snapshot, {"a": {}}, dict)


def test_an_app_that_names_no_actions() -> None:
    """Without arms and actions, what is remembered is all there is."""
    here = shoes({"arms": None})
    snapshot = here.bandit._ground.snapshot.known("button")
    before = here.bandit.decide("button", actions=["x"])
    assert offered(before, snapshot, None, dict)
