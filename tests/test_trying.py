from __future__ import annotations

from collections.abc import Iterator

import pytest

from banditware.contexts import Given
from banditware.details import Rule
from banditware.snapshot import unread
from banditware.trying import Asked, held, moment, settled
from tests.support import NOON, experiment


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (NOON, "2027-01-15T08:00:00Z"),
        (0.9, "1970-01-01T00:00:00Z"),
        (1e18, "1000000000000000000 s"),
    ],
)
def test_moments(seconds: float, text: str) -> None:
    """A time is told to the second in UTC; one that no calendar has, in seconds."""
    assert moment(seconds) == text


def test_nobody_tries_what_comes_behind() -> None:
    """Rules behind the first that was not passed are not even looked at."""

    def rules() -> Iterator[Rule]:
        yield Rule("a", "", "")
        yield Rule("b", "", "", "reason")
        raise AssertionError("nobody may come here")

    assert [rule.name for rule in settled(rules())] == ["a", "b"]
    assert settled(()) == ()


def test_without_a_subject_nobody_is_held_out() -> None:
    """Who has no id is in no holdout, and the rule says so."""
    asked = Asked(unread(experiment(holdout=0.5)), Given(), NOON)
    (rule,) = held(asked)
    assert (rule.passed, rule.found) == (True, "no subject, so none of them")


def test_a_context_that_is_none() -> None:
    """A context that is no mapping holds nothing to tell."""
    wrong: object = ["age"]
    given = Given(wrong, subject="u")  # type: ignore[arg-type]  # what a caller does by mistake
    assert dict(Asked(unread(experiment()), given, NOON).attributes) == {"id": "u"}
