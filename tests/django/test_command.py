from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import click
import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from django.test import override_settings

from banditware.cli.given import with_settings
from banditware_django.bandits import get_bandit
from banditware_django.configuring import loaded

TEXT = """\
store: sqlite:///counts.db
experiments:
  color: {arms: {red: "#f00", blue: "#00f"}, default: red}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    """Put the project into a folder with a configuration that has no keys of its own."""
    (tmp_path / "banditware.yaml").write_text(TEXT)
    with override_settings(BASE_DIR=tmp_path, BANDITWARE={"CONFIG": "banditware.yaml"}):
        yield tmp_path


def said(*arguments: str) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command("banditware", *arguments, stdout=out)
    return out.getvalue()


def test_the_commands_know_the_configuration(folder: Path) -> None:
    """`check`, `stats`, `why` and `doctor` have the configuration and the keys of the project."""
    assert "color: thompson over blue, red" in said("check")
    get_bandit().decide("color", subject="s")
    get_bandit().flush()
    arms = json.loads(said("stats", "--json"))["experiments"]["color"]["arms"]
    assert sum(arm["pulls"] for arm in arms.values()) == 1
    assert json.loads(said("why", "color", "--json"))["experiment"] == "color"
    assert "checks are fine" in said("doctor")


def test_steering_the_project(folder: Path) -> None:
    """An operator resets, looks back, plans and exports without naming the configuration."""
    get_bandit().decide("color", subject="s")
    get_bandit().flush()
    assert "counts begin anew" in said("reset", "color", "--yes", "--who", "anna")
    assert "anna  color" in said("changes")
    assert "nothing changes" in said("plan")
    assert said("export").startswith("experiment,version,")
    with pytest.raises(CommandError, match="say --yes"):
        said("kill")


def test_without_a_command_there_is_help(folder: Path) -> None:
    """The name alone lists the commands."""
    assert all(name in said() for name in ("check", "stats", "why", "doctor"))


@pytest.mark.parametrize("arguments", [["stats", "colour"], ["demo"], ["stats", "--jsn"]])
def test_a_wrong_call_is_an_error(folder: Path, arguments: list[str]) -> None:
    """What cannot be done is a `CommandError`, which `manage.py` shows in a line."""
    with pytest.raises(CommandError, match=r"color|demo|--json"):
        said(*arguments)


def test_a_wrong_configuration_ends_with_its_status(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`manage.py banditware check` exits with 2, and names every mistake with its place."""
    (folder / "banditware.yaml").write_text("experiments: 3\n")
    with pytest.raises(SystemExit) as status:
        execute_from_command_line(["manage.py", "banditware", "check"])
    assert status.value.code == 2
    assert f"{folder}/banditware.yaml:1:14: experiments: " in capsys.readouterr().err


def test_groups_of_commands_know_the_configuration() -> None:
    """A command of a group gets the configuration like any other."""
    given: list[object] = []

    @click.command()
    @click.argument("config")
    def show(config: object) -> None:
        """Show CONFIG."""
        given.append(config)

    group = with_settings(click.Group("group", commands=[show]), loaded)
    group.main(["show"], standalone_mode=False)
    assert given == [loaded]


def test_a_missing_setting_is_an_error() -> None:
    """Without the setting, a command says what it should be."""
    with override_settings(BANDITWARE=None), pytest.raises(CommandError) as error:
        said("check")
    assert "the setting BANDITWARE is a mapping" in str(error.value)
    assert error.value.returncode == 2
