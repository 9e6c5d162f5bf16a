"""Beacons of those who are not counted, and of devices that belong to somebody."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from banditware.persons import PERSON
from tests.support import Stand, Surfer, stand
from tests.test_beacons import WAITING, say, tag, tokens

pytestmark = pytest.mark.usefixtures("calm")


def said(surfer: Surfer, cookies: str = "", **says: object) -> None:
    """Send a beacon with these cookies, too."""
    query = urlencode(says, doseq=True)
    cookie = "; ".join(filter(None, [cookies, surfer.cookie]))
    surfer.ask("/.banditware", method="POST", status=204, query=query, cookie=cookie)


def test_who_takes_consent_back_is_not_counted() -> None:
    """A beacon of somebody who said no meanwhile makes no pull, and credits nothing."""
    here = stand(WAITING, consent={"cookie": {"name": "c", "granted": "yes", "denied": "no"}})
    surfer = here.surfer()
    tags: list[str] = []
    surfer.ask(cookie="c=yes", view=lambda visit: tags.append(visit.beacon()))
    for cookies in ("c=no", ""):
        said(surfer, cookies, seen=tokens(tags[0]), reward="button", goal="read")
        assert here.pulls() == 0
    said(surfer, "c=yes", seen=tokens(tags[0]))
    assert here.pulls() == 1


def forced(here: Stand) -> str:
    """Return the cookie of somebody who tests the green arm."""
    forcing = here.bandit._ground.forcing
    return f"{forcing.name}={forcing.written({'button': 'green'}, here.watch.now + 60)}"


def test_what_is_tested_earns_nothing() -> None:
    """A page with an arm by force credits nothing to the arm that the visitor has otherwise."""
    here = stand(WAITING)
    surfer = here.surfer()
    say(surfer, seen=tokens(tag(surfer)))
    said(surfer, forced(here), reward="button", goal="read")
    assert here.excluded()["forced"] == 1
    assert here.report()["arms"]["green"]["goals"] == here.report()["arms"]["red"]["goals"] == {}
    said(surfer, "bw_force=other", reward="button", goal="read")
    assert "forced" in here.excluded()
    goals = [arm["goals"] for arm in here.report()["arms"].values()]
    assert sorted(len(each) for each in goals) == [0, 1]


def test_a_device_stays_its_owners() -> None:
    """A beacon that writes the cookie anew leaves in it whose device it is."""
    here = stand(WAITING)
    surfer = here.surfer()
    surfer.ask("/login", method="POST", view=lambda visit: visit.identify("anna"))
    say(surfer, seen=tokens(tag(surfer)))
    assert here.pulls() == 1
    known = here.bandit._ground.tokens.read(surfer.cookie, "bw")
    assert known is not None
    assert PERSON in known.by_experiment
