from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from banditware import Bandit
from banditware.cli.flask_mab import Counted, fields_of, strangers
from banditware.config import load
from tests.cli.commands import run

#: As JSONBanditStorage writes them.
COLORS: dict[str, Any] = {
    "arms": ["green", "red", "blue"],
    "pulls": [120, 60, 20],
    "reward": [30.0, 6.0, 0],
    "confidence": [0.44, 0.31, 0.0],
    "values": ["#00FF00", "#FF0000", "#0000FF"],
    "epsilon": 0.2,
    "bandit_type": "EpsilonGreedyBandit",
}

TEXTS: dict[str, Any] = {
    "arms": ["casual", "formal"],
    "pulls": [3, 4],
    "reward": [1.0, 2.0],
    "confidence": [0.0, 0.0],
    "values": ["Hey", "Good day"],
    "bandit_type": "ThompsonBandit",
}

CONFIG: dict[str, Any] = {
    "secret_keys": ["a secret"],
    "store": "sqlite:///counts.db",
    "refresh": "1h",
    "experiments": {
        "color_btn": {"arms": {"green": "#0f0", "red": "#f00", "blue": "#00f"}, "goal": "click"},
        "txt_btn": {"arms": ["casual", "formal"]},
    },
}


class Move:
    """A folder with a file of Flask-MAB's and a configuration of ours."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "bandits.json"
        self.config = folder / "banditware.yaml"
        self.put({"color_btn": COLORS, "txt_btn": TEXTS})
        self.configure()

    def put(self, past: object) -> None:
        """Write the file."""
        self.file.write_text(json.dumps(past, indent=4), encoding="utf-8")

    def configure(self, **changes: Any) -> None:
        """Write the configuration; `changes` replace parts of it."""
        self.config.write_text(yaml.safe_dump({**CONFIG, **changes}), encoding="utf-8")

    def run(self, *options: str) -> Result:
        """Run the command."""
        return run("import", "flask-mab", self.file, self.config, *options)

    def stats(self, experiment: str = "color_btn") -> dict[str, Any]:
        """Return what the store has."""
        with Bandit.from_config(self.config) as bandit:
            bandit.refresh()
            return bandit.stats(experiment)


@pytest.fixture
def move(tmp_path: Path) -> Move:
    """Return a folder to move over in."""
    return Move(tmp_path)


def test_counts_are_taken_over(move: Move) -> None:
    """Pulls and rewards of every arm are those of the file, for the goal of the experiment."""
    result = move.run()
    assert (result.exit_code, result.output) == (
        0,
        "color_btn@1: 200 pulls, 36 rewards\ntxt_btn@1: 7 pulls, 3 rewards\n",
    )
    arms = move.stats()["arms"]
    assert {
        name: (arm["pulls"], arm["rewards"], arm["reward_sum"]) for name, arm in arms.items()
    } == {
        "green": (120, 30, 30.0),
        "red": (60, 6, 6.0),
        "blue": (20, 0, 0.0),
    }
    assert arms["green"]["goals"] == {"click": {"rewards": 30, "reward_sum": 30.0}}
    assert move.stats("txt_btn")["arms"]["formal"]["pulls"] == 4


def test_policies_learn_from_them(move: Move) -> None:
    """What Flask-MAB saw to be better gets more of the traffic from the first visitor on."""
    move.run()
    propensities = {name: arm["propensity"] for name, arm in move.stats()["arms"].items()}
    assert (propensities["green"] > 0.85, propensities["red"] < 0.1) == (True, True)


@pytest.mark.parametrize("policy", ["exp3", "ucb-tuned", "thompson-normal", "softmax"])
def test_every_kind_of_policy_can(policy: str, move: Move) -> None:
    """Policies of any kind find what they read."""
    experiments = {"color_btn": {**CONFIG["experiments"]["color_btn"], "policy": policy}}
    move.configure(experiments=experiments)
    assert move.run("--known-only").exit_code == 0
    arms = move.stats()["arms"]
    assert sum(arm["propensity"] for arm in arms.values()) == pytest.approx(1)
    assert arms["green"]["propensity"] == max(arm["propensity"] for arm in arms.values())


def test_nothing_is_taken_over_twice(move: Move) -> None:
    """A second time is refused, whatever the file says by then; what is new gets in."""
    move.put({"color_btn": COLORS})
    assert move.run().exit_code == 0
    move.put({"color_btn": {**COLORS, "pulls": [1000, 0, 0]}, "txt_btn": TEXTS})
    result = move.run()
    assert result.exit_code == 1
    assert result.stdout == "txt_btn@1: 7 pulls, 3 rewards\n"
    assert result.stderr == "color_btn@1 was left alone: it was taken over before\n"
    assert move.stats()["arms"]["green"]["pulls"] == 120


def test_what_was_counted_here_stays(move: Move) -> None:
    """The counts are added to those of visitors that were here already, and workers see both."""
    with Bandit.from_config(move.config) as bandit:
        bandit.decide("color_btn")
        bandit.flush()
        assert move.run().exit_code == 0
        arms = bandit.stats("color_btn")["arms"].values()
    assert sum(arm["pulls"] for arm in arms) == 201


def test_rewards_of_another_amount(move: Move) -> None:
    """`--amount` says what one reward was; a sum that is not made of it is refused."""
    move.put({"color_btn": {**COLORS, "reward": [15.0, 2.5, 0.1 * 15]}})
    result = move.run()
    assert result.exit_code == 2
    assert "color_btn.red earned 2.5, which is no whole number of rewards of 1" in result.output
    assert "--amount" in result.output
    assert move.run("--amount", "0.5").output == "color_btn@1: 200 pulls, 38 rewards\n"
    arm = move.stats()["arms"]["green"]
    assert (arm["rewards"], arm["reward_sum"]) == (30, 15.0)


@pytest.mark.parametrize(
    ("amount", "message"),
    [
        ("0", "a number other than 0"),
        ("nan", "a number other than 0"),
        ("inf", "a number other than 0"),
        ("-1", "-1.0 is outside [0, 1]"),
        ("5", "5.0 is outside [0, 1]"),
        ("much", "is not a valid float"),
    ],
)
def test_amounts_that_cannot_be(amount: str, message: str, move: Move) -> None:
    """They are refused before anything is written."""
    result = move.run("--amount", amount)
    assert result.exit_code == 2
    assert message in result.output
    assert not (move.config.parent / "counts.db").exists()


def test_names_that_are_not_ours(move: Move) -> None:
    """All of them are listed with what may be meant, and can be left out."""
    move.put({"color_btn": {**COLORS, "arms": ["green", "rad", 7]}, "text_btn": TEXTS})
    result = move.run()
    assert result.exit_code == 2
    assert "color_btn has no arm 'rad'; did you mean 'red'?" in result.output
    assert "color_btn has no arm '7'" in result.output
    assert "there is no experiment 'text_btn'; did you mean 'txt_btn'?" in result.output
    assert "leave them out with --known-only" in result.output
    assert move.run("--known-only").output == "color_btn@1: 120 pulls, 30 rewards\n"
    assert strangers({}, load(move.config)) == []


def test_an_arm_that_is_there_twice(move: Move) -> None:
    """Flask-MAB accepts it and counts for the first of them."""
    move.put({"txt_btn": {**TEXTS, "arms": ["casual", "casual"], "pulls": [5, 0]}})
    assert move.run().output == "txt_btn@1: 5 pulls, 1 rewards\n"


@pytest.mark.parametrize(
    ("past", "message"),
    [
        ([], "no file of JSONBanditStorage"),
        ({"a": []}, "a: must have lists called arms, pulls, reward"),
        ({"a": {**TEXTS, "pulls": None}}, "a: must have lists called arms, pulls, reward"),
        ({"a": {**TEXTS, "pulls": [1]}}, "a: its lists have different lengths"),
        ({"a": {**TEXTS, "pulls": [1, -1]}}, "a.formal: pulls and reward must be numbers"),
        ({"a": {**TEXTS, "pulls": [1, 1.5]}}, "a.formal: pulls and reward must be numbers"),
        ({"a": {**TEXTS, "reward": [True, 1]}}, "a.casual: pulls and reward must be numbers"),
        ({"a": {**TEXTS, "reward": [float("nan"), 1]}}, "a.casual: pulls and reward must be"),
    ],
)
def test_files_that_are_something_else(past: object, message: str, move: Move) -> None:
    """They are refused, with the place."""
    move.put(past)
    result = move.run()
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")


def test_files_that_cannot_be_read(move: Move) -> None:
    """A file that is torn, as Flask-MAB leaves them, or not there is refused."""
    move.file.write_text('{"color_btn": {"arms": [')
    assert "cannot be read" in move.run().output
    move.file.unlink()
    result = move.run()
    assert result.exit_code == 2
    assert "No such file" in result.output


def test_rewards_below_zero(move: Move) -> None:
    """A sum that rewards of one amount cannot make is refused."""
    move.put({"txt_btn": {**TEXTS, "reward": [-1.0, 2.0]}})
    assert "txt_btn.casual earned -1" in move.run().output


def test_contexts_that_nobody_knows(move: Move) -> None:
    """A contextual experiment cannot learn from pulls without their context."""
    shoe = {"arms": ["casual", "formal"], "policy": "igw", "context": {"age": "numeric"}}
    move.configure(experiments={"txt_btn": shoe})
    result = move.run("--known-only")
    assert result.exit_code == 2
    assert "txt_btn is contextual" in result.output


def test_stores_that_cannot_take_it(move: Move) -> None:
    """Counts in memory would be gone at once; a configuration with mistakes ends with 2."""
    move.configure(store="memory://")
    result = move.run()
    assert result.exit_code == 1
    assert "these counts would end with this command" in result.output
    move.configure(stor="memory://")
    assert move.run().exit_code == 2


def test_a_past_of_nothing(move: Move) -> None:
    """Experiments without a pull add nothing, and are taken over all the same."""
    nothing = {"arms": ["casual", "formal"], "pulls": [0, 0], "reward": [0.0, 0.0]}
    move.put({"txt_btn": nothing})
    assert move.run().output == "txt_btn@1: 0 pulls, 0 rewards\n"
    assert move.run().exit_code == 1


def test_the_shares_of_arms_stand_for_their_propensities(move: Move) -> None:
    """An arm's rewards weigh by its share of the pulls; an arm without pulls adds nothing."""
    experiment = load(move.config).experiments[1]
    counts = {"casual": Counted(30, 6.0), "formal": Counted(10, 4.0)}
    fields = fields_of(experiment, counts, 1.0)
    assert (fields["w/casual/0/reward"], fields["w/formal/0/reward"]) == (8.0, 16.0)
    assert fields_of(experiment, {"casual": Counted(0, 0.0)}, 1.0) == {}
