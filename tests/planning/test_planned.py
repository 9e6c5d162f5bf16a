from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.config import Settings, load
from banditware.planning.planned import planned
from banditware.planning.used import used

BUTTON: dict[str, Any] = {"arms": ["green", "red"]}

COUNTS: dict[str, dict[str, float]] = {
    "button@1": {
        "n/green/1800000000": 900,
        "n/red/1800000000": 1,
        "k/green/0/reward": 30,
        "m/green/0/reward": 30.0,
        "k/red/0/visit": 2,
    }
}


ROUTED = "it holds from the next request on"


def settings(button: Mapping[str, Any] | None = None, **top: Any) -> Settings:
    """Return settings with one experiment, changed so."""
    experiments = {"button": {**BUTTON, **(button or {})}}
    return load({"secret_keys": ["k"], "experiments": experiments, **top})


def lines(
    new: Settings, counts: Mapping[str, Mapping[str, float]] = COUNTS, old: Settings | None = None
) -> list[str]:
    """Return what changes, a line each."""
    return [f"{each.experiment} {each}" for each in planned(new, used(counts), old).differences]


def test_nothing_changes() -> None:
    """The same file, by its counts and by itself, changes nothing."""
    assert lines(settings()) == lines(settings(), old=settings()) == []


def test_a_first_file() -> None:
    """With nothing counted yet, an experiment begins."""
    (line,) = lines(settings(), {})
    assert line == "button + experiment; begins with no pulls: thompson over green, red"
    (line,) = lines(load({"secret_keys": ["k"], "experiments": {"shoe": {"policy": "igw"}}}), {})
    assert line == "shoe + experiment; begins with no pulls: igw over what the app names"


def test_a_new_version() -> None:
    """Counts begin afresh, and the plan says how many stay behind."""
    (line,) = lines(settings({"version": 2}))
    assert line == (
        "button ! version: 1 -> 2; counts begin afresh; 901 pulls and 32 rewards stay under "
        "version 1; remembered visitors are decided anew"
    )
    assert lines(settings({"version": 2}), old=settings()) == [line]
    (bare,) = lines(settings({"version": 2}), {}, old=settings())
    assert "0 pulls and 0 rewards stay under version 1" in bare


def test_everything_with_a_new_version() -> None:
    """What else changes holds for the new version, and what is gone had its pulls under the old."""
    new = settings({"version": 2, "arms": ["green"], "policy": "ucb1"})
    version, gone, policy = lines(new, old=settings())
    assert version.startswith("button ! version: 1 -> 2")
    assert gone.startswith("button - arm red; 1 pull stays")
    assert policy == "button ~ policy: thompson -> ucb1; holds for the new version"


def test_back_to_an_earlier_version() -> None:
    """A version that was there before goes on with what it had."""
    counts: dict[str, dict[str, float]] = {
        **COUNTS,
        "button@2": {"n/green/1800020000": 5, "n/red/1800020000": 3},
    }
    (line,) = lines(settings(), counts)
    assert line.startswith(
        "button ~ version: 2 -> 1; counts go on with 901 pulls of that version; 8 p"
    )


def test_arms() -> None:
    """Arms that go keep their counts, and arms that come have none, or those of former times."""
    new = settings({"arms": {"green": "#0f0", "blue": None}})
    gone = (
        "button - arm red; 1 pull stays in the store and weighs no more; "
        "visitors who have it are decided anew"
    )
    come = "button + arm blue: blue; begins with no pulls"
    assert lines(new) == [gone, come]
    other = "counts are kept: they are of both; with another `version` they begin afresh"
    assert lines(new, old=settings()) == [
        gone,
        come,
        f"button ~ arm green: green -> '#0f0'; {other}",
    ]
    back = lines(settings(), old=settings({"arms": ["green"]}))
    assert back == ["button + arm red: red; goes on with 1 pull"]
    (fickle,) = lines(settings({"arms": ["green"], "sticky": False}))
    assert fickle == "button - arm red; 1 pull stays in the store and weighs no more"


def test_arms_that_the_app_names() -> None:
    """Where the app says which arms there are, none of them is gone."""
    new = load({"secret_keys": ["k"], "experiments": {"button": {"policy": "igw"}}})
    assert lines(new) == []


def test_experiments() -> None:
    """An experiment that goes keeps its counts, and is not decided any more."""
    counts: dict[str, dict[str, float]] = {**COUNTS, "headline@1": {"n/a/0": 5, "k/a/0/reward": 1}}
    gone = (
        "headline - experiment; 5 pulls and 1 reward stay in the store; "
        "nothing is decided or rewarded any more"
    )
    assert lines(settings(), counts) == [gone]
    both = load(
        {"secret_keys": ["k"], "experiments": {"button": BUTTON, "headline": {"arms": ["a"]}}}
    )
    assert lines(settings(), counts, old=both) == [gone]
    (none,) = lines(settings(), COUNTS, old=both)
    assert "0 pulls and 0 rewards stay" in none
    (back,) = lines(both, counts, old=settings())
    assert back == "headline + experiment; goes on with 5 pulls of former times"


