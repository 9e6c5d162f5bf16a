from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.config import Settings
from banditware.grouping import grouped
from banditware.targeting import Targeting, traffic

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]


def one(**keys: Any) -> dict[str, Any]:
    """Return an experiment."""
    return {"arms": ["x", "y"], **keys}


def test_shares(settle: Settle) -> None:
    """Experiments get their parts of a group in the order of the file, others their own traffic."""
    settings = settle(
        experiments={
            "b": one(group="g", traffic="20%"),
            "alone": one(traffic="20%"),
            "a": one(group="g", traffic=0.5),
            "other": one(group="h"),
            "free": one(),
        }
    )
    found = {each.name: each.targeting for each in settings.experiments}
    first, second = grouped("g", [0.2, 0.5])
    assert found == {
        "b": Targeting(share=first),
        "alone": Targeting(share=traffic("alone", 0.2)),
        "a": Targeting(share=second),
        "other": Targeting(share=grouped("h", [1.0])[0]),
        "free": None,
    }


def test_a_full_group(settle: Settle) -> None:
    """What is a whole together will do, although a computer adds these to a little more."""
    assert 0.33 + 0.56 + 0.11 > 1
    shares = {"a": "33%", "b": "56%", "c": "11%"}
    whole = {name: one(group="g", traffic=share) for name, share in shares.items()}
    assert len(settle(experiments=whole).experiments) == 3


@pytest.mark.parametrize(
    ("experiments", "mistake"),
    [
        (
            {"a": one(group="g", traffic="60%"), "b": one(group="g", traffic="40.5%")},
            "b.traffic: ... want 100.5% of them together (a 60%, b 40.5%): ...",
        ),
        (
            {"a": one(group="g"), "x": one(), "b": one(group="g"), "c": one(group="g")},
            "b.group: ... want 300% of them together (a 100%, b 100%, c 100%): ...",
        ),
    ],
)
def test_too_much(complain: Complain, experiments: object, mistake: str) -> None:
    """Experiments that want more than all subjects of a group are named, at the one too many."""
    (found,) = complain(experiments=experiments)
    place, wanted, mend = mistake.split("...")
    assert found == (
        f"experiments.{place}the experiments of group g share its subjects, and{wanted}"
        f"give each a traffic, in all 100% at most{mend}"
    )


def test_every_group_is_looked_at(complain: Complain) -> None:
    """Every group with too much is told."""
    found = complain(
        experiments={name: one(group=name[0]) for name in ("g1", "h1", "g2", "i1", "h2")}
    )
    assert [each.partition(":")[0].removesuffix(".group") for each in found] == [
        "experiments.g2",
        "experiments.h2",
    ]


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"group": "a b"}, "group: a name is made of 1 to 64 letters, digits"),
        ({"traffic": "120%"}, "traffic: must be a percentage from 0% to 100%"),
        ({"traffic": 20}, "traffic: must be a percentage from 0% to 100%, or a number from 0 to "),
        ({"start": "soon"}, "start: must be a date such as 2026-12-01"),
        ({"start": "2027-01-15", "end": "2027-01-14"}, "end: '2027-01-14' is not after start"),
        ({"start": "2027-01-15T08:00Z", "end": "2027-01-15T08:00Z"}, "end: '2027-01-15T08:00Z' is"),
    ],
)
def test_mistakes(complain: Complain, keys: dict[str, Any], mistake: str) -> None:
    """A share, a group or a date that is none is told at its place."""
    (found,) = complain(experiments={"e": one(**keys)})
    assert found.startswith(f"experiments.e.{mistake}")
