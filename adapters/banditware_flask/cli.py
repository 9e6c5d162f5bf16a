"""`flask banditware ...`: the commands of banditware, with the configuration of the app."""

from __future__ import annotations

import click
from flask.cli import ScriptInfo

from banditware.cli import main
from banditware.cli.given import with_settings
from banditware.config import Settings
from banditware_flask.apps import bandit_of

#: The commands that read one configuration: here it is that of the app.
COMMANDS = (
    *("check", "plan", "stats", "why", "log", "changes", "doctor", "export", "import"),
    *("pause", "resume", "promote", "stop", "archive", "reset", "retire", "add", "kill", "revive"),
)


class _Commands(click.Group):
    """A group that imports a command only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = main.get_command(ctx, cmd_name) if cmd_name in COMMANDS else None
        return None if command is None else with_settings(command, _settings)


def _settings() -> Settings:
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    return bandit_of(app).settings


commands = _Commands("banditware", help="Look after the experiments of the app.")
