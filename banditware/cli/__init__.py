"""The command `banditware`: one file per subcommand, imported when it is called.

A subcommand is a click command in a file of its own, one line of `COMMANDS`, and one of the groups
of `banditware.cli.listing`, which `--help` shows without importing it.
"""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

from banditware.cli.listing import listed
from banditware.errors import suggestion

#: Every subcommand: its name, which is also that of its function unless another one is named, and
#: the module it lives in.
COMMANDS = {
    "check": "banditware.cli.check",
    "plan": "banditware.cli.plan",
    "schema": "banditware.cli.schema",
    "stats": "banditware.cli.stats",
    "metrics": "banditware.cli.metrics",
    "why": "banditware.cli.why",
    "dashboard": "banditware.cli.dashboard",
    "log": "banditware.cli.log",
    "changes": "banditware.cli.changes",
    "doctor": "banditware.cli.doctor",
    **dict.fromkeys(("pause", "resume", "promote", "stop", "archive"), "banditware.cli.steering"),
    **dict.fromkeys(("reset", "retire", "add", "kill", "revive"), "banditware.cli.steering"),
    "link": "banditware.cli.link",
    "forget": "banditware.cli.forget",
    "cdn": "banditware.cli.cdn",
    "copy": "banditware.cli.copy",
    "export": "banditware.cli.exporting",
    "import": "banditware.cli.importing:imports",
    "eppo": "banditware.cli.eppo",
    "completion": "banditware.cli.completion",
    "demo": "banditware.cli.demo",
}


class _Commands(click.Group):
    """A group that imports a subcommand only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            ctx.fail(f"there is no command {cmd_name!r}{suggestion(cmd_name, COMMANDS)}")
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), function or cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        rows = [row for _, group in listed(self.list_commands(ctx)) for row in group]
        found = [CompletionItem(name.rstrip(), help=text) for name, text in rows]
        return [item for item in found if item.value.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, rows in listed(self.list_commands(ctx)):
            with formatter.section(title):
                formatter.write_dl(rows)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="banditware", prog_name="banditware")
def main() -> None:
    """Experiments for any WSGI or ASGI app: traffic moves by itself to what works."""
