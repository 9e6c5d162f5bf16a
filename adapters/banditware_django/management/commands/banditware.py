"""`manage.py banditware ...`: the commands of banditware, with the configuration of the project."""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout
from typing import Any

import click
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from banditware.cli import main
from banditware.cli.check import WRONG
from banditware.cli.given import OfProject
from banditware_django.configuring import loaded


class Command(BaseCommand):  # type: ignore[misc]  # Django has no type information
    """`manage.py banditware check`, `stats`, `pause` and all others that read one configuration."""

    help = f"Look after the experiments of this project: {', '.join(OfProject.NAMES)}."

    #: `check` tells of mistakes by itself, and the others stop at them.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Leave everything behind the name to the command."""
        parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="COMMAND ...")

    def handle(self, *, arguments: list[str], **_options: Any) -> None:
        """Run the command.

        Raises:
            CommandError: it was not called as it should be, or there are no counts to read.
            SystemExit: the command ends with a status other than 0.
        """
        group = OfProject(loaded, main, help=self.help)
        self.stdout.ending = ""  # the commands end their lines by themselves
        try:
            with redirect_stdout(self.stdout):
                status = group.main(
                    arguments or ["--help"],
                    prog_name="manage.py banditware",
                    standalone_mode=False,
                )
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=WRONG) from error
        except click.ClickException as error:
            raise CommandError(error.format_message(), returncode=error.exit_code) from error
        if status:
            sys.exit(status)
