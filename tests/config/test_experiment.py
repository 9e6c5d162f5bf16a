from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.conditions import compiled
from banditware.config import Settings
from banditware.model import DAY, Arm, Experiment
from banditware.policies.epsilon_greedy import EpsilonGreedy
from banditware.policies.thompson import Thompson
from banditware.targeting import Targeting, traffic

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

#: What a redirect has to be, and what is none, as messages show it.
NO_ADDRESS = (
    "must be a path that starts with one /, or a URL that starts with https:// or http:// "
    "and a host, with anything else than ASCII quoted by %"
)
WRONG = (
    ("a", "'b'"),
    ("b", "'//evil.example/'"),
    ("c", "'javascript:alert(1)'"),
    ("d", "'https://café.example'"),
    ("e", "'/a b'"),
    ("f", "'/\\r\\nX: y'"),
)


def one(settle: Settle, keys: object, **parts: Any) -> Experiment:
    """Return the only experiment of a configuration."""
    (experiment,) = settle(experiments={"e": keys}, **parts).experiments
    return experiment


def test_defaults(settle: Settle) -> None:
    """An experiment of nothing but arms has the defaults of the documentation."""
    assert one(settle, {"arms": ["y", "x"]}) == Experiment(
        name="e",
        arms=(Arm("x", "x"), Arm("y", "y")),
        policy=Thompson(),
        default="y",
        goal="reward",
        version="1",
        sticky=90 * DAY,
        attribution=7 * DAY,
        holdout=0.0,
        reward_range=None,
        methods=frozenset({"GET"}),
        cohort_width=18_900,
    )


def test_everything(settle: Settle) -> None:
    """Every key reaches the experiment."""
    keys = {
        "arms": {"b": 1, "a": 2},
        "policy": {"name": "epsilon-greedy", "epsilon": 0.5},
        "goal": "buy",
        "sticky": "1h",
        "attribution": "32m",
        "default": "a",
        "holdout": "10%",
        "version": 2,
        "reward_range": [-1, 9.5],
        "count": ["GET", "POST"],
        "only_if": {"attribute": "a", "operator": "IS_NULL", "value": True},
        "traffic": "20%",
        "start": "2027-01-15",
        "end": "2027-01-15T08:00Z",
    }
    assert one(settle, keys) == Experiment(
        name="e",
        arms=(Arm("a", 2), Arm("b", 1)),
        policy=EpsilonGreedy(epsilon=0.5),
        default="a",
        goal="buy",
        version="2",
        sticky=3600.0,
        attribution=1920.0,
        holdout=0.1,
        reward_range=(-1.0, 9.5),
        methods=frozenset({"GET", "POST"}),
        cohort_width=60,
        targeting=Targeting(
            start=1_799_971_200.0,
            end=1_800_000_000.0,
            rules=((compiled("a", "IS_NULL", True),),),
            share=traffic("e", 0.2),
        ),
    )


@pytest.mark.parametrize(
    ("written", "arms"),
    [
        (["a", "b"], (Arm("a", "a"), Arm("b", "b"))),
        ({"a": None, "b": 0}, (Arm("a", "a"), Arm("b", 0))),
        ({"a": False, "b": ""}, (Arm("a", False), Arm("b", ""))),
        ({"a": [1, {"x": 2}]}, (Arm("a", [1, {"x": 2}]),)),
        ({"a": {"value": {"x": [1]}}, "b": {}}, (Arm("a", {"x": [1]}), Arm("b", "b"))),
        (
            {"a": {"rewrite": "/a"}, "b": {"value": 1, "rewrite": "/b?x=1"}},
            (Arm("a", "a", "/a"), Arm("b", 1, "/b?x=1")),
        ),
        (
            {"a": {"redirect": "/a?b=c#d"}, "b": {"redirect": "https://x.example:1/%C3%A9"}},
            (
                Arm("a", "a", redirect="/a?b=c#d"),
                Arm("b", "b", redirect="https://x.example:1/%C3%A9"),
            ),
        ),
        ({"a": {"value": None}}, (Arm("a", "a"),)),
        ({"on": 1, "no": 2, "A_.-9": 3}, (Arm("A_.-9", 3), Arm("no", 2), Arm("on", 1))),
    ],
)
def test_arms(settle: Settle, written: object, arms: tuple[Arm, ...]) -> None:
    """Arms are names, values, or mappings with value and rewrite; a value defaults to the name."""
    assert one(settle, {"arms": written}).arms == arms


def test_first_arm_is_default(settle: Settle) -> None:
    """Without a default, it is the first arm of the file, though arms are sorted afterwards."""
    assert one(settle, {"arms": {"z": 1, "a": 2}}).default == "z"


@pytest.mark.parametrize(
    ("attribution", "refresh", "width"),
    [
        ("7d", "1s", 18_900),
        ("1s", "1s", 1),
        ("1s", "10ms", 1),
        ("1m", "10m", 600),
        ("80s", "1s", 2),
    ],
)
def test_cohort_width(settle: Settle, attribution: str, refresh: str, width: int) -> None:
    """A cohort is a 32nd of the attribution, at least a refresh, at least a second."""
    experiment = one(settle, {"arms": ["a"], "attribution": attribution}, refresh=refresh)
    assert experiment.cohort_width == width


@pytest.mark.parametrize(("sticky", "seconds"), [(False, None), ("2d", 2 * DAY)])
def test_sticky(settle: Settle, sticky: object, seconds: float | None) -> None:
    """`sticky: false` decides anew on every request."""
    assert one(settle, {"arms": ["a"], "sticky": sticky}).sticky == seconds


@pytest.mark.parametrize(("version", "text"), [(0, "0"), (20, "20"), ("v2", "v2")])
def test_version(settle: Settle, version: object, text: str) -> None:
    """A version is a name or a whole number."""
    assert one(settle, {"arms": ["a"], "version": version}).version == text


