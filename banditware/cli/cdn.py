"""`banditware cdn`: how does a cache in front of the app keep a page for each arm?"""

from __future__ import annotations

import json
from pathlib import Path

import click

from banditware.cdn import CACHES, snippets
from banditware.cli.given import read
from banditware.config import Settings
from banditware.errors import ConfigError

#: The exit status of a configuration that cannot be used.
WRONG = 2


@click.command()
@click.argument("config", type=click.Path())
@click.option("--for", "cache", type=click.Choice(CACHES), required=True, help="The cache.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="A folder to write files to."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.pass_context
def cdn(
    ctx: click.Context, config: str | Settings, cache: str, out: Path | None, *, as_json: bool
) -> None:
    """Write the snippet with which a cache in front of the app keeps a page for each arm.

    It is for a CONFIG with `caching: by_arm`; docs/caching.md says how it works and what the app
    has to say. Exits with 2 if CONFIG has mistakes.
    """
    try:
        settings = read(config)
    except ConfigError as error:
        click.echo(str(error), err=True)
        ctx.exit(WRONG)
    files = snippets(settings, cache)
    if not settings.by_arm:
        click.echo("the app keeps its pages private until CONFIG says caching: by_arm", err=True)
    if out is not None:
        _write(out, files)
    elif as_json:
        click.echo(json.dumps({"files": files}, indent=2))
    else:
        for name, text in files.items():
            mark = "//" if name.endswith(".mjs") else "#"
            click.echo(f"{mark} ---- {name}\n\n{text}")


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(folder / name)
