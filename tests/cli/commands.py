"""Running a command of ours in this process, and reading what it prints."""

from __future__ import annotations

from click.testing import CliRunner, Result

from banditware.cli import main


def run(*arguments: object, typed: str | None = None) -> Result:
    """Run a command line, of texts, paths and numbers; `typed` answers what it asks."""
    return CliRunner().invoke(main, [str(each) for each in arguments], input=typed)


def printed(*arguments: object) -> str:
    """Return what a command prints; it has to end well, and to complain of nothing."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout
