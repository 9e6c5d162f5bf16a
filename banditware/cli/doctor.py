"""`banditware doctor`: is anything about to go wrong with the counts?"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence

import click

from banditware.cli.given import read
from banditware.cli.tables import Table, on_terminal, show
from banditware.config import Settings
from banditware.doctor.asking import ask
from banditware.doctor.examining import examine
from banditware.doctor.findings import Finding, Level
from banditware.doctor.servers import Clocks
from banditware.doctor.sites import examine_site
from banditware.errors import ConfigError

#: The exit status of findings by which counts get lost or forged.
LOST = 1

#: The exit status of a configuration that cannot be used.
WRONG = 2


@click.command()
@click.argument("config", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--url", help="A page of the running site: look at caches and proxies instead.")
@click.pass_context
def doctor(
    ctx: click.Context, config: str | Settings, *, as_json: bool, url: str | None = None
) -> None:
    """Look for what loses counts or lets them be forged: store, disk, keys and processes.

    Run it where the app runs, as the user of the app. With --url it visits a page of the running
    site instead, from anywhere, as six newcomers who are counted like others, and tells what mixes
    arms on the way. Exits with 0 if there is no danger, with 1 if there is, and with 2 if CONFIG
    has mistakes.
    """
    if url is not None and not re.match(r"https?://[^/]", url):
        raise click.BadParameter("must start with https:// or http:// and a host", ctx, None, "url")
    try:
        settings = read(config)
    except ConfigError as error:
        if as_json:
            problems = [problem._asdict() for problem in error.problems]
            click.echo(json.dumps({"problems": problems, "findings": []}, indent=2))
        else:
            click.echo(str(error), err=True)
        ctx.exit(WRONG)
    if url is None:
        findings = examine(settings, Clocks(time.time, time.perf_counter))
    else:
        findings = list(examine_site(settings, url, ask))
    if as_json:
        found = [finding._asdict() for finding in findings]
        click.echo(json.dumps({"problems": [], "findings": found}, indent=2))
    else:
        _show(findings)
    ctx.exit(LOST if any(each.level is Level.DANGER for each in findings) else 0)


def _show(findings: Sequence[Finding]) -> None:
    """Print what is the matter, and how much was looked at."""
    matters = [finding for finding in findings if finding.level is not Level.FINE]
    matters.sort(key=lambda finding: -list(Level).index(finding.level))
    fine = f"{len(findings) - len(matters)} of {len(findings)} checks are fine"
    if on_terminal():
        rows = tuple((each.check, each.level.value, each.what) for each in findings)
        show([Table("banditware doctor", ("check", "level", "what"), rows, (fine,))])
        click.echo()
    for each in matters:
        click.echo(f"{each.level.value}: {each.check}: {each.what}")
        click.echo(f"  why: {each.why}\n  mend: {each.mend}")
    click.echo(fine)
