from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from banditware.cli import COMMANDS, main
from banditware.cli.listing import GROUPS, OTHERS, listed
from tests.cli.commands import run

ROOT = Path(__file__).parents[2]

#: What reading a list must not bring.
HEAVY = {"pydantic", "yaml", "rich", "redis", "numpy", "sqlite3", "asyncio", "pyarrow", "werkzeug"}


def test_help_is_grouped() -> None:
    """Every command stands in one group, with its line."""
    result = run("--help")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    titles = [line[:-1] for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Options", *(title for title, _ in listed(COMMANDS))]
    for name in COMMANDS:
        (line,) = [line for line in lines if line.startswith(f"  {name} ")]
        assert line.endswith((".", "?")), line


def test_a_command_without_a_line_is_listed() -> None:
    """Whoever adds a command and forgets its line still finds it."""
    assert listed(["stats", "new"]) == [
        ("See", [("stats", GROUPS["See"]["stats"])]),
        (OTHERS, [("new  ", "")]),
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    """A command says what it is for, and its first sentence is one."""
    result = run(name, "--help")
    assert result.exit_code == 0
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.help or "").partition("\n")[0].endswith((".", "?"))


def test_help_imports_little() -> None:
    """Reading the list brings neither pydantic nor rich, a driver or numpy."""
    code = (
        "import sys; from banditware.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print('LOADED', *sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=60,
    )
    loaded = ran.stdout.rpartition("LOADED")[2].split()
    assert "banditware.cli" in loaded
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


def test_a_near_miss() -> None:
    """A command that is not there exits with 2 and the nearest one."""
    result = run("stat")
    assert result.exit_code == 2
    assert "there is no command 'stat'; did you mean 'stats'?" in result.stderr
