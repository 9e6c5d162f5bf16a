"""`banditware metrics`: what was counted, as Prometheus reads it."""

from __future__ import annotations

import click

from banditware.cli.reading import counting, loaded
from banditware.config import Settings
from banditware.errors import ConfigError
from banditware.extras import extra

#: Seconds to wait for what the store says.
_PATIENCE = 30.0


@click.command()
@click.argument("config", type=click.Path())
@click.option("--openmetrics", is_flag=True, help="Print OpenMetrics instead of Prometheus text.")
def metrics(config: str | Settings, *, openmetrics: bool) -> None:
    """Print the totals of the experiments in CONFIG as metrics.

    The same totals as those of `stats`, as an app with `metrics:` in its configuration shows them;
    how its processes are, only they can tell. For a textfile collector, or for `promtool check
    metrics`. Needs the extra `prometheus`. Exits with 2 if CONFIG has mistakes, and with 1 if there
    are no counts to read or the extra is missing.
    """
    settings = loaded(config)
    accept = "application/openmetrics-text" if openmetrics else ""
    try:
        prometheus = extra("banditware.prometheus", "prometheus", "metrics", settings.source)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    with counting(settings) as bandit:
        collector = prometheus.BanditCollector(bandit, process=False, patience=_PATIENCE)
        _, text = prometheus.exposition(collector, accept)
    click.echo(text, nl=False)
