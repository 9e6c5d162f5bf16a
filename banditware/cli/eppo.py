"""`banditware eppo`: from Eppo's files to ours, and back."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from banditware.cli.reading import counting, loaded, refuse_strangers
from banditware.eppo import Configuration, ConfigurationError
from banditware.eppo.importing import yaml_of
from banditware.eppo.times import written
from banditware.fitting import UnfittableError, fitted
from banditware.fitting import flags as flags_of


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
    _write(yaml_of(configuration, published=written(configuration.published)), out)


@eppo.command()
@click.argument("config", type=click.Path())
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; it must not exist. Without it, the text is printed.",
)
@click.option(
    "--flags",
    type=click.Path(path_type=Path),
    help="Also write a file of flags there, with one flag for each bandit.",
)
def fit(config: str, experiments: tuple[str, ...], out: Path | None, flags: Path | None) -> None:
    """Write what contextual EXPERIMENTs of CONFIG have learnt, as a file of Eppo's bandit models.

    Eppo's SDKs, in any language, then serve it; without EXPERIMENT, all contextual ones are
    written. Everything that processes on this machine have recorded is counted first. Exits with 2
    if CONFIG has mistakes or an experiment cannot be expressed, and with 1 if there are no counts
    to read.
    """
    settings = loaded(config)
    refuse_strangers(experiments, settings)
    known = [each.name for each in settings.experiments if each.context is not None]
    names = experiments or tuple(known)
    if not names:
        raise click.UsageError(f"no experiment of {config} is contextual")
    now = written(time.time_ns() // 1_000_000 * 1_000_000)
    with counting(settings) as bandit:
        try:
            result = fitted([bandit._ground.snapshot.known(name) for name in names], now=now)  # noqa: SLF001
        except UnfittableError as error:
            raise click.UsageError(str(error)) from error
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    _write(json.dumps(result.models, indent=2) + "\n", out)
    if flags is not None:
        _write(json.dumps(flags_of(names, now=now), indent=2) + "\n", flags)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
