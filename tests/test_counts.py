from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.counts import (
    FOLDED,
    HOLDOUT,
    PULL,
    Fields,
    Gathered,
    Learnt,
    Record,
    decode,
    delay_bucket,
    encode,
    excluded,
    folds,
    gathered,
    line,
    once_key,
    pull,
    reward,
    totals,
)
from banditware.framing import frame
from banditware.model import DAY, NAME
from tests.support import NOON

names = st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))

fields = st.one_of(
    st.builds("{}/{}/{}".format, st.just("n"), names, st.integers(0, 2**40)),
    st.builds("{}/{}/{}/{}".format, st.sampled_from("ksqmw"), names, st.integers(0, 2**40), names),
    st.builds("d/{}/{}".format, st.integers(0, 40), names),
    st.builds("x/{}".format, names),
)

records = st.builds(
    Record,
    ledger=st.builds("{}@{}".format, names, names),
    once=st.one_of(st.just(""), st.builds("{}:{}:{}".format, st.integers(0, 2**40), names, names)),
    deltas=st.dictionaries(fields, numbers, min_size=1, max_size=8),
)


def deltas(text: str) -> Fields:
    """Return what a record of these deltas adds."""
    return decode(line("a@1", "", text)).deltas


@settings(deadline=None)
@given(record=records)
def test_a_record_comes_back_as_it_was_written(record: Record) -> None:
    """A record is one line that reads back to the last bit, whole numbers whole."""
    data = encode(record)
    assert data.count(b"\n") == 2
    back = decode(data)
    assert back == record
    assert [type(delta) for delta in back.deltas.values()] == [
        type(delta) for delta in record.deltas.values()
    ]


@pytest.mark.parametrize(
    "data", [b"", b"a", b"a\tb\t", b"a\tb\tn/x/0", b"a\t\tn/x/0 one", b"\xff\t\tx 1"]
)
def test_no_record(data: bytes) -> None:
    """A line that is whole and yet no record raises ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  # a different one for each
        decode(frame(data))


def test_a_damaged_record() -> None:
    """A line that was changed raises ValueError, with its ends of line and without."""
    data = encode(Record("a@1", "", {"n/x/0": 1}))
    assert decode(data) == decode(data.strip())
    for damaged in (data.replace(b"x", b"y"), data.strip()[:-1], b""):
        with pytest.raises(ValueError, match=r"checksum|invalid literal"):
            decode(damaged)


def test_whole_numbers_are_exact() -> None:
    """Counts stay exact beyond what a float holds."""
    record = Record("a@1", "", {"n/x/0": 2**53 + 1, "s/x/0/g": 1e22})
    assert decode(encode(record)) == record


def test_a_pull() -> None:
    """A pull adds one to its arm and cohort."""
    assert deltas(pull("green", 600)) == {"n/green/600": 1}


def test_a_reward_of_another_goal() -> None:
    """A reward that the policy does not learn from is a count, a sum and a sum of squares."""
    assert deltas(reward("green", 600, goal="cart", amount=-3.0)) == {
        "k/green/600/cart": 1,
        "s/green/600/cart": -3.0,
        "q/green/600/cart": 9.0,
    }


def test_a_reward_that_is_learnt_from() -> None:
    """The experiment's own goal adds what the policy learns, also divided by the propensity."""
    learnt = Learnt(0.5, 0.25, 5.0)
    assert deltas(reward("green", 0, goal="g", amount=50.0, learnt=learnt)) == {
        "k/green/0/g": 1,
        "s/green/0/g": 50.0,
        "q/green/0/g": 2500.0,
        "m/green/0/g": 0.5,
        "w/green/0/g": 2.0,
        "d/3/g": 1,
    }


@pytest.mark.parametrize(
    ("delay", "bucket"), [(-1, 0), (0, 0), (0.9, 0), (1, 1), (1.9, 1), (2, 2), (4, 3), (7.9, 3)]
)
def test_buckets_of_delays(delay: float, bucket: int) -> None:
    """Delays double from bucket to bucket; the first holds what took less than a second."""
    assert delay_bucket(delay) == bucket


def test_what_is_not_counted() -> None:
    """An exclusion adds one to its reason."""
    assert deltas(excluded("bot")) == {"x/bot": 1}


def test_a_key_belongs_to_the_day_of_its_decision() -> None:
    """Whatever the cohorts of the counts are, a decision's key is the same one."""
    assert once_key(NOON + 5, "ab", "cart") == f"{int(NOON // DAY * DAY)}:ab:cart"
    assert once_key(10, "ab", "cart") == "0:ab:cart"


def test_pseudo_names_are_nobodys() -> None:
    """No arm can be called as the holdout is, and no goal as the pull is."""
    assert not NAME.match(HOLDOUT)
    assert not NAME.match(PULL)


def test_totals_are_sums_over_cohorts() -> None:
    """Totals add up cohorts, keep goals and reasons apart, and skip delays."""
    found = totals(
        {
            "n/a/0": 3,
            "n/a/600": 2,
            "m/a/600/g": 1.5,
            "w/a/600/g": 3.0,
            "k/a/0/g": 1,
            "k/a/600/g": 2,
            "s/a/600/g": 1.5,
            "q/a/600/g": 1.25,
            "k/a/600/h": 1,
            "n/b/0": 1,
            "d/3/g": 9,
            "x/bot": 4,
        }
    )
    arm = found.arms["a"]
    assert arm.pulls == 5
    goal = arm.goals["g"]
    assert (goal.successes, goal.weighted) == (1.5, 3.0)
    assert (goal.rewards, goal.reward_sum, goal.squares) == (3, 1.5, 1.25)
    assert arm.goals["h"].rewards == 1
    assert found.arms["b"].pulls == 1
    assert set(found.arms) == {"a", "b"}
    assert found.excluded == {"bot": 4}


def test_what_is_folded() -> None:
    """Old cohorts fold into one; young ones, folded ones, delays and reasons stay."""
    moves = folds(["n/a/0", "n/a/100", "n/a/200", "s/a/100/g", "d/3/g", "x/bot"], 200)
    assert moves == {"n/a/100": "n/a/0", "s/a/100/g": "s/a/0/g"}


@settings(deadline=None)
@given(
    numbers=st.dictionaries(fields, st.integers(0, 10**6), max_size=30),
    before=st.integers(0, 2**40),
)
def test_folding_keeps_the_totals(numbers: dict[str, int], before: int) -> None:
    """However a ledger is folded, its totals stay, and no old cohort is left."""
    folded = dict(numbers)
    for source, target in folds(numbers, before).items():
        folded[target] = folded.get(target, 0) + folded.pop(source)
    assert totals(folded) == totals(numbers)
    assert not folds(folded, before)
    cohorts = [int(name.split("/")[2]) for name in folded if name[0] not in "dx"]
    assert all(cohort >= before or cohort == FOLDED for cohort in cohorts)
    assert math.fsum(folded.values()) == math.fsum(numbers.values())


def test_what_others_counted() -> None:
    """It adds what pulls and rewards of long ago add; what is zero is left out."""
    found = Gathered(10, 4, 0.5, Learnt(unit=0.5, propensity=0.25, delay=0.0))
    assert gathered("red", goal="click", found=found) == {
        "n/red/0": 10,
        "k/red/0/click": 4,
        "s/red/0/click": 2.0,
        "q/red/0/click": 1.0,
        "m/red/0/click": 2.0,
        "w/red/0/click": 8.0,
    }
    nothing = found._replace(pulls=3, rewards=0)
    assert gathered("red", goal="click", found=nothing) == {"n/red/0": 3}
