"""The configuration of a command: a file, or what a framework's own command line has read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from banditware.config import Settings, load


def read(config: str | Settings | Callable[[], Settings]) -> Settings:
    """Return the settings of a file, or those that an app has read already, or reads now.

    Raises:
        ConfigError: the configuration has mistakes.
    """
    if callable(config):
        return config()
    return config if isinstance(config, Settings) else load(config)


def with_settings(command: click.Command, settings: Callable[[], Settings]) -> click.Command:
    """Return a command that asks for no CONFIG, because there is an app that has read it.

    Args:
        command: one of ours, or a group of them.
        settings: returns those of the app; called when the command runs.
    """
    text = (command.help or "").replace("CONFIG", "the app's configuration")
    if isinstance(command, click.Group):
        inner = {name: with_settings(each, settings) for name, each in command.commands.items()}
        return click.Group(command.name, commands=inner, help=text)
    asked = [each for each in command.params if each.name != "config"]
    callback: Any = command.callback

    def run(**given: Any) -> Any:
        return callback(config=settings, **given)

    return click.Command(command.name, params=asked, callback=run, help=text)


class OfProject(click.Group):
    """The commands that read one configuration, for a framework's own command line.

    A command is imported only when somebody asks for it.
    """

    #: Their names.
    NAMES = (
        *("check", "plan", "stats", "why", "log", "changes", "doctor", "export", "import"),
        *("pause", "resume", "promote", "stop", "archive", "reset", "retire", "add"),
        *("kill", "revive"),
    )

    def __init__(self, settings: Callable[[], Settings], whole: click.Group, *, help: str) -> None:  # noqa: A002  # as click has it
        """Keep what the commands need.

        Args:
            settings: returns the settings of the project; called when a command runs.
            whole: all commands of banditware.
            help: what the group is for.
        """
        super().__init__("banditware", help=help)
        self._settings = settings
        self._whole = whole

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click calls it so
        """Return their names."""
        return list(self.NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command for the project's configuration, or None."""
        command = self._whole.get_command(ctx, cmd_name) if cmd_name in self.NAMES else None
        return None if command is None else with_settings(command, self._settings)
