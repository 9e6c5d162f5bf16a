"""`banditware eppo`: from Eppo's files to ours."""

from __future__ import annotations

from pathlib import Path

import click

from banditware.eppo import Configuration, ConfigurationError
from banditware.eppo.importing import yaml_of
from banditware.eppo.times import written


@click.group()
def eppo() -> None:
    """Move over from Eppo, and back."""


@eppo.command("import")
@click.argument("flags", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; it must not exist. Without it, the text is printed.",
)
def import_flags(flags: Path, out: Path | None) -> None:
    """Turn FLAGS, a file of Eppo's flags, into a banditware.yaml.

    What a flag says and an experiment cannot say is left as a comment. Exits with 2 if FLAGS cannot
    be read.
    """
    try:
        configuration = Configuration.from_files(flags)
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    text = yaml_of(configuration, published=written(configuration.published))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
