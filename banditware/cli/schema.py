"""`banditware schema`: the JSON Schema with which editors complete and check a configuration."""

from __future__ import annotations

import json

import click

from banditware.config import schema as json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of a configuration.

    Editors use it if the file begins with `# yaml-language-server: $schema=banditware.schema.json`.
    """
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
