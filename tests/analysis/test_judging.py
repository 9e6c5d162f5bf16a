"""What is said of an experiment: unit rewards, others, contexts, a holdout, and nothing yet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banditware.analysis.intervals import interval
from banditware.analysis.judging import judged
from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.counts import Fields
from banditware.model import Arm, Attribute, Context, Schema
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.thompson import Thompson
from banditware.policies.thompson_normal import ThompsonNormal
from banditware.snapshot import unread, updated
from tests.support import NOON, experiment


def counted(arm: str, pulls: int, rewards: int, amount: float = 1.0, unit: float = 1.0) -> Fields:
    """Return the fields of an arm whose rewards were all of one amount."""
    return {
        f"n/{arm}/0": pulls,
        f"k/{arm}/0/reward": rewards,
        f"s/{arm}/0/reward": rewards * amount,
        f"q/{arm}/0/reward": rewards * amount**2,
        f"m/{arm}/0/reward": rewards * unit,
    }


def said(fields: Fields, **changes: Any) -> dict[str, Any]:
    """Return what is said of these counts, which JSON can hold."""
    snapshot = updated(unread(experiment(**changes)), fields, version=1, now=NOON)
    found: dict[str, Any] = json.loads(json.dumps(judged(snapshot), allow_nan=False))
    return found


def test_a_clear_leader() -> None:
    """The better arm leads, provably, and every number stands beside it."""
    fields = {**counted("green", 10_000, 1_500), **counted("red", 10_000, 1_000)}
    found = said(fields, policy=Thompson())
    assert found["leader"] == "green"
    assert found["proven"]
    assert "better than every other arm" in found["why"]
    green = found["arms"]["green"]
    assert green["interval"] == pytest.approx(interval(10_000, 1_500))
    assert (green["rate"], green["mean"], green["pulls"]) == (0.15, 0.15, 10_000)
    assert green["p_best"] > 0.999
    assert green["expected_loss"] < 1e-9
    assert found["arms"]["red"]["expected_loss"] == pytest.approx(0.05, abs=1e-3)
    assert green["propensity"] == pytest.approx(0.99)
    assert found["notes"] == []
    assert "holdout" not in found


def test_a_lead_that_proves_nothing() -> None:
    """A lead by chance is called a lead, and no proof."""
    fields = {**counted("green", 100, 12), **counted("red", 100, 10)}
    found = said(fields, policy=Thompson())
    assert (found["leader"], found["proven"]) == ("green", False)
    assert found["why"].startswith("green leads: it is the best with probability 0.6")
    assert found["why"].endswith("that is no proof.")


def test_before_the_first_pull() -> None:
    """Without pulls there is no leader, and every mean is possible."""
    found = said({}, policy=Thompson())
    assert found["leader"] is None
    assert found["why"] == "No leader: nothing was counted yet."
    green = found["arms"]["green"]
    assert green["interval"] == [0.0, 1.0]
    assert green["rate"] is green["mean"] is green["deviation"] is green["p_best"] is None


def test_arms_that_earned_alike() -> None:
    """Equal arms have no leader."""
    found = said({**counted("green", 50, 5), **counted("red", 50, 5)}, policy=Thompson())
    assert found["leader"] is None
    assert "alike" in found["why"]


def test_a_single_arm() -> None:
    """One arm cannot lead."""
    found = said(counted("green", 50, 5), arms=(Arm("green", 1),), default="green")
    assert found["why"] == "No leader: there are no two arms to compare."


def test_conversions_need_no_declared_range() -> None:
    """As long as every reward was 1, there are intervals under any policy."""
    fields = {**counted("green", 100, 12), **counted("red", 100, 10)}
    assert said(fields, policy=EpsilonGreedy())["arms"]["green"]["interval"] is not None


def test_amounts_of_unknown_range() -> None:
    """Amounts that can be of any size have means and deviations, a leader, and no intervals."""
    fields = {**counted("green", 1000, 100, 25.0), **counted("red", 1000, 60, 25.0)}
    found = said(fields, policy=ThompsonNormal())
    green = found["arms"]["green"]
    assert green["interval"] is None
    assert (green["mean"], green["deviation"]) == (2.5, pytest.approx(7.5))
    assert (found["leader"], found["proven"]) == ("green", False)
    assert 0.9 < green["p_best"] < 1
    assert found["arms"]["red"]["expected_loss"] == pytest.approx(1.0, abs=0.1)
    [note] = found["notes"]
    assert "how large a reward can be is not known" in note


def test_amounts_that_never_differ() -> None:
    """Where every pull earned the same, the means alone decide."""
    fields = {**counted("green", 10, 10, 3.0), **counted("red", 10, 10, 2.0)}
    found = said({**fields, "q/red/0/reward": 40.0}, policy=ThompsonNormal())
    assert found["leader"] == "green"
    same = said({**counted("green", 10, 10, 3.0), **counted("red", 10, 10, 3.0)})
    assert same["leader"] is None
    assert same["arms"]["red"]["expected_loss"] == 0.0


def test_a_declared_range() -> None:
    """Intervals of amounts are in amounts, and hold the mean, below zero too."""
    fields = {
        **counted("green", 1000, 100, 5.0, 0.75),
        **counted("red", 1000, 100, -5.0, 0.25),
        **counted("*holdout", 1000, 50, 5.0),
    }
    found = said(fields, policy=ThompsonNormal(), reward_range=(-10.0, 10.0))
    for row in (*found["arms"].values(), found["holdout"]):
        low, high = row["interval"]
        assert -10 < low < row["mean"] < high < 10
    assert found["arms"]["green"]["mean"] == 0.5
    assert found["leader"] == "green"


def test_more_rewards_than_pulls() -> None:
    """Where pulls are rewarded several times, no interval is claimed."""
    found = said({**counted("green", 10, 30), **counted("red", 10, 3)}, policy=Thompson())
    assert found["arms"]["green"]["interval"] is None
    assert "more rewards than pulls" in found["notes"][0]
    assert not found["proven"]


def test_a_holdout_is_told_apart() -> None:
    """The holdout has an interval of its own and takes no part in the lead."""
    fields = {**counted("green", 100, 12), **counted("red", 100, 10), "n/*holdout/0": 100}
    fields |= {"k/*holdout/0/reward": 90, "s/*holdout/0/reward": 90.0, "q/*holdout/0/reward": 90.0}
    found = said(fields, policy=Thompson())
    assert found["holdout"]["interval"] == pytest.approx(interval(100, 90))
    assert found["holdout"]["rate"] == 0.9
    assert found["leader"] == "green"
    assert set(found["arms"]) == {"green", "red"}


def test_contexts_have_no_leader() -> None:
    """Arms of a contextual experiment are not compared by their rates, and it says why."""
    schema = Schema((Attribute("age", "numeric"),))
    context = Context(schema, InverseGapWeighting())
    fields = {**counted("green", 100, 12), **counted("red", 100, 10)}
    found = said(fields, context=context)
    assert found["leader"] is None
    assert found["arms"]["green"]["interval"] is None
    assert found["arms"]["green"]["rate"] == 0.12
    assert "different subjects" in found["notes"][0]
    unnamed = said(fields, context=context, arms=(), default="")
    assert unnamed["arms"]["green"]["propensity"] is None


def test_pulls_whose_rewards_are_on_their_way() -> None:
    """Young pulls count for the share of rewards that have come by now."""
    young = int(NOON) - 600
    fields = {f"n/green/{young}": 100, f"k/green/{young}/reward": 2, "n/green/0": 100}
    fields |= {"k/green/0/reward": 10, "d/12/reward": 12}
    green = said(fields, policy=Thompson())["arms"]["green"]
    assert green["pulls"] == 200
    assert green["matured"] < 150
    assert green["rate"] == pytest.approx(12 / green["matured"])
