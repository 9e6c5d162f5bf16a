"""Why a decision is no pull."""

from __future__ import annotations

import random

import pytest

from banditware.excluding import barred, outside, uncounted
from banditware.targeting import Targeting, traffic
from tests.support import PERSON, Asked, experiment

PREFETCH = {"user-agent": PERSON, "sec-purpose": "prefetch"}


@pytest.mark.parametrize(
    ("asked", "bot", "why"),
    [
        (Asked(), False, ""),
        (Asked(method="POST"), False, ""),
        (Asked(method="HEAD"), False, "head"),
        (Asked(headers=PREFETCH), False, "prefetch"),
        (Asked(method="HEAD", headers=PREFETCH), False, "head"),
        (Asked(method="HEAD", headers=PREFETCH), True, "bot"),
    ],
)
def test_what_bars_a_request(asked: Asked, why: str, *, bot: bool) -> None:
    """Of several reasons the one that says most of the request counts."""
    assert barred(asked, bot=bot) == why


def test_what_an_experiment_does_not_count() -> None:
    """A method that the experiment ignores is a reason, after those that bar the whole request."""
    given = experiment()
    assert uncounted(Asked(), given, "") == ""
    assert uncounted(Asked(method="POST"), given, "") == "method"
    assert uncounted(Asked(method="POST"), given, "prefetch") == "prefetch"


def test_who_is_outside_of_no_request() -> None:
    """A subject is always in or out; without one somebody new is taken, with no id of its own."""
    chance = random.Random(1)
    half = Targeting(share=traffic("button", 0.5))
    named = {outside(half, 0.0, "u1", None, chance) for _ in range(50)}
    assert len(named) == 1
    assert {outside(half, 0.0, None, None, chance) for _ in range(50)} == {"", "traffic"}
    assert outside(None, 0.0, None, None, chance) == ""
