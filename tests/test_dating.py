from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.dating import DAYS, HOUR, HOURS, aged, dated
from banditware.model import DAY

NOW = 1_800_000_000
DAY_OF = NOW // int(DAY) * int(DAY)
THIS_HOUR = NOW // HOUR * HOUR


def folded(fields: Mapping[str, float], moves: Mapping[str, str]) -> Counter[str]:
    """Return fields as a store has them after a fold."""
    sums: Counter[str] = Counter()
    for name, number in fields.items():
        sums[moves.get(name, name)] += number  # type: ignore[assignment]  # whole ones here
    return sums


def test_counts_are_dated() -> None:
    """Pulls, rewards, their sums and exclusions are there again by the hour, others are not."""
    deltas = {
        "n/red/0": 1,
        "k/red/0/buy": 1,
        "s/red/0/buy": 2.5,
        "q/red/0/buy": 6.25,
        "d/3/buy": 1,
        "x/bot": 1,
        "n/*holdout/0": 2,
        "A/red/0/1/1": 4.0,
        "~e/red": 0.5,
    }
    assert dated(deltas, 7200) == {
        **deltas,
        "~n/red/7200": 1,
        "~k/red/7200/buy": 1,
        "~s/red/7200/buy": 2.5,
        "~x/bot/7200": 1,
        "~n/*holdout/7200": 2,
    }


def test_nothing_happens_before_its_decision() -> None:
    """A record of an unknown or earlier hour is dated by the cohort of the decision."""
    assert dated({"n/red/18900": 1, "n/red/0": 1}, 0) == {
        "n/red/18900": 1,
        "n/red/0": 1,
        "~n/red/18000": 1,
        "~n/red/0": 1,
    }
    assert "~k/red/18000/buy" in dated({"k/red/18900/buy": 1}, 7200)
    assert "~k/red/25200/buy" in dated({"k/red/18900/buy": 1}, 25200)


def test_what_falls_into_one_hour_is_added() -> None:
    """Two cohorts in one record are one hour's pulls."""
    assert dated({"n/red/0": 1, "n/red/100": 2}, 7200)["~n/red/7200"] == 3


@pytest.mark.parametrize("name", ["n/red", "n/red/soon", "k/red/x/buy", "n"])
def test_what_is_no_count_is_refused(name: str) -> None:
    """A field that cannot be dated is damage; one that is no count is nobody's business."""
    if name == "n":
        assert dated({name: 1}, 0) == {name: 1}
        return
    with pytest.raises(ValueError):  # noqa: PT011  # a different one for each
        dated({name: 1}, 0)


def test_hours_become_days_and_days_become_one_field() -> None:
    """Hours are kept for 31 days, days for 400."""
    old, older = DAY_OF - 32 * int(DAY), DAY_OF - 402 * int(DAY)
    fields = [
        f"~n/red/{THIS_HOUR}",
        f"~n/red/{DAY_OF - HOURS}",
        f"~n/red/{DAY_OF - HOURS - HOUR}",
        f"~k/red/{old + 5 * HOUR}/buy",
        f"~s/red/{old}/buy",
        f"~x/bot/{older}",
        f"~n/red/{DAY_OF - DAYS}",
        "~n/red/0",
        "~e/red",
        "~r/red/5xx/9",
        "n/red/0",
    ]
    assert aged(fields, NOW) == {
        f"~n/red/{DAY_OF - HOURS - HOUR}": f"~n/red/{DAY_OF - HOURS - int(DAY)}",
        f"~k/red/{old + 5 * HOUR}/buy": f"~k/red/{old}/buy",
        f"~x/bot/{older}": "~x/bot/0",
    }


hours = st.integers(0, 500 * 24).map(lambda hour: NOW // HOUR * HOUR - hour * HOUR)
names = st.one_of(
    st.builds("~n/{}/{}".format, st.sampled_from(("red", "blue")), hours),
    st.builds("~k/{}/{}/buy".format, st.sampled_from(("red", "blue")), hours),
    st.builds("~x/bot/{}".format, hours),
)


@given(st.dictionaries(names, st.integers(1, 9)), st.integers(0, 500 * 24))
def test_folding_keeps_the_sums(fields: dict[str, float], later: int) -> None:
    """Whenever it is folded, and again, each arm has what it had, in no more fields."""
    once = folded(fields, aged(fields, NOW))
    assert aged(once, NOW) == {}
    again = folded(once, aged(once, NOW + later * HOUR))
    assert again == folded(fields, aged(fields, NOW + later * HOUR))
    for sums in (once, again):
        assert len(sums) <= len(fields)
        assert _whole(sums) == _whole(fields)


def _whole(fields: Mapping[str, float]) -> Counter[str]:
    """Return sums over all times."""
    sums: Counter[str] = Counter()
    for name, number in fields.items():
        kind, owner, _, *goal = name.split("/")
        sums["/".join((kind, owner, *goal))] += number  # type: ignore[assignment]  # whole ones
    return sums
