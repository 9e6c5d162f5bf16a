"""Which visits are watched, and what is noted of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from banditware import wrap
from banditware.current import unanswered
from banditware.guardrails.watching import GuardedVisit
from banditware.showing import TellingVisit
from banditware.timing import TimedVisit
from banditware.tracing import TracedVisit
from banditware.visit import Visit
from tests.support import PERSON, Asked, Stand, stand

pytestmark = pytest.mark.usefixtures("calm")

GUARDED: dict[str, Any] = {"guardrails": {"errors": {}}}


def notes(there: Stand) -> list[list[Any]]:
    """Return what was noted, without the time that it took."""
    found: list[Any] = list(there.bandit._guard.tally.notes)
    assert all(0 <= seconds < 60 for _, _, seconds in found)
    return [[f"{each.experiment}@{each.version}", each.arm, status] for each, status, _ in found]


def test_who_is_watched() -> None:
    """A plain visit is made where there are no guardrails, and one that tells where it has to."""
    assert type(stand().bandit.begin(Asked())) is Visit
    guarded = stand(GUARDED).bandit.begin(Asked())
    assert isinstance(guarded, GuardedVisit)
    assert not isinstance(guarded, TellingVisit)
    every = stand(GUARDED, debug=True, metrics={}, opentelemetry=True).bandit.begin(Asked())
    for kind in (GuardedVisit, TellingVisit, TimedVisit, TracedVisit):
        assert isinstance(every, kind)


def test_without_guardrails_nothing_is_noted() -> None:
    """An experiment without guardrails costs its requests nothing."""
    there = stand()
    assert type(there.surfer().ask().visit) is Visit
    assert notes(there) == []


def test_every_response_is_noted_by_arm() -> None:
    """New visitors and those who come back are noted with status; what shows no arm is not."""
    there = stand(GUARDED)
    surfer = there.surfer()
    arm = surfer.ask().decision.arm
    surfer.ask(status=404)
    surfer.ask("/plain")
    surfer.ask("/plain", view=lambda visit: visit["button"])
    there.surfer().ask(user_agent="examplebot")
    assert notes(there) == [["button@1", arm, status] for status in (200, 404, 200)]


def test_the_holdout_is_not_noted() -> None:
    """Who is held out gets the default whatever the arms do."""
    there = stand({**GUARDED, "holdout": 0.99})
    there.surfer().ask()
    assert notes(there) == []


def test_a_response_that_starts_anew_is_noted_once() -> None:
    """The last status counts."""
    there = stand(GUARDED, debug=True)
    visit = there.bandit.begin(Asked())
    there.bandit.finish(visit, 200, ())
    there.bandit.finish(visit, 500, ())
    assert [note[2] for note in notes(there)] == [500]
    assert visit.notes


def test_an_app_that_fails_before_it_answers() -> None:
    """What the server turns into a 500 is one; what fails after it has answered is not."""
    there = stand(GUARDED)
    visit = there.bandit.begin(Asked())
    unanswered(visit)
    assert [note[2] for note in notes(there)] == [500]
    answered = there.bandit.begin(Asked())
    there.bandit.finish(answered, 200, ())
    answered.started = True
    unanswered(answered)
    unanswered(there.bandit.begin(Asked(path="/plain")))
    unanswered(stand().bandit.begin(Asked()))
    assert [note[2] for note in notes(there)] == [500, 200]


def fail(error: BaseException) -> bytes:
    """Fail instead of making a part of a page."""
    raise error


@pytest.mark.parametrize(
    ("raised", "wanted"), [(RuntimeError("broken"), [500]), (KeyboardInterrupt(), [])]
)
def test_an_app_that_fails_in_its_body_before_it_answers(
    raised: BaseException, wanted: list[int]
) -> None:
    """An error of a generator is noted like any other; that somebody stops the server is not."""
    there = stand(GUARDED)

    def app(environ: dict[str, Any], _start: object) -> Iterator[bytes]:
        environ["banditware.visit"].decide("button")
        yield fail(raised)

    environ: dict[str, Any] = {"HTTP_USER_AGENT": PERSON}
    setup_testing_defaults(environ)
    body = wrap(app, there.bandit, interface="wsgi")(environ, lambda *_: None)
    with pytest.raises(type(raised)):
        next(iter(body))
    assert [status for *_, status in notes(there)] == wanted
