from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from banditware.cli.completing import any_arm_of, arms_of, experiments_of, pairs_of

CONFIG = """
secret_keys: ["${NOBODY_HAS_SET_THIS}"]
experiments:
  button: {arms: [green, red]}
  headline: {arms: {casual: "Hey", formal: "Good day"}}
  shoe: {policy: igw}
  wrong: 3
"""

PARAMETER = click.Argument(["name"])


def context(**given: Any) -> click.Context:
    """Return what is known of a command line."""
    ctx = click.Context(click.Command("stats"))
    ctx.params = given
    return ctx


@pytest.fixture
def config(config: Path) -> str:
    """Return a configuration with mistakes, whose key is nowhere."""
    return str(config)


def test_experiments(config: str) -> None:
    """Those that begin so, and are not there yet."""
    names = ["button", "headline", "shoe", "wrong"]
    assert experiments_of(context(config=config), PARAMETER, "") == names
    assert experiments_of(context(config=config), PARAMETER, "h") == ["headline"]
    given = context(config=config, experiments=("button", "shoe"))
    assert experiments_of(given, PARAMETER, "") == ["headline", "wrong"]


def test_arms(config: str) -> None:
    """Those of the experiment, however its arms are written; of others there are none."""
    found = {
        name: arms_of(context(config=config, experiment=name), PARAMETER, "")
        for name in ("button", "headline", "shoe", "wrong", "none", None)
    }
    assert (found.pop("button"), found.pop("headline")) == (["green", "red"], ["casual", "formal"])
    assert set(map(tuple, found.values())) == {()}
    assert arms_of(context(config=config, experiment="button"), PARAMETER, "r") == ["red"]


def test_pairs(config: str) -> None:
    """Arms with their experiments, for options that take both."""
    assert any_arm_of(context(config=config), PARAMETER, "") == ["green", "red", "casual", "formal"]
    found = pairs_of(context(config=config), PARAMETER, "button=")
    assert found == ["button=green", "button=red"]


@pytest.mark.parametrize("text", ["", "- 3", "experiments: [3]", "\0", "{"])
def test_files_that_say_nothing(tmp_path: Path, text: str) -> None:
    """Nothing is completed from what cannot be read, and nobody is told."""
    path = tmp_path / "banditware.yaml"
    path.write_text(text)
    assert experiments_of(context(config=str(path)), PARAMETER, "") == []
    assert experiments_of(context(config=str(tmp_path)), PARAMETER, "") == []
    assert experiments_of(context(), PARAMETER, "") == []
