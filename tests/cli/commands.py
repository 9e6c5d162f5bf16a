"""Running a command of ours in this process, and reading what it prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from click.testing import CliRunner, Result

from banditware.cli import main


def run(
    *arguments: object, typed: str | None = None, environ: Mapping[str, str] | None = None
) -> Result:
    """Run a command line, of texts, paths and numbers.

    Args:
        arguments: the command and what follows it.
        typed: the answers to what it asks.
        environ: variables of the environment, beside those that are there.
    """
    return CliRunner(env=environ).invoke(main, [str(each) for each in arguments], input=typed)


def printed(*arguments: object) -> str:
    """Return what a command prints; it has to end well, and to complain of nothing."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def told(*arguments: object) -> Any:
    """Return what a command says as JSON; it has to end well, and to complain of nothing."""
    return json.loads(printed(*arguments, "--json"))
