from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.counts import totals
from banditware.rows import (
    COLUMNS,
    HISTORY,
    CountRow,
    Provenance,
    RowError,
    fields_of,
    history_rows,
    provenance,
    row_of,
    rows_of,
)

HERE = Provenance("0a1b2c", 77, 12)

FIELDS: dict[str, float] = {
    "n/green/0": 5,
    "n/green/18900": 7,
    "n/red/0": 1,
    "n/*holdout/0": 2,
    "k/green/18900/buy": 2,
    "s/green/18900/buy": 2.5,
    "q/green/18900/buy": 4.25,
    "m/green/18900/buy": 2.0,
    "w/green/18900/buy": 8.0,
    "k/green/0/visit": 3,
    "s/green/0/visit": 3.0,
    "q/green/0/visit": 3.0,
    "x/bot": 4,
    "d/3/buy": 2,
    "b/*shared/0/f": 2.0,
}

RAW: dict[str, Any] = {
    "experiment": "button",
    "version": "1",
    "arm": "green",
    "goal": "buy",
    "pulls": "12",
    "rewards": "2",
    "reward_sum": "2.5",
    "squares": "4.25",
    "units": "2.0",
    "weighted": "8.0",
    "part": "0a1b2c:77:12",
}


def test_rows() -> None:
    """Every arm has a row for the experiment's goal, and for every other one it earned."""
    rows = list(rows_of("button@1", FIELDS, HERE, "buy"))
    part = "0a1b2c:77:12"
    assert rows == [
        CountRow("button", "1", "*holdout", "buy", 2, 0, 0.0, 0.0, 0.0, 0.0, part),
        CountRow("button", "1", "green", "buy", 12, 2, 2.5, 4.25, 2.0, 8.0, part),
        CountRow("button", "1", "green", "visit", 12, 3, 3.0, 3.0, 0.0, 0.0, part),
        CountRow("button", "1", "red", "buy", 1, 0, 0.0, 0.0, 0.0, 0.0, part),
    ]
    unknown = list(rows_of("button@1", FIELDS, HERE))
    assert [(row.arm, row.goal) for row in unknown] == [
        ("*holdout", ""),
        ("green", "buy"),
        ("green", "visit"),
        ("red", ""),
    ]
    assert list(rows_of("e@1", {"n/*shared/0": 1}, HERE)) == []


def test_columns() -> None:
    """Every column says what stands in it."""
    assert [COLUMNS[name] for name in ("arm", "pulls", "weighted")] == [str, int, float]
    assert tuple(COLUMNS) == CountRow._fields


def test_history() -> None:
    """A step in which nothing happened has no row; pulls stand in the rows of every goal."""
    goals = {
        "buy": {"rewards": [1, 0, 0], "reward_sum": [2.5, 0.0, 0.0]},
        "visit": {"rewards": [0, 0, 2], "reward_sum": [0.0, 0.0, 2.0]},
    }
    found = {
        "experiment": "button",
        "step": 3600,
        "times": [1_800_000_000, 1_800_003_600, 1_800_007_200],
        "arms": {"green": {"pulls": [4, 0, 0], "goals": goals}},
        "excluded": {"bot": [1, 1, 1]},
    }
    rows = list(history_rows(found))
    eight, ten = (f"2027-01-15T{hour}:00:00.000000Z" for hour in ("08", "10"))
    assert rows == [
        (eight, 3600, "button", "green", "buy", 4, 1, 2.5),
        (eight, 3600, "button", "green", "visit", 4, 0, 0.0),
        (ten, 3600, "button", "green", "visit", 0, 2, 2.0),
    ]
    assert len(HISTORY) == len(rows[0])


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from("nksqmw"), st.sampled_from("ab"), st.integers(0, 2), st.just("g")
        ),
        st.integers(1, 10**12),
        max_size=30,
    ),
    st.sampled_from(["", "g", "h"]),
)
def test_there_and_back(numbers: dict[tuple[str, str, int, str], int], goal: str) -> None:
    """What rows add up to has the same sums as what they were made of."""
    fields: dict[str, float] = {}
    for (kind, arm, cohort, name), number in numbers.items():
        key = f"{kind}/{arm}/{cohort * 100}"
        fields[key if kind == "n" else f"{key}/{name}"] = number
    back = fields_of(rows_of("e@1", fields, HERE, goal))
    expected, found = totals(fields), totals(back)
    assert found.arms == expected.arms
    assert all(name.split("/")[2] == "0" for name in back)


def test_reading() -> None:
    """Text and numbers are read alike, and exactly."""
    row = row_of(RAW)
    assert row == row_of({**RAW, "pulls": 12, "rewards": 2.0, "reward_sum": 2.5})
    assert row == next(row for row in rows_of("button@1", FIELDS, HERE, "buy") if row.rewards == 2)
    assert provenance(row) == HERE
    assert row_of({**RAW, "pulls": str(2**53 + 1)}).pulls == 2**53 + 1
    assert row_of({**RAW, "arm": "*holdout"}).arm == "*holdout"
    assert row_of({**RAW, "goal": "", "rewards": 0}).goal == ""


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"part": None}, "has no part: export counts with"),
        ({"arm": "*shared"}, r"arm '\*shared' is no name"),
        ({"experiment": "a/b"}, "experiment 'a/b' is no name"),
        ({"version": ""}, "version '' is no name"),
        ({"goal": ""}, "goal is empty, although there are rewards"),
        ({"goal": "a b"}, "goal 'a b' is no name"),
        ({"pulls": "-1"}, "pulls '-1' is no whole number that counts"),
        ({"pulls": "1.5"}, "pulls '1.5' is no whole number"),
        ({"pulls": 1.5}, "pulls 1.5 is no whole number"),
        ({"rewards": []}, "rewards .* is no whole number"),
        ({"squares": "nan"}, "squares 'nan' is no number"),
        ({"units": math.inf}, "units inf is no number"),
        ({"pulls": math.inf}, "pulls inf is no whole number"),
        ({"part": "0a1b2c:77"}, "does not say where these counts are from"),
        ({"part": ":77:1"}, "does not say where these counts are from"),
        ({"part": "a:77:0"}, "does not say where these counts are from"),
        ({"part": "a:b:1"}, "does not say where these counts are from"),
    ],
)
def test_rows_that_are_none(wrong: dict[str, Any], why: str) -> None:
    """What a row must not hold is named."""
    with pytest.raises(RowError, match=why):
        row_of({**RAW, **wrong})


def test_rows_that_contradict_each_other() -> None:
    """An arm has one row for each goal, and the same pulls in all of them."""
    row = row_of(RAW)
    with pytest.raises(RowError, match="arm green has two rows for the goal 'buy'"):
        fields_of([row, row])
    with pytest.raises(RowError, match="arm green has 12 pulls and 13 pulls"):
        fields_of([row, row._replace(goal="visit", pulls=13)])
