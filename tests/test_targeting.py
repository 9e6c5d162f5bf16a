from __future__ import annotations

import math

import pytest
from scipy import stats

from banditware.conditions import compiled
from banditware.targeting import (
    RANGE,
    Share,
    Targeting,
    in_holdout,
    kept_out,
    traffic,
)

BRITISH = compiled("country", "ONE_OF", ["GB"])
ADULT = compiled("age", "GTE", 18)
MEMBER = compiled("plan", "IS_NULL", False)

SUBJECTS = [f"s{number}" for number in range(20_000)]


def test_without_a_holdout_everybody_is_in() -> None:
    """An experiment without a holdout holds nobody out."""
    assert not any(in_holdout(subject, "button", 0.0) for subject in SUBJECTS[:1_000])


def test_the_holdout_has_its_share() -> None:
    """A holdout of 5 % holds 5 % of the subjects out, as chance has it."""
    held = sum(in_holdout(subject, "button", 0.05) for subject in SUBJECTS)
    assert stats.binomtest(held, 20_000, 0.05).pvalue > 1e-3


def test_the_answer_never_changes() -> None:
    """Who is held out stays so, also when the holdout grows, and from one release to the next."""
    held = [subject for subject in SUBJECTS[:2_000] if in_holdout(subject, "button", 0.1)]
    assert held[:4] == ["s5", "s10", "s22", "s24"]
    assert all(in_holdout(subject, "button", 0.3) for subject in held)


def test_holdouts_are_independent() -> None:
    """To be held out of one experiment says nothing about another."""
    both = sum(in_holdout(s, "one", 0.5) and in_holdout(s, "other", 0.5) for s in SUBJECTS[:8_000])
    assert stats.binomtest(both, 8_000, 0.25).pvalue > 1e-3


def test_any_text_names_a_subject() -> None:
    """A subject's id may be any text, also one that cannot be encoded."""
    assert in_holdout("\udcff", "button", 0.999999) in {True, False}
    assert traffic("button", 0.5).holds("\udcff") in {True, False}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.999])
def test_traffic_has_its_share(share: float) -> None:
    """Of all subjects the share takes part, as chance has it."""
    part = sum(map(traffic("button", share).holds, SUBJECTS))
    assert stats.binomtest(part, 20_000, share).pvalue > 1e-3


def test_growing_traffic_keeps_those_who_are_in() -> None:
    """Who takes part goes on when the share grows, and from one release to the next."""
    part = [subject for subject in SUBJECTS[:2_000] if traffic("button", 0.1).holds(subject)]
    assert part[:4] == ["s1", "s7", "s12", "s16"]
    for share in (0.100001, 0.3, 1.0):
        assert all(map(traffic("button", share).holds, part))


def test_traffic_says_nothing_about_another_or_the_holdout() -> None:
    """Taking part is independent between experiments, and of the holdout of the same one."""
    one, other = traffic("one", 0.5), traffic("other", 0.5)
    both = sum(one.holds(s) and other.holds(s) for s in SUBJECTS[:8_000])
    assert stats.binomtest(both, 8_000, 0.25).pvalue > 1e-3
    held = sum(one.holds(s) and in_holdout(s, "one", 0.5) for s in SUBJECTS[:8_000])
    assert stats.binomtest(held, 8_000, 0.25).pvalue > 1e-3


def test_a_share_may_have_several_pieces() -> None:
    """Between the edges of any piece subjects take part, outside of all they do not."""
    quarter = RANGE // 4
    share = Share("group", b"x", (0, quarter, 2 * quarter, 3 * quarter))
    other = Share("group", b"x", (quarter, 2 * quarter, 3 * quarter, RANGE))
    part = sum(map(share.holds, SUBJECTS))
    assert stats.binomtest(part, 20_000, 0.5).pvalue > 1e-3
    assert all(share.holds(subject) != other.holds(subject) for subject in SUBJECTS)


def test_nothing_to_fulfil() -> None:
    """Without dates, conditions and a share everybody takes part at any time."""
    assert kept_out(Targeting(), 0.0, {}, "s1") == ""
    assert kept_out(Targeting(), math.inf - 1, {}, "s1") == "ended"


@pytest.mark.parametrize(
    ("now", "why"), [(99.9, "not_started"), (100.0, ""), (199.9, ""), (200.0, "ended")]
)
def test_dates(now: float, why: str) -> None:
    """The first moment is inside, the last one is not."""
    assert kept_out(Targeting(start=100.0, end=200.0), now, {}, "s1") == why


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({"country": "GB", "age": 18}, ""),
        ({"country": "GB", "age": "18.5"}, ""),
        ({"country": "GB", "age": 17}, "not_targeted"),
        ({"country": "GB"}, "not_targeted"),
        ({"country": "gb", "age": 20}, "not_targeted"),
        ({"plan": "pro"}, ""),
        ({"plan": None}, "not_targeted"),
        ({}, "not_targeted"),
        ({"country": ["GB"], "age": object(), "plan": None}, "not_targeted"),
        ({"country": "x" * 10_000, "age": "9" * 10_000}, "not_targeted"),
        ({"country": "GB", "age": float("nan")}, "not_targeted"),
    ],
)
def test_conditions(attributes: dict[str, object], why: str) -> None:
    """All conditions of a list must hold, and one list will do; any value may be in attributes."""
    rules = ((BRITISH, ADULT), (MEMBER,))
    assert kept_out(Targeting(rules=rules), 0.0, attributes, "s1") == why


def test_of_several_reasons_the_first_counts() -> None:
    """Dates come before conditions, and conditions before the share."""
    nobody = Share("group", b"x", ())
    whole = Targeting(start=100.0, rules=((BRITISH,),), share=nobody)
    assert kept_out(whole, 0.0, {}, "s1") == "not_started"
    assert kept_out(whole, 100.0, {}, "s1") == "not_targeted"
    assert kept_out(whole, 100.0, {"country": "GB"}, "s1") == "group"
    assert kept_out(Targeting(share=traffic("button", 0.0)), 0.0, {}, "s1") == "traffic"


def test_who_is_known_to_belong_to_the_share() -> None:
    """Without a subject the share is not asked, and all the rest is."""
    nobody = Share("group", b"x", ())
    assert kept_out(Targeting(share=nobody), 0.0, {}, None) == ""
    assert kept_out(Targeting(start=1.0, share=nobody), 0.0, {}, None) == "not_started"
