"""`banditware completion`: let a shell complete commands, experiments and arms."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

#: What click knows of each shell.
SOURCES: dict[str, type[ShellComplete]] = {
    "bash": BashComplete,
    "zsh": ZshComplete,
    "fish": FishComplete,
}

#: Shells, each with the line of its start-up file that turns completion on.
SHELLS = {
    "bash": 'eval "$(banditware completion bash)"',
    "zsh": 'eval "$(banditware completion zsh)"',
    "fish": "banditware completion fish | source",
}

_LINES = "\n".join(f"  {shell}: {line}" for shell, line in SHELLS.items())


@click.command(
    help=f"""Print what lets SHELL complete commands, options, experiments and arms.

Add a line to the start-up file of your shell (~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish):

\b
{_LINES}

Names of experiments and arms are those of the CONFIG that is typed. bash has to be 4.4 or newer."""
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """See `help`: the lines for each shell are those of `SHELLS`."""
    root = ctx.find_root().command
    click.echo(SOURCES[shell](root, {}, "banditware", "_BANDITWARE_COMPLETE").source())
