from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from banditware.model import NAME, NO_BASIS, Arm, Basis, Decision, Statistics
from tests.support import NOON, experiment


@pytest.mark.parametrize("name", ["a", "A.b-c_9", "x" * 64])
def test_names(name: str) -> None:
    """Letters, digits and three marks make a name, up to 64 of them."""
    assert NAME.match(name)


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a/b", "a\n", "é", "a~b", "a!b", "*holdout"])
def test_no_names(name: str) -> None:
    """What would have to be quoted anywhere is no name."""
    assert not NAME.match(name)


def test_empty_statistics_are_sorted() -> None:
    """Arms that were never pulled have zeros, and stand in order."""
    zeros = (0.0, 0.0)
    assert Statistics.empty(("b", "a")) == Statistics(
        ("a", "b"), zeros, zeros, zeros, zeros, zeros, 1.0
    )


def test_arms_are_sorted() -> None:
    """An experiment's arms are sorted, whatever the order of the file."""
    made = experiment(arms=(Arm("red", 1), Arm("blue", 2), Arm("green", 3)))
    assert [arm.name for arm in made.arms] == ["blue", "green", "red"]


def test_the_default_is_an_arm() -> None:
    """An experiment whose default is no arm is refused at birth."""
    with pytest.raises(ValueError, match="the default 'pink' is not an arm of 'button'"):
        experiment(default="pink")


def test_a_ledger_per_version() -> None:
    """Each version of an experiment has counts of its own."""
    assert experiment().ledger == "button@1"
    assert experiment(version="2").ledger == "button@2"


def test_experiments_are_frozen() -> None:
    """What is shared by all threads cannot be changed."""
    with pytest.raises(FrozenInstanceError):
        experiment().name = "other"  # type: ignore[misc]  # on purpose


def test_a_cohort_is_the_start_of_its_bucket() -> None:
    """Decisions of one bucket share a cohort, and the bucket begins with it."""
    made = experiment(cohort_width=100)
    assert [made.cohort(now) for now in (0, 99.9, 100, 250.5)] == [0, 0, 100, 200]
    assert made.cohort(NOON) <= NOON < made.cohort(NOON) + 100


def test_a_decision_signs_itself() -> None:
    """A decision's token is what its sealer makes of it; what it shows holds no secret."""
    made = Decision("e", "a", {"x": 1}, 0.5, "drawn", True, "id", 1.0, "1", lambda d: d.arm + "!")
    assert made.token == "a!"
    assert repr(made) == (
        "Decision(experiment='e', arm='a', value={'x': 1}, propensity=0.5, reason='drawn', "
        "counted=True, id='id')"
    )


def test_decisions_can_be_collected() -> None:
    """A decision may be in a set or a key, whatever attributes it is based on."""
    basis = Basis({"age": 3}, {"nike": {"tags": ["new"]}}, "age)3", 0.5)
    decision = Decision(
        "e", "nike", "nike", 0.5, "drawn", True, "1", NOON, "1", seal=str, basis=basis
    )
    assert {decision, decision._replace(basis=NO_BASIS)} >= {decision}
    assert hash(basis) == hash(basis._replace(context={}))