def test_goals() -> None:
    """Another goal keeps all counts; whether the policy goes by what is there depends on it."""
    begins = (
        "button ~ goal: reward -> visit; counts of every goal are kept (2 rewards of visit so "
        "far); thompson learns from rewards of visit that come from now on"
    )
    assert lines(settings({"goal": "visit"})) == [begins]
    assert lines(settings({"goal": "visit"}), old=settings()) == [begins]
    greedy = {"policy": "epsilon-greedy"}
    (line,) = lines(settings({**greedy, "goal": "visit"}), old=settings(greedy))
    assert line.endswith("are kept; epsilon-greedy goes by 2 rewards of visit so far")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"policy": "ucb1"}, "policy: thompson -> ucb1; counts are kept"),
        ({"default": "red"}, "default: green -> red; who takes no part"),
        ({"sticky": False}, "sticky: 90d -> false; "),
        ({"attribution": "1h"}, "attribution: 7d -> 1h; counts are kept"),
        ({"holdout": "5%"}, "holdout: 0% -> 5%; "),
        ({"reward_range": [0, 9]}, "reward_range: none -> [0.0, 9.0]; what was learnt"),
        ({"count": "POST"}, "count: GET -> POST; "),
        ({"traffic": "50%"}, "targeting: everybody -> 0.5 of all subjects; "),
    ],
)
def test_aspects(change: dict[str, Any], line: str) -> None:
    """Whatever else is declared otherwise is told, with what becomes of the counts."""
    (found,) = lines(settings(change), old=settings())
    assert found.startswith(f"button ~ {line}")


def test_attributes_to_learn_from() -> None:
    """What an experiment learns from is told, together with its policy."""
    old, new = ({"context": {"age": "numeric", **more}} for more in ({}, {"size": "numeric"}))
    (line,) = lines(settings(new), old=settings(old))
    assert line.startswith(
        "button ~ context: age numeric, a model for each arm -> age numeric, size"
    )


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"store": "sqlite:///b.db"}, "! store; another store has other counts"),
        ({"secret_keys": ["other"]}, "! secret_keys; remembered visitors are new ones"),
        ({"secret_keys": ["k", "l"]}, "~ secret_keys; who was not there since"),
        ({"cookie": {"name": "c"}}, "! cookie.name: bw -> c; remembered visitors are new ones"),
        ({"cookie": {"max_age": "1d"}}, "~ cookie; holds as soon as it is written anew"),
        ({"refresh": "2s"}, "~ refresh: 1s -> 2s; counts are kept"),
        ({"bots": "count"}, "~ bots; from now on"),
        ({"caching": "by_arm"}, "~ caching; "),
        ({"debug": True}, "~ debug; "),
    ],
)
def test_the_rest_of_the_file(change: dict[str, Any], line: str) -> None:
    """What belongs to no experiment is told as well, and no secret is."""
    old, new = settings(), settings(**change)
    if change.get("secret_keys") == ["k", "l"]:
        old, new = new, old
    (found,) = lines(new, old=old)
    assert found.startswith(f" {line}")


def test_routes() -> None:
    """Routes that come and go are told, and that only their order is another one."""
    one = {"match": "GET /", "choose": "button"}
    two = {"match": "POST /buy", "reward": "button"}
    assert lines(settings(routes=[two]), old=settings(routes=[one])) == [
        " - route: GET /: choose button; counts are kept",
        f" + route: POST /buy: reward button (goal reward, amount 1); {ROUTED}",
    ]
    turned = lines(settings(routes=[two, one]), old=settings(routes=[one, two]))
    assert turned == [" ~ order of routes; counts are kept"]


def test_the_same_place(tmp_path: Any) -> None:
    """A file with an absolute path is the same from anywhere, one with a relative path is not."""
    absolute, relative = (settings(store=f"sqlite:///{path}") for path in ("/a.db", "a.db"))
    elsewhere = {"folder": tmp_path}
    assert lines(absolute._replace(**elsewhere), old=absolute) == []
    (line,) = lines(relative._replace(**elsewhere), old=relative)
    assert line.startswith(" ! store")


DECLARED = st.fixed_dictionaries(
    {"arms": st.sets(st.sampled_from("abcd"), min_size=1).map(sorted)},
    optional={
        "version": st.integers(1, 3),
        "policy": st.sampled_from(["thompson", "ucb1", "exp3"]),
        "goal": st.sampled_from(["reward", "visit"]),
        "sticky": st.sampled_from(["1d", False]),
        "holdout": st.sampled_from([0, "5%"]),
    },
)


@given(DECLARED, DECLARED)
def test_every_change_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A plan is empty exactly if both files declare the same, and never tells of what is equal."""
    before, after = settings(old), settings(new)
    found = planned(after, used(COUNTS), before).differences
    assert (not found) == (before.experiments == after.experiments)
    told = {each.what for each in found}
    assert ("version" in told) == (before.experiments[0].version != after.experiments[0].version)
    arms = {f"arm {name}" for name in {*old["arms"]} ^ {*new["arms"]}}
    assert {what for what in told if what.startswith("arm ")} == arms
