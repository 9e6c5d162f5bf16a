from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from banditware.cli import COMMANDS
from tests.cli.commands import run

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "config" / "data"
KEY = {"BANDITWARE_SECRET_KEY": "secret"}

TWELVE = """\
twelve_mistakes.yaml:2:15: secret_keys.0: the environment variable NOT_SET_ANYWHERE is not set
twelve_mistakes.yaml:3:8: store: there is no store 'sqlit'; did you mean 'sqlite'?
twelve_mistakes.yaml:4:10: refresh: has no unit; a duration is a number with ms, s, m, h, d or w, \
as in 30s or 7d
twelve_mistakes.yaml:7:39: experiments.button.arms.010: 010 is not text: a key is a name, \
so quote it: '010'
twelve_mistakes.yaml:8:45: experiments.button.policy.epsilon: must be between 0 and 1, not 2
twelve_mistakes.yaml:9:5: experiments.button.stickyness: is not a known key; did you mean 'sticky'?
twelve_mistakes.yaml:12:13: experiments.headline.policy: there is no policy 'thomson'; \
did you mean 'thompson'?
twelve_mistakes.yaml:13:14: experiments.headline.default: there is no arm 'formel'; \
did you mean 'formal'?
twelve_mistakes.yaml:14:14: experiments.headline.holdout: must be a percentage such as 5%, \
or a number from 0 to below 1; did you mean 5%?
twelve_mistakes.yaml:15:3: experiments.headline: this key is already on line 10
twelve_mistakes.yaml:17:13: routes.0.match: has a converter that does not exist; did you mean 'int'?
twelve_mistakes.yaml:18:45: routes.1.reward.experiment: there is no experiment 'buton'; \
did you mean 'button'?
12 mistakes
"""


def test_twelve_mistakes() -> None:
    """Twelve mistakes in one file are twelve lines with their places, and exit status 2."""
    command = [sys.executable, "-m", "banditware", "check", "twelve_mistakes.yaml"]
    done = subprocess.run(command, cwd=DATA, capture_output=True, text=True, check=False)
    assert done.stderr == TWELVE
    assert (done.stdout, done.returncode) == ("", 2)


def test_right() -> None:
    """A right file is summed up in one line per experiment, and exit status 0."""
    result = run("check", DATA / "design.yaml", environ=KEY)
    assert result.stdout == (
        "color_btn: epsilon-greedy over blue, green, red; default green, goal reward; "
        "routes: 1 choose, 1 reward\n"
        "headline: thompson over casual, formal, neutral; default neutral, goal purchase; "
        "routes: 1 choose, 2 reward\n"
        "pricing: thompson over new, old; default old, goal reward; routes: 1 choose, 0 reward\n"
    )
    assert (result.stderr, result.exit_code) == ("", 0)


def test_contextual(tmp_path: Path) -> None:
    """Of a contextual experiment, its own policy is named, and that the app names the arms."""
    file = tmp_path / "banditware.yaml"
    file.write_text("secret_keys: k\nexperiments: {shoe: {policy: lints}}\n")
    result = run("check", file)
    assert result.stdout == (
        "shoe: lints over what the app names; default none, goal reward; "
        "routes: 0 choose, 0 reward\n"
    )


def test_right_as_json() -> None:
    """`--json` says the same of a right file as one object."""
    result = run("check", DATA / "design.yaml", "--json", environ=KEY)
    answer = json.loads(result.stdout)
    assert answer["problems"] == []
    assert list(answer["experiments"]) == ["color_btn", "headline", "pricing"]
    assert answer["experiments"]["headline"] == {
        "policy": "thompson",
        "arms": ["casual", "formal", "neutral"],
        "default": "neutral",
        "goal": "purchase",
        "version": "1",
        "chosen_by": 1,
        "rewarded_by": 2,
    }
    assert result.exit_code == 0


def test_wrong_as_json() -> None:
    """`--json` lists the problems with their places on the standard output."""
    file = str(DATA / "twelve_mistakes.yaml")
    result = run("check", "--json", file)
    answer = json.loads(result.stdout)
    assert len(answer["problems"]) == 12
    assert answer["problems"][1] == {
        "file": file,
        "line": 3,
        "column": 8,
        "path": "store",
        "message": "there is no store 'sqlit'; did you mean 'sqlite'?",
    }
    assert (result.stderr, result.exit_code) == ("", 2)


def test_one_mistake(tmp_path: Path) -> None:
    """A single mistake is not counted in the plural; a missing file is one."""
    file = tmp_path / "none.yaml"
    result = run("check", file)
    assert result.stderr == f"{file}: cannot be read: No such file or directory\n1 mistake\n"
    assert result.exit_code == 2


@pytest.mark.parametrize("name", ["check", "schema"])
def test_help_lists_commands(name: str) -> None:
    """`--help` lists every command with what it is for."""
    result = run("--help")
    assert result.exit_code == 0
    assert f"\n  {name} " in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command(name: str) -> None:
    """Every command of the table exists under its name and explains itself."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: main {name} " in result.stdout


def test_misspelt_command() -> None:
    """A command that does not exist is met with the nearest that does."""
    result = run("chek")
    assert "there is no command 'chek'; did you mean 'check'?" in result.stderr
    assert result.exit_code == 2


def test_version() -> None:
    """`--version` says which one is installed."""
    result = run("--version")
    assert result.stdout.startswith("banditware, version ")


def test_other_commands_are_not_imported() -> None:
    """A command does not pay for the others."""
    script = (
        "import sys; from banditware.cli import main; "
        "main(['check', 'none.yaml'], standalone_mode=False); "
        "print(sorted(name for name in sys.modules if name.startswith('banditware.cli.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    modules = [f"banditware.cli.{name}" for name in ("check", "given", "listing")]
    assert done.stdout == f"{modules}\n"
