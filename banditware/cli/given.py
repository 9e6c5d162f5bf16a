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
