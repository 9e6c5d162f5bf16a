"""The shares that pulls were drawn from: from the snapshot through the spool into sums."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.counts import decode
from banditware.drawing import (
    MOST_ARMS,
    THETAS,
    Drawn,
    drawn_sums,
    pull_shares,
    shares_text,
    terms,
    unfolded,
)
from banditware.recording import pull_record
from banditware.stores.memory import MemoryStore
from tests.support import Stand, stand

LEDGER = "button@1"


def sums(stand: Stand) -> dict[str, Drawn]:
    """Return what the store has kept aside of the draws."""
    stand.bandit.flush()
    return dict(drawn_sums(stand.bandit._store.aside(LEDGER)))


@pytest.mark.parametrize("arms", [1, MOST_ARMS + 1])
def test_too_few_and_too_many_arms_say_nothing(arms: int) -> None:
    """One arm has nothing to be compared with, and very many are not worth their room."""
    assert shares_text([f"a{index}" for index in range(arms)], [1 / arms] * arms) == ""


def test_long_names_say_nothing() -> None:
    """A text that would be longer than all else in a record is left out."""
    assert shares_text([f"{index:064}" for index in range(30)], [1 / 30] * 30) == ""


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.integers(1, 9))
def test_a_pull_adds_to_the_sums_of_every_arm(shares: list[float], times: int) -> None:
    """What the text comes to is what the shares come to, as often as there were such pulls."""
    names = [f"arm{index}" for index in range(len(shares))]
    field = pull_shares("arm1", shares_text(names, shares)).removesuffix(" 1")
    found = drawn_sums(unfolded({"n/arm1/0": times, field: times}))
    for name, share in zip(names, shares, strict=True):
        expected, variance, logs = terms(share)
        assert found[name].pulls == (times if name == "arm1" else 0)
        assert found[name].expected == pytest.approx(expected * times, rel=1e-5)
        assert found[name].variance == pytest.approx(variance * times, rel=1e-4, abs=1e-5 * times)
        assert found[name].logs == pytest.approx([log * times for log in logs], rel=1e-4)


def test_texts_of_several_snapshots_add_up() -> None:
    """Fields that come twice are added, and others are left as they are."""
    found = unfolded({"V/a/a:0.5,b:0.5": 1, "V/b/a:0.25,b:0.75": 2, "k/a/0/g": 3})
    assert found["k/a/0/g"] == 3
    assert (found["~c/a"], found["~c/b"]) == (1, 2)
    assert (found["~e/a"], found["~e/b"]) == (1.0, 2.0)
    assert found[f"~g/a/{THETAS.index(0.5)}"] == pytest.approx(
        math.log1p(0.5 * math.expm1(0.5)) + 2 * math.log1p(0.25 * math.expm1(0.5))
    )


@pytest.mark.parametrize("text", ["a:", "a", "a:x", "a:1.5", "a:nan", "a:-0.1"])
def test_a_text_that_holds_no_shares(text: str) -> None:
    """A damaged record is refused, as one whole."""
    with pytest.raises(ValueError, match=r"probability|float"):
        unfolded({f"V/a/{text}": 1})


def test_the_record_of_a_pull() -> None:
    """A pull with shares says them beside its count."""
    shares = shares_text(["green", "red"], [0.25, 0.75])
    assert decode(pull_record(LEDGER, "green", 600, shares)).deltas == {
        "n/green/600": 1,
        "V/green/green:0.25,red:0.75": 1,
    }


def test_pulls_of_requests_and_of_calls_are_recorded_with_their_shares(calm: None) -> None:
    """Whatever is drawn and counted at once is there, and never twice."""
    there = stand()
    for _ in range(20):
        there.surfer().ask()
        there.bandit.decide("button")
        there.bandit.decide("button", subject="somebody", context={"age": 1})
    assert sums(there)["green"].expected == 30.0
    assert sum(each.pulls for each in sums(there).values()) == 60 == there.pulls()


def test_an_even_vector_of_an_experiment_with_a_holdout(calm: None) -> None:
    """Who is held out was not drawn, and says nothing of the draws."""
    there = stand({"holdout": "50%"})
    for index in range(40):
        there.bandit.decide("button", subject=f"subject{index}")
    found = sums(there)
    assert 0 < found["green"].expected * 2 == there.pulls() < 40
    assert set(found) == {"green", "red"}


def test_a_pull_that_is_counted_later_says_nothing(calm: None) -> None:
    """The cookie of a prefetch knows its own arm's share alone, so its pull is not compared."""
    there = stand()
    surfer = there.surfer()
    surfer.ask(purpose="prefetch")
    surfer.ask()
    assert there.pulls() == 1
    assert sums(there) == {}


def test_the_shares_are_those_of_the_draw(calm: None) -> None:
    """A response that comes after a refresh is recorded with the shares that it was drawn from."""
    store = MemoryStore()
    there = stand({"policy": "thompson"}, store=store)
    surfer = there.surfer()

    def slow(_visit: object) -> None:
        decision = there.bandit.decide("button")
        there.bandit.reward(decision)
        there.bandit.flush()

    surfer.ask(view=slow)
    assert there.bandit._ground.snapshot.experiments["button"].probabilities[0] != 0.5
    assert sums(there)["green"].expected == 1.0
