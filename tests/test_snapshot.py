from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import pytest

from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.deciding import drawn
from banditware.errors import UnknownExperimentError
from banditware.model import Arm, Attribute, Context, Schema, Statistics
from banditware.policies.thompson import Thompson
from banditware.snapshot import ExperimentSnapshot, Snapshot, unread, updated
from tests.support import NOON, experiment


@dataclass(frozen=True)
class Given:
    """A policy whose vector is given, and that fails if there is none."""

    name: ClassVar[str] = "given"
    unit_rewards: ClassVar[bool] = True
    vector: tuple[float, ...] = ()
    fails: bool = False

    def probabilities(self, statistics: Statistics) -> tuple[float, ...]:
        """Return the vector."""
        if self.fails and any(statistics.pulls):
            raise ArithmeticError("no vector")
        return self.vector


class Uniform(random.Random):
    """Draws a number that is given."""

    def __init__(self, number: float) -> None:
        super().__init__(0)
        self._number = number

    def random(self) -> float:
        """Return the number."""
        return self._number


def draw(snapshot: ExperimentSnapshot, uniform: float) -> int:
    """Return the index of the arm that a uniform number draws."""
    decision = drawn(snapshot, Uniform(uniform), now=NOON, seal=lambda decision: decision.id)
    return [arm.name for arm in snapshot.experiment.arms].index(decision.arm)


def many(*vector: float) -> Given:
    """Return a policy with this vector."""
    return Given(vector)


def arms(number: int) -> tuple[Arm, ...]:
    """Return so many arms."""
    return tuple(Arm(f"arm-{index}", index) for index in range(number))


def test_before_the_first_reading_arms_share() -> None:
    """Counts that were not read yet are as no counts, and say so."""
    snapshot = unread(experiment(Thompson()))
    assert snapshot.probabilities == (0.5, 0.5)
    assert (snapshot.version, snapshot.fields, snapshot.batch) == (-1, {}, 1.0)
    assert {name: arm.value for name, arm in snapshot.by_name.items()} == {
        "green": "#0f0",
        "red": "#f00",
    }


def test_a_reading_moves_the_vector() -> None:
    """The vector follows the counts of the experiment's own goal."""
    fields = {"n/green/0": 100, "n/red/0": 100, "m/green/0/reward": 20.0, "m/red/0/reward": 5.0}
    snapshot = updated(unread(experiment(Thompson())), fields, version=3, now=NOON)
    assert snapshot.probabilities[0] > 0.9
    assert math.fsum(snapshot.probabilities) == pytest.approx(1.0, abs=1e-12)
    assert (snapshot.version, snapshot.pulls) == (3, 200)
    assert snapshot.fields is fields


def test_arms_that_are_gone_do_not_count() -> None:
    """Removed arms and the holdout are no pulls of the experiment."""
    fields = {"n/green/0": 1, "n/gone/0": 50, "n/*holdout/0": 50}
    assert updated(unread(experiment()), fields, version=1, now=NOON).pulls == 1


def test_the_expected_batch_is_a_running_mean() -> None:
    """After the first reading, decisions per refresh are averaged; never below one."""
    snapshot = updated(unread(experiment()), {"n/red/0": 1_000}, version=1, now=NOON)
    assert snapshot.batch == 1.0
    for pulls, batch in ((1_301, 101.0), (1_401, 302 / 3), (1_401, 604 / 9), (0, 1.0)):
        version = snapshot.version + 1
        snapshot = updated(snapshot, {"n/red/0": pulls}, version=version, now=NOON)
        assert snapshot.batch == pytest.approx(batch)


def test_draws() -> None:
    """A uniform number draws the arm in whose stretch of [0, 1) it falls."""
    snapshot = unread(experiment(many(0.25, 0.5, 0.25), arms=arms(3), default="arm-0"))
    found = [draw(snapshot, each) for each in (0.0, 0.2499, 0.25, 0.7499, 0.75, 1 - 2**-53)]
    assert found == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    "vector",
    [
        (0.0, 1.0, 0.0),
        (1.0, 0.0, 0.0),
        (0.0, 0.0, 1.0),
        (0.1,) * 10 + (0.0,),
        (0.0, *((0.1,) * 10), 0.0),
        (1 / 3, 0.0, 1 / 3, 1 / 3, 0.0),
    ],
)
def test_an_arm_without_probability_is_never_drawn(vector: tuple[float, ...]) -> None:
    """Whatever rounding does to the sums, no arm with probability zero is drawn."""
    number = len(vector)
    snapshot = unread(experiment(many(*vector), arms=arms(number), default="arm-0"))
    edges = [0.0, 1 - 2**-53, *snapshot.boundaries]
    around = [math.nextafter(edge, to) for edge in edges for to in (0.0, 1.0)]
    for uniform in (each for each in [*edges, *around] if 0.0 <= each < 1.0):
        assert vector[draw(snapshot, uniform)] > 0.0


def test_draws_have_the_vectors_frequencies() -> None:
    """A thousand draws of a lopsided vector come near it."""
    generator = random.Random(5)
    snapshot = unread(experiment(many(0.9, 0.1)))
    found = Counter(draw(snapshot, generator.random()) for _ in range(1_000))
    assert 60 <= found[1] <= 140


def test_an_unknown_experiment() -> None:
    """An unknown name is an error that knows the near ones."""
    snapshot = Snapshot({"button": unread(experiment())})
    assert snapshot.known("button").experiment.name == "button"
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        snapshot.known("buton")


def test_one_policy_that_fails_holds_up_no_other() -> None:
    """A policy that fails keeps its last vector, is reported, and the others go on learning."""
    broken = experiment(Given((0.3, 0.7), fails=True), name="broken")
    before = Snapshot(
        {
            "broken": unread(broken),
            "button": unread(experiment()),
            "idle": unread(experiment(name="idle")),
        }
    )
    faults: list[Exception] = []
    fields = {"n/red/0": 5}
    read = {"broken@1": (4, fields), "button@1": (4, fields)}
    after = before.advanced(read, now=NOON, fault=faults.append)
    assert after.experiments["broken"] is before.experiments["broken"]
    assert (after.experiments["button"].version, after.experiments["button"].pulls) == (4, 5)
    assert [str(fault) for fault in faults] == ["no vector"]
    assert before.experiments["button"].version == -1
    assert after.experiments["idle"] is before.experiments["idle"]


def test_pulls_of_actions_that_callers_name() -> None:
    """A contextual experiment expects decisions for all arms there are, the holdout's apart."""
    context = Context(Schema((Attribute("age", "numeric"),)), InverseGapWeighting())
    before = unread(experiment(context=context))
    fields = {"n/red/0": 3, "n/new/0": 4, "n/*holdout/0": 5}
    assert updated(before, fields, version=1, now=NOON).pulls == 7
    assert updated(unread(experiment()), fields, version=1, now=NOON).pulls == 3
