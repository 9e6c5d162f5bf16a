from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from scipy import stats

from banditware.eppo import Configuration, ContextAttributes, scoring
from banditware.eppo.models import BanditModel
from banditware.eppo.scoring import Chosen, choose
from tests.eppo.files import action, bandit, flags

NAN = float("nan")


def model(coefficients: dict[str, Any], **parameters: float) -> BanditModel:
    """Return the model of a bandit."""
    return Configuration.from_files(flags(), bandit(coefficients, **parameters)).bandits["b"]


def chosen(made: BanditModel, subject: str, *names: str, **attributes: Any) -> Chosen:
    """Return what the model chooses among actions without attributes of their own."""
    actions = {name: ContextAttributes.empty() for name in names}
    return choose(made, "f", subject, ContextAttributes.from_dict(attributes), actions=actions)


def gap(terms: dict[str, Any], context: ContextAttributes, act: ContextAttributes) -> float:
    """Return the score of an action by how far it is from one that scores 1000."""
    made = model({"best": action(1_000.0), "x": action(0.0, **terms)}, actionProbabilityFloor=2.0)
    found = choose(made, "f", "s", context, actions={"best": act, "x": act})
    assert found.action == "x"
    return 1_000.0 - found.gap


SLOPE = [{"attributeKey": "n", "coefficient": 2.0, "missingValueCoefficient": 0.5}]
LEVELS = [
    {
        "attributeKey": "c",
        "valueCoefficients": {"GB": 3.0, "303": 4.0, "true": 5.0, "0.0000001": 6.0},
        "missingValueCoefficient": 0.25,
    }
]

NUMBERS: list[tuple[Any, float]] = [(3, 6.0), (-1.5, -3.0), (True, 2.0), (None, 0.5)]
NUMBERS += [(NAN, 0.5), (math.inf, 0.5), ("3", 0.5), ([3], 0.5)]


@pytest.mark.parametrize(("value", "score"), NUMBERS, ids=str)
@pytest.mark.parametrize("side", ["subjectNumeric", "actionNumeric"])
def test_what_a_numeric_attribute_adds(side: str, value: Any, score: float) -> None:
    """Its value times the coefficient; what is no finite number adds the missing coefficient."""
    attributes = ContextAttributes({"n": value, "extra": 100}, {"n": "x"})
    empty = ContextAttributes.empty()
    both = (attributes, empty) if side.startswith("subject") else (empty, attributes)
    assert gap({side: SLOPE}, *both) == pytest.approx(score)


LEVELED: list[tuple[Any, float]] = [("GB", 3.0), ("gb", 0.25), (303, 4.0), (303.0, 4.0)]
LEVELED += [(True, 5.0), (1e-7, 6.0), (None, 0.25), ([1], 0.25), ("", 0.25)]


@pytest.mark.parametrize(("value", "score"), LEVELED, ids=str)
@pytest.mark.parametrize("side", ["subjectCategorical", "actionCategorical"])
def test_what_a_categorical_attribute_adds(side: str, value: Any, score: float) -> None:
    """The coefficient of its text; unknown and missing levels add the missing coefficient."""
    attributes = ContextAttributes({"c": 1}, {"c": value})
    empty = ContextAttributes.empty()
    both = (attributes, empty) if side.startswith("subject") else (empty, attributes)
    assert gap({side: LEVELS}, *both) == pytest.approx(score)


def test_actions_without_coefficients_have_the_default_score() -> None:
    """A cold start is near uniform; one known action is compared with the default score."""
    found = Counter(chosen(model({}), f"s{n}", "a", "b", "c").action for n in range(1_500))
    assert stats.chisquare(list(found.values())).pvalue > 1e-3
    made = model({"a": action(0.0)}, defaultActionScore=2.0, gamma=10.0)
    assert {chosen(made, f"s{n}", "a", "b").gap for n in range(200)} == {0.0, 2.0}


