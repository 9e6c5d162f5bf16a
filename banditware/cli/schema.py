"""`banditware schema`: JSON Schemas of a configuration, for editors, and of the decision log."""

from __future__ import annotations

import json

import click

from banditware.config import schema as json_schema
from banditware.events.schema import log_schema


@click.command()
@click.option("--log", is_flag=True, help="That of a line of the decision log.")
def schema(*, log: bool) -> None:
    """Print the JSON Schema of a configuration.

    Editors use it if the file begins with `# yaml-language-server: $schema=banditware.schema.json`.
    """
    found = log_schema() if log else json_schema()
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
