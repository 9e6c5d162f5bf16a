from __future__ import annotations

from banditware.model import DAY
from banditware.planning.used import Use, used

NOON = 1_800_000_000

FIELDS: dict[str, float] = {
    f"n/green/{NOON}": 30,
    "n/green/0": 10,
    f"n/red/{NOON - int(8 * DAY)}": 5,
    "n/blue/0": 7,
    f"n/*holdout/{NOON}": 4,
    f"k/green/{NOON}/buy": 3,
    "k/green/0/visit": 2,
    f"m/green/{NOON}/buy": 3.0,
    f"n/gone/{NOON}": 0,
    "x/bot": 9,
    f"~n/green/{NOON}": 30,
}


def test_what_counts_tell() -> None:
    """Versions, arms, goals, what was learnt from, and when the last pull was."""
    (use,) = used({"button@2": FIELDS})["button"]
    assert (use.version, use.pulls, use.rewards, use.last) == ("2", 56, 5, NOON)
    assert use.goals == {"buy": 3, "visit": 2}
    assert use.learnt == {"buy"}
    assert (use.arms["green"].pulls, use.arms["green"].rewards) == (40, 5)


def test_arms_in_use() -> None:
    """Who was not pulled for a week before the last pull is not in use, nor is the holdout."""
    (use,) = used({"button@2": FIELDS})["button"]
    assert use.active() == {"green"}
    assert use.active(9 * DAY) == {"green", "red"}
    assert Use("1").active() == set()
    assert Use("1").last == 0


def test_the_version_used_last() -> None:
    """Versions come in the order in which they were used, the last one first."""
    found = used(
        {
            "button@1": {"n/a/0": 900},
            "button@2": {f"n/a/{NOON}": 3},
            "button@3": {"n/a/0": 1},
            "*controls": {"n/a/0": 1},
            "other@1": {},
        }
    )
    assert [use.version for use in found["button"]] == ["2", "1", "3"]
    assert found["other"] == [Use("1")]
    assert set(found) == {"button", "other"}
