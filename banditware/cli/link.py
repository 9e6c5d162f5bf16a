"""`banditware link`: a page with the arms that somebody wants to see."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import click

from banditware.cli.completing import pairs_of
from banditware.cli.reading import loaded
from banditware.config import Settings
from banditware.config.faults import RefusedError
from banditware.config.settings import forcing_of
from banditware.config.units import duration
from banditware.errors import UnknownExperimentError
from banditware.forcing import CLEAR
from banditware.http import without_port
from banditware.routes import Router


@click.command()
@click.argument("config", type=click.Path())
@click.argument("url")
@click.option(
    "--force",
    "forced",
    multiple=True,
    metavar="EXPERIMENT=ARM",
    help="An arm to be shown. May be repeated.",
    shell_complete=pairs_of,
)
@click.option("--expires", default="7d", show_default=True, help="How long the link works.")
@click.option("--clear", is_flag=True, help="Let the browser see again what everybody sees.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def link(  # noqa: PLR0913  # click passes one by one
    config: str | Settings,
    url: str,
    *,
    forced: tuple[str, ...],
    expires: str,
    clear: bool,
    as_json: bool,
) -> None:
    """Print URL with a signed parameter that forces arms of the experiments of CONFIG.

    Who opens it sees those arms on all pages, for as long as the browser's session and the link
    last, and counts nowhere: neither as a pull nor by rewards. The page has to be one on which an
    experiment decides.

    Exits with 2 if CONFIG has mistakes or has no such experiment or arm.
    """
    settings = loaded(config)
    forcing = forcing_of(settings)
    if clear == bool(forced):
        raise click.UsageError("say what to --force, as in --force headline=formal, or --clear")
    arms = dict(map(_pair, forced))
    try:
        value = CLEAR if clear else forcing.written(arms, time.time() + duration(expires))
    except RefusedError as error:
        raise click.UsageError(f"--expires is a number and a unit, not {expires!r}") from error
    except (UnknownExperimentError, ValueError) as error:
        raise click.UsageError(str(error)) from error
    found = _with(url, forcing.name, value)
    click.echo(json.dumps({"url": found, "forced": arms}, indent=2) if as_json else found)
    _tell_idle(settings, url, arms)


def _pair(text: str) -> tuple[str, str]:
    experiment, equals, arm = text.partition("=")
    if not equals:
        raise click.UsageError(f"--force is EXPERIMENT=ARM, not {text!r}")
    return experiment, arm


def _with(url: str, name: str, value: str) -> str:
    """Return a URL with a parameter, in the place of one of that name."""
    parts = urlsplit(url)
    if not parts.path.startswith("/") and not parts.netloc:
        raise click.UsageError(f"{url!r} is no URL: write https://HOST/PATH, or /PATH")
    rest = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    query = "&".join(filter(None, [urlencode(rest), f"{name}={quote(value, safe='!~')}"]))
    return urlunsplit(parts._replace(query=query))


def _tell_idle(settings: Settings, url: str, arms: Mapping[str, str]) -> None:
    """Tell of experiments that no route chooses at the page; a view may decide them."""
    parts = urlsplit(url)
    matches = Router(settings.routes).match("GET", parts.path or "/", without_port(parts.netloc))
    chosen: Iterable[str] = {name for match in matches for name in match.route.choose}
    for name in sorted(set(arms) - set(chosen)):
        click.echo(
            f"no route chooses {name} at {parts.path or '/'}: the link works if a view decides "
            "an experiment there",
            err=True,
        )
