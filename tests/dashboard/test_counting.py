from __future__ import annotations

from banditware.counts import totals
from banditware.dashboard.counting import POINTS, STEP, ArmCounts, tally
from banditware.snapshot import unread, updated
from tests.support import NOON, experiment

DAY = 86_400


def test_what_the_counts_say() -> None:
    """Pulls and rewards of the goal are summed over cohorts; recent ones are told by time."""
    width = 18_900
    now = NOON // width * width + width
    recent, older, old = int(now - width), int(now - 3 * DAY) // width * width, int(now - 30 * DAY)
    fields = {
        f"n/green/{recent}": 30.0,
        f"n/red/{recent}": 10.0,
        f"n/green/{older}": 5.0,
        "n/red/0": 100.0,
        f"n/red/{old}": 7.0,
        f"n/gone/{recent}": 2.0,
        f"n/*holdout/{recent}": 50.0,
        f"k/*holdout/{recent}/reward": 50.0,
        f"k/green/{recent}/reward": 3.0,
        f"k/green/{older}/reward": 1.0,
        f"k/green/{recent}/other": 9.0,
        f"s/green/{recent}/reward": 9.0,
        f"k/blue/{older}/reward": 1.0,
        "x/bot": 4.0,
    }
    found = tally(updated(unread(experiment()), fields, version=1, now=now), now)
    assert found.arms == {
        "green": ArmCounts(35.0, 4.0),
        "red": ArmCounts(117.0, 0.0),
        "gone": ArmCounts(2.0, 0.0),
    }
    assert (found.pulls, found.rewards, found.lately) == (154.0, 4.0, 42.0)
    assert found.arms["green"].rate == 4 / 35
    assert ArmCounts(0, 0).rate is None
    shares = found.shares("green")
    assert len(shares) == POINTS
    assert [share for share in shares if share is not None] == [1.0, 30 / 42]
    assert shares[POINTS - 1 - int(width / 2 // STEP)] == 30 / 42
    assert found.shares("nobody")[-1] == 0.0
    assert (
        sum(arm.pulls for name, arm in totals(fields).arms.items() if name[0] != "*") == found.pulls
    )


def test_a_cohort_of_the_future_is_now() -> None:
    """A cohort that has only begun, whose middle is still to come, belongs to the last step."""
    found = tally(
        updated(unread(experiment()), {f"n/green/{int(NOON)}": 3.0}, version=1, now=NOON), NOON
    )
    assert found.recent["green"][-1] == 3.0
    assert found.lately == 3.0
