from __future__ import annotations

import json
from typing import Any

import pytest

from banditware.events.describing import Shown, key_of, shown_subject, timestamp
from banditware.log.wanted import Wanted, events_of, shown_subjects
from tests.support import NOON

EVENT = {
    "kind": "decision",
    "experiment": "button",
    "arm": "green",
    "subject": "anna",
    "timestamp": timestamp(NOON),
}
IDENTITY = {"kind": "identity", "subject": "d1", "known": "anna", "timestamp": timestamp(NOON)}


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ({}, True),
        ({"experiments": {"button", "x"}}, True),
        ({"experiments": {"x"}}, False),
        ({"arms": {"red"}}, False),
        ({"arms": {"green"}, "kinds": {"decision"}}, True),
        ({"arms": {"green"}, "kinds": {"reward"}}, False),
        ({"subjects": {"anna"}}, True),
        ({"subjects": {"bert"}}, False),
        ({"since": NOON}, True),
        ({"since": NOON + 0.001}, False),
        ({"until": NOON}, False),
        ({"until": NOON + 0.001, "since": NOON - 1}, True),
    ],
)
def test_what_is_wanted(wanted: dict[str, Any], holds: bool) -> None:
    """An event has to be all that is asked; of a time, the last moment is outside."""
    given: dict[str, Any] = {
        key: frozenset(v) if isinstance(v, set) else v for key, v in wanted.items()
    }
    assert Wanted(**given).holds(EVENT) == holds


def test_identities() -> None:
    """An identity is of the device and of the person, and of no experiment."""
    assert Wanted(subjects=frozenset({"d1"})).holds(IDENTITY)
    assert Wanted(subjects=frozenset({"anna"})).holds(IDENTITY)
    assert not Wanted(experiments=frozenset({"button"})).holds(IDENTITY)


def test_subjects_as_they_are_shown() -> None:
    """A subject is known plain, and hashed with any of the secrets."""
    hashed = {shown_subject("anna", Shown(key=key_of(secret))) for secret in ("old", "new")}
    assert shown_subjects(["anna"], ["old", "new"]) == {"anna", *hashed}
    assert shown_subjects(["anna"], []) == {"anna"}
    assert shown_subjects([], ["old"]) == frozenset()


def test_torn_lines() -> None:
    """What is no event is left out."""
    line = json.dumps(EVENT).encode()
    assert list(events_of([b"{", line, b"3", b"\xff", b""])) == [(EVENT, line)]