def test_single_method(settle: Settle) -> None:
    """A single method need not be a list."""
    assert one(settle, {"arms": ["a"], "count": "POST"}).methods == {"POST"}


@pytest.mark.parametrize(
    ("keys", "mistakes"),
    [
        ({}, ["arms: is missing: name the arms between which the experiment chooses"]),
        ({"arms": None}, ["arms: has no value: give it one, or remove the key"]),
        ({"arms": {}}, ["arms: is empty: an experiment needs at least one arm"]),
        ({"arms": []}, ["arms: is empty: an experiment needs at least one arm"]),
        ({"arms": 5}, ["arms: must be a mapping from names to values or a list of names, not 5"]),
        (
            {"arms": ["a", 10, "a", "b c", None, ["d"]]},
            [
                "arms.1: 10 is not text: a name is, so quote it",
                "arms.2: the arm 'a' is there twice",
                "arms.3: a name is made of 1 to 64 letters, digits and the characters _ . -",
                "arms.4: has no value",
                "arms.5: must be a name, not a list",
            ],
        ),
        (
            {
                "arms": {
                    "a b": 1,
                    "c": {"colour": 1, "size": 2},
                    "d": {"rewrit": "/"},
                    "e": {"rewrite": "x"},
                }
            },
            [
                "arms.a b: a name is made of 1 to 64 letters, digits and the characters _ . -",
                (
                    "arms.c: is a mapping with other keys than value, rewrite, redirect, "
                    "attributes and available; put a structured value under `value:`"
                ),
                "arms.d.rewrit: is not a known key; did you mean 'rewrite'?",
                "arms.e.rewrite: must be a path that starts with /, not 'x'",
            ],
        ),
        (
            {"arms": {"a": {"value": 1, "size": 2}, "b": {"rewrite": 5}, "c": {"rewrite": None}}},
            [
                "arms.a.size: is not a known key; put a structured value under `value:`",
                "arms.b.rewrite: must be text, not 5; quote it",
                "arms.c.rewrite: has no value: give it one, or remove the key",
            ],
        ),
        (
            {
                "arms": {
                    "a": {"redirect": "b"},
                    "b": {"redirect": "//evil.example/"},
                    "c": {"redirect": "javascript:alert(1)"},
                    "d": {"redirect": "https://café.example"},
                    "e": {"redirect": "/a b"},
                    "f": {"redirect": "/\r\nX: y"},
                    "g": {"redirect": "/g", "rewrite": "/h"},
                    "h": {"redirect": 5},
                    "i": {"redirect": ""},
                }
            },
            [
                *(f"arms.{arm}.redirect: {NO_ADDRESS}, not {written}" for arm, written in WRONG),
                "arms.g.redirect: rewrite says where to go already: keep one of the two",
                "arms.h.redirect: must be text, not 5; quote it",
                f"arms.i.redirect: {NO_ADDRESS}, not ''",
            ],
        ),
        ({"arms": ["a"], "default": "b"}, ["default: there is no arm 'b'"]),
        (
            {"arms": ["neutral"], "default": "netural"},
            ["default: there is no arm 'netural'; did you mean 'neutral'?"],
        ),
        ({"arms": [5], "default": "b"}, ["arms.0: 5 is not text: a name is, so quote it"]),
        ({"arms": ["a"], "default": 5}, ["default: 5 is not text: a name is, so quote it"]),
        (
            {"arms": ["a"], "sticky": True},
            [
                (
                    "sticky: a duration is a number with ms, s, m, h, d or w, as in 30s or 7d; "
                    "or false, to decide anew on every request"
                )
            ],
        ),
        (
            {"arms": ["a"], "attribution": 7},
            [
                (
                    "attribution: has no unit; "
                    "a duration is a number with ms, s, m, h, d or w, as in 30s or 7d"
                )
            ],
        ),
        ({"arms": ["a"], "version": 1.5}, ["version: 1.5 is not text: a name is, so quote it"]),
        ({"arms": ["a"], "version": True}, ["version: True is not text: a name is, so quote it"]),
        (
            {"arms": ["a"], "version": 10**64},
            ["version: a large number is not text: a name is, so quote it"],
        ),
        (
            {"arms": ["a"], "reward_range": [1, 1]},
            ["reward_range: must be the lowest and the highest reward, as in [0, 100]"],
        ),
        (
            {"arms": ["a"], "reward_range": [1]},
            ["reward_range: must be the lowest and the highest reward, as in [0, 100]"],
        ),
        (
            {"arms": ["a"], "reward_range": ["0", float("inf"), None]},
            [
                "reward_range.0: must be a number, not '0'",
                "reward_range.1: must be a finite number, not inf",
                "reward_range.2: has no value; it must be a number",
            ],
        ),
        (
            {"arms": ["a"], "count": ["HEAD", "get", 5]},
            [
                "count.0: HEAD is never counted: nobody sees its answer",
                "count.1: a request method is one that exists, in capitals; did you mean 'GET'?",
                "count.2: must be a request method such as GET, not 5",
            ],
        ),
        ({"arms": ["a"], "count": []}, ["count: is empty: nothing would be counted"]),
        (
            {"arms": ["a"], "policy": {"name": "fixed", "weights": {"b": 1}}},
            ["policy.weights.b: is for no arm"],
        ),
        ({"arms": ["a"], "algorithm": "x"}, ["algorithm: is not a known key"]),
    ],
)
def test_mistakes(complain: Complain, keys: object, mistakes: list[str]) -> None:
    """Every mistake is told at its path, with the mend."""
    assert complain(experiments={"e": keys}) == [f"experiments.e.{each}" for each in mistakes]
