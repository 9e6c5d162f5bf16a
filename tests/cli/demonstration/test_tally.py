from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from banditware.cli.demonstration.browser import Browser
from banditware.cli.demonstration.closing import arms_table, chart, checks, is_exact, tallies
from banditware.cli.demonstration.play import Ending
from banditware.cli.demonstration.tally import Tally
from banditware.cli.demonstration.visitors import Visitor

ARMS = ("blue", "green", "red")


def people(*seen: tuple[str, int]) -> list[Visitor]:
    """Return visitors who came once, saw a color, and clicked so many times."""
    browser = Browser(("127.0.0.1", 1), random.Random(1))
    return [
        Visitor(browser, 0.0, 1, 1, 1, {"color_btn": arm}, came=1, clicked=clicked)
        for arm, clicked in seen
    ]


PEOPLE = people(("red", 1), ("blue", 0), ("red", 2), ("green", 0), ("red", 0), ("red", 1))


def report() -> dict[str, Any]:
    """Return what the store should have of them."""
    counts = {"blue": (1, 0), "green": (1, 0), "red": (4, 3)}
    return {
        "policy": "thompson",
        "arms": {
            arm: {"pulls": pulls, "rewards": rewards, "propensity": 0.5}
            for arm, (pulls, rewards) in counts.items()
        },
        "excluded": {"duplicate": 1},
    }


def test_tally() -> None:
    """A tally says what visitors saw and did."""
    tally = Tally("color_btn", ARMS, PEOPLE)
    assert tally.best == "red"
    assert tally.again == 1
    assert tally.saw() == {"red": 4, "blue": 1, "green": 1}
    assert tally.clicked() == {"red": 3}
    assert tally.share("red") == pytest.approx(4 / 6)
    assert tally.share("red", 1, 3) == 0.5
    assert tally.late_share("red") == 1.0
    assert tally.true_rate("red") == pytest.approx(0.14)
    assert Tally("color_btn", ARMS, people(("red", 0))).true_rate("blue") == 0.0


def _one_pull_more(report: dict[str, Any]) -> None:
    report["arms"]["blue"]["pulls"] += 1


def _moved_reward(report: dict[str, Any]) -> None:
    report["arms"]["blue"]["rewards"] += 1
    report["arms"]["red"]["rewards"] -= 1


def _forgotten_duplicate(report: dict[str, Any]) -> None:
    report["excluded"] = {}


def test_an_exact_count_is_exact() -> None:
    """Counts that are what visitors did are called exact."""
    ending = Ending(PEOPLE, {"color_btn": report()}, 1.0)
    known = tallies(ending)
    line, returned = checks(ending, known)
    assert line == "color_btn: visitors saw 6, stored 6; clicked 3, stored 3: exact"
    assert returned == (
        "visitors returned 0 times and saw another button 0 times; "
        "they clicked again 1 times, which counts nothing"
    )
    assert is_exact(ending, known)


@pytest.mark.parametrize("change", [_one_pull_more, _moved_reward, _forgotten_duplicate])
def test_any_difference_is_seen(change: Callable[[dict[str, Any]], None]) -> None:
    """One pull, one reward under another arm, one duplicate: each makes counts different."""
    changed = report()
    change(changed)
    ending = Ending(PEOPLE, {"color_btn": changed}, 1.0)
    known = tallies(ending)
    assert next(checks(ending, known)).endswith(": DIFFERENT")
    assert not is_exact(ending, known)


def test_a_surprise_is_a_difference() -> None:
    """Counts cannot be right if somebody saw two buttons."""
    surprised = people(("red", 0))
    surprised[0].surprises = 1
    counts = report()
    counts["excluded"] = {}
    for arm, numbers in counts["arms"].items():
        numbers.update(pulls=int(arm == "red"), rewards=0)
    ending = Ending(surprised, {"color_btn": counts}, 1.0)
    assert next(checks(ending, tallies(ending))).endswith(": exact")
    assert not is_exact(ending, tallies(ending))


def test_arms_table() -> None:
    """The table has what arms are worth, what they earned, and what they get."""
    table = arms_table(Tally("color_btn", ARMS, PEOPLE), report())
    assert table.rows[2] == ("red", "14.0%", "4", "3", "75.0%", "100.0%", "50.0%")
    assert table.notes == (
        "red, the best arm, got 66.7% of all visitors, 100.0% of the last quarter",
    )


@pytest.mark.parametrize(("encoding", "bar"), [("utf-8", "█" * 20), ("latin-1", "#" * 20)])
def test_chart(monkeypatch: pytest.MonkeyPatch, encoding: str, bar: str) -> None:
    """Each tenth of the visitors has a bar that the terminal can show."""
    monkeypatch.setattr("sys.stdout", type("Output", (), {"encoding": encoding})())
    seen = [("red", 0)] * 10 + [("blue", 0)] * 10
    table = chart([Tally("color_btn", ARMS, people(*seen))])
    assert [row[0] for row in table.rows[::9]] == ["1 to 2", "19 to 20"]
    assert table.rows[4][1] == f"{bar} 100.0%"
    assert table.rows[5][1].endswith("   0.0%")
    assert "█" not in table.rows[5][1]
