"""Series over time, as pure functions make them and as a bandit tells them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from banditware.dating import HOUR
from banditware.errors import UnknownExperimentError
from banditware.history import MOST, Span, first_time, series, span
from banditware.model import DAY
from banditware.stores import Store
from tests.stores.table import STORES
from tests.support import NOON, Stand, stand

DAY_ = int(DAY)
HOUR_OF_NOON = int(NOON) // HOUR * HOUR

pytestmark = pytest.mark.usefixtures("calm")


@pytest.mark.parametrize(
    ("since", "until", "step", "wanted"),
    [
        (0, 3 * HOUR, None, Span(0, HOUR, 3)),
        (10, 3 * HOUR + 1, None, Span(0, HOUR, 4)),
        (HOUR + 5, HOUR + 6, HOUR, Span(HOUR, HOUR, 1)),
        (5 * HOUR, 4 * HOUR, None, Span(5 * HOUR, HOUR, 1)),
        (0, 8 * DAY_, None, Span(0, HOUR, 192)),
        (5, 8 * DAY_ + 6, None, Span(0, DAY_, 9)),
        (7 * HOUR, 31 * HOUR, 6 * HOUR, Span(6 * HOUR, 6 * HOUR, 5)),
        (DAY_ + HOUR, 9 * DAY_, 7 * DAY_, Span(DAY_, 7 * DAY_, 2)),
    ],
)
def test_times_are_whole_steps(
    since: float, until: float, step: float | None, wanted: Span
) -> None:
    """Steps begin on whole hours or days, the first with `since` in it, the last with `until`."""
    assert span(since, until, step) == wanted
    assert len(wanted.times) == wanted.number


@pytest.mark.parametrize(
    ("step", "message"), [(1800, "not of whole hours"), (5400, "not of whole hours"), (0, "hours")]
)
def test_a_step_is_of_whole_hours(step: float, message: str) -> None:
    """Nothing is known of the minutes of an hour."""
    with pytest.raises(ValueError, match=message):
        span(0, DAY, step)


def test_a_series_has_an_end() -> None:
    """Nobody gets millions of points by a slip."""
    with pytest.raises(ValueError, match=f"more than {MOST}: ask for longer ones"):
        span(0, (MOST + 1) * HOUR, HOUR)


def test_a_history_begins_with_its_first_hour() -> None:
    """Notes of other kinds and what is folded into one field have no time."""
    assert (
        first_time(["~e/red", "~r/red/5xx", "~n/red/0", "~x/bot/7200", "~k/red/3600/buy"]) == 3600
    )
    assert first_time(["~n/red/0", "~e/red"]) is None


def test_series_are_filled_with_zeros() -> None:
    """Every list has a number for every time; what is outside of them is left out."""
    fields = {
        "~n/red/3600": 2,
        "~n/red/10800": 1,
        "~n/red/0": 9,
        "~n/red/14400": 9,
        "~k/red/7200/buy": 1,
        "~s/red/7200/buy": 2.5,
        "~n/gone/7200": 4,
        "~x/bot/7200": 3,
        "~x/admin/14400": 3,
        "~e/red": 0.5,
    }
    found = series(fields, Span(3600, 3600, 3), arms=["blue", "red"], goal="buy")
    empty = {"buy": {"rewards": [0, 0, 0], "reward_sum": [0, 0, 0]}}
    assert found == {
        "step": 3600,
        "times": [3600, 7200, 10800],
        "arms": {
            "blue": {"pulls": [0, 0, 0], "goals": empty},
            "red": {
                "pulls": [2, 0, 1],
                "goals": {"buy": {"rewards": [0, 1, 0], "reward_sum": [0, 2.5, 0]}},
            },
            "gone": {"pulls": [0, 4, 0], "goals": empty},
        },
        "excluded": {"admin": [0, 0, 0], "bot": [0, 3, 0]},
    }
    assert list(found["excluded"]) == ["admin", "bot"]
    assert json.loads(json.dumps(found)) == found


def test_any_step_adds_up() -> None:
    """Hours are summed into longer steps; other goals are there where they were rewarded."""
    fields = {f"~n/red/{i * HOUR}": 1 for i in range(1, 48)} | {"~k/red/3600/cart": 1}
    found = series(fields, Span(0, DAY_, 2))
    assert found["arms"]["red"] == {
        "pulls": [23, 24],
        "goals": {"cart": {"rewards": [1, 0], "reward_sum": [0, 0]}},
    }


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return STORES[request.param](tmp_path).open()


def served(store: Store) -> Stand:
    """Return a stand on a store."""
    return stand({"arms": {"green": "#0f0"}, "default": "green"}, store=store)


def test_what_happened_is_told_by_the_hour(store: Store) -> None:
    """Pulls, rewards and exclusions are in the hour in which they happened, on every store."""
    shop = served(store)
    for hour in range(3):
        shop.bandit.flush()  # as the thread does every second
        visitor = shop.surfer()
        for _ in range(hour + 1):
            shop.surfer().ask()
        visitor.ask(status=500)
        visitor.ask()
        visitor.buy()
        shop.watch.now += HOUR
    found = shop.bandit.history("button")
    assert found["experiment"] == "button"
    assert found["times"] == [HOUR_OF_NOON + i * HOUR for i in range(len(found["times"]))]
    arm = found["arms"]["green"]
    assert arm["pulls"][:3] == [2, 3, 4]
    assert arm["goals"] == {
        "reward": {
            "rewards": [1, 1, 1, *[0] * (len(found["times"]) - 3)],
            "reward_sum": [1.0, 1.0, 1.0, *[0.0] * (len(found["times"]) - 3)],
        }
    }
    assert sum(map(sum, found["excluded"].values())) == 3
    shop.bandit.close()


def test_a_time_may_be_chosen() -> None:
    """A part of the history, in steps of any length; without any history, this hour."""
    shop = stand({"arms": {"green": ""}, "default": "green"})
    empty = shop.bandit.history("button")
    assert (empty["times"], empty["arms"]["green"]["pulls"]) == ([HOUR_OF_NOON], [0])
    shop.surfer().ask()
    shop.watch.now += 2 * DAY
    shop.surfer().ask()
    shop.watch.now += 1
    asked = shop.bandit.history
    days = asked("button", step=DAY)
    assert len(days["times"]) == 3
    assert sum(days["arms"]["green"]["pulls"]) == 2
    assert asked("button", since=NOON, until=NOON + DAY)["times"][-1] == HOUR_OF_NOON + 23 * HOUR
    assert sum(asked("button", until=NOON + DAY)["arms"]["green"]["pulls"]) == 1
    with pytest.raises(UnknownExperimentError):
        asked("buton")
    with pytest.raises(ValueError, match="whole hours"):
        asked("button", step=60)