def test_weights_are_inverse_gaps_with_a_floor() -> None:
    """Others have 1/(n + gamma*gap), but not below floor/n; the best one has the rest."""
    made = model({"a": action(3.0), "b": action(1.0), "c": action(0.0)}, gamma=2.0)
    weights = {found.action: found.probability for found in all_of(made)}
    assert weights == {"a": 1.0 - 1 / 7 - 1 / 9, "b": 1 / 7, "c": 1 / 9}
    made = model(
        {"a": action(3.0), "b": action(1.0), "c": action(0.0)},
        gamma=2.0,
        actionProbabilityFloor=0.4,
    )
    weights = {found.action: found.probability for found in all_of(made)}
    assert weights == pytest.approx({"a": 1.0 - 1 / 7 - 0.4 / 3, "b": 1 / 7, "c": 0.4 / 3})


def all_of(made: BanditModel) -> set[Chosen]:
    """Return every choice that some subject gets."""
    return {chosen(made, f"s{number}", "a", "b", "c") for number in range(500)}


def test_the_draw_follows_the_weights() -> None:
    """Over many subjects, each action is drawn as often as its weight says."""
    made = model({"a": action(3.0), "b": action(1.0), "c": action(0.0)}, gamma=2.0)
    weights = {found.action: found.probability for found in all_of(made)}
    found = Counter(chosen(made, f"u{number}", "a", "b", "c").action for number in range(4_000))
    expected = [4_000 * weights[name] for name in "abc"]
    assert stats.chisquare([found[name] for name in "abc"], expected).pvalue > 1e-3


def test_ties_go_to_the_first_name() -> None:
    """Of equal scores, the name that comes first by its code points is the best one."""
    made = model({}, actionProbabilityFloor=1.2)  # so the best one has less than the others
    for names in (("é", "b", "Z"), ("10", "9", "a"), ("b", "a", "ab"), ("", "!", "0")):
        found = {chosen(made, f"s{number}", *names) for number in range(300)}
        weights = {each.action: each.probability for each in found}
        best, *others = sorted(names)
        assert weights == pytest.approx({best: 0.2, **dict.fromkeys(others, 0.4)})


def test_the_choice_depends_on_nothing_else() -> None:
    """The order of the actions does not matter, and the same question has the same answer."""
    made = model({"a": action(1.0), "b": action(0.0)})
    for number in range(50):
        assert chosen(made, f"s{number}", "a", "b") == chosen(made, f"s{number}", "b", "a")


def test_weights_above_one_are_drawn_in_turn(caplog: pytest.LogCaptureFixture) -> None:
    """A floor above 1 leaves nothing for the best: Eppo's weights nevertheless, and a warning."""
    made = model({"a": action(5.0)}, actionProbabilityFloor=3.0)
    assert "bandit 'b': the floors of its actions add up to 3" in caplog.text
    caplog.clear()
    model({}, actionProbabilityFloor=1.0)
    assert caplog.text == ""
    found = {chosen(made, f"s{number}", "a", "b", "c") for number in range(500)}
    assert {each.probability for each in found} <= {1.0, 0.0}
    assert {each.action for each in found} <= {"b", "c", "a"}


#: Models whose sums leave the numbers: gamma that cancels n, scores beyond all doubles.
EXTREME: list[tuple[dict[str, Any], dict[str, float]]] = [
    ({"a": action(1.0), "b": action(0.0)}, {"gamma": -2.0}),
    ({"a": action(1e308, subjectNumeric=[{**SLOPE[0], "coefficient": 1e308}])}, {}),
    ({"a": action(-1e308, subjectNumeric=[{**SLOPE[0], "coefficient": -1e308}])}, {"gamma": 0.0}),
]


@pytest.mark.parametrize(("coefficients", "parameters"), EXTREME)
def test_models_at_the_end_of_all_numbers(
    coefficients: dict[str, Any], parameters: dict[str, float]
) -> None:
    """There is an answer, whatever the model's numbers make of the scores."""
    made = model(coefficients, **parameters)
    assert {chosen(made, f"s{n}", "a", "b", n=1e10).action for n in range(100)} <= {"a", "b"}


def test_the_last_action_is_taken_if_weights_do_not_reach() -> None:
    """Where rounding leaves the sum below the draw, the last action is taken, as in Rust."""
    assert scoring._drawn([0.25, 0.25, 0.25], 0.9) == 2
    assert scoring._drawn([0.25, 0.25, 0.25], 0.25) == 1
    assert scoring._drawn([0.25, 0.25, 0.25], 0.0) == 0
