from __future__ import annotations

import dataclasses
import json
from typing import Any

from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.counts import Fields
from banditware.model import Attribute, Context, Schema
from banditware.report import experiment_report
from banditware.snapshot import unread, updated
from tests.support import NOON, experiment

FIELDS = {
    "n/green/0": 3,
    "n/green/600": 2,
    "k/green/600/reward": 2,
    "s/green/600/reward": 3.5,
    "q/green/600/reward": 9.0,
    "k/green/0/cart": 1,
    "s/green/0/cart": 20.0,
    "n/gone/0": 7,
    "n/*holdout/0": 4,
    "k/*holdout/0/reward": 1,
    "s/*holdout/0/reward": 1.0,
    "x/status": 2,
    "x/bot": 1,
}


def report(fields: Fields) -> dict[str, object]:
    """Return the report of these counts."""
    return experiment_report(updated(unread(experiment()), fields, version=1, now=NOON))


def test_a_whole_report() -> None:
    """Arms with their goals, arms that are gone at propensity 0, reasons, and the holdout apart."""
    assert report(FIELDS) == {
        "policy": "uniform",
        "goal": "reward",
        "version": "1",
        "arms": {
            "green": {
                "pulls": 5,
                "rewards": 2,
                "reward_sum": 3.5,
                "goals": {
                    "cart": {"rewards": 1, "reward_sum": 20.0},
                    "reward": {"rewards": 2, "reward_sum": 3.5},
                },
                "propensity": 0.5,
            },
            "red": {"pulls": 0, "rewards": 0, "reward_sum": 0.0, "goals": {}, "propensity": 0.5},
            "gone": {"pulls": 7, "rewards": 0, "reward_sum": 0.0, "goals": {}, "propensity": 0.0},
        },
        "total": {
            "pulls": 12,
            "rewards": 2,
            "reward_sum": 3.5,
            "rate": 2 / 12,
            "mean": 3.5 / 12,
            "goals": {
                "cart": {"rewards": 1, "reward_sum": 20.0},
                "reward": {"rewards": 2, "reward_sum": 3.5},
            },
        },
        "excluded": {"bot": 1, "status": 2},
        "holdout": {
            "pulls": 4,
            "rewards": 1,
            "reward_sum": 1.0,
            "rate": 0.25,
            "mean": 0.25,
            "goals": {"reward": {"rewards": 1, "reward_sum": 1.0}},
        },
    }


def test_a_report_of_nothing() -> None:
    """Without counts there are zeros for every arm, and no holdout."""
    found = report({})
    assert "holdout" not in found
    assert found["excluded"] == {}
    nothing = {"pulls": 0, "rewards": 0, "reward_sum": 0.0, "goals": {}}
    assert found["total"] == {**nothing, "rate": None, "mean": None}


def test_the_total_is_of_all_arms() -> None:
    """What all arms earned adds up over arms and goals, the holdout apart."""
    both = {**FIELDS, "n/red/0": 5, "k/red/0/cart": 2, "s/red/0/cart": 1.5}
    total: Any = report(both)["total"]
    assert (total["pulls"], total["goals"]["cart"]) == (17, {"rewards": 3, "reward_sum": 21.5})


def test_a_report_is_json() -> None:
    """A report holds plain values, whole numbers whole."""
    assert json.loads(json.dumps(report(FIELDS))) == report(FIELDS)
    assert '"pulls": 5,' in json.dumps(report(FIELDS))


def test_arms_that_the_app_names() -> None:
    """Where the app says what there is, no arm has a propensity of its own."""
    schema = Schema((Attribute("age", "numeric"),))
    context = Context(schema, InverseGapWeighting())
    plain = experiment()
    nameless = dataclasses.replace(plain, arms=(), default="", context=context)
    found = experiment_report(updated(unread(nameless), {"n/x/0": 3}, version=1, now=NOON))
    assert (found["policy"], found["arms"]["x"]["propensity"]) == ("igw", None)
    known = dataclasses.replace(plain, context=context)
    found = experiment_report(updated(unread(known), {"n/x/0": 3}, version=1, now=NOON))
    shares = {name: arm["propensity"] for name, arm in found["arms"].items()}
    assert shares == {"green": 0.5, "red": 0.5, "x": 0.0}
