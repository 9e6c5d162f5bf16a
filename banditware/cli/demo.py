"""`banditware demo`: see traffic move to what works, on this machine, in half a minute."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import click
from click.exceptions import Exit

from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.plan import Plan
from banditware.cli.demonstration.server import module
from banditware.cli.demonstration.staging import CONFIG, REPLACED, Stage, prepare
from banditware.cli.tables import on_terminal, show
from banditware.errors import ConfigError, StoreError
from banditware.wrap import Interface

#: The exit status of what cannot be started.
WRONG = 2

#: As many as show the better arms win, whatever the draws, in half a minute on two cores.
VISITORS = 5_000


@click.command()
@click.argument("config", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--visitors", default=VISITORS, show_default=True, type=click.IntRange(10), help="Who come."
)
@click.option("--seed", default=1, show_default=True, help="Seed of the visitors' ways.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Server processes."
)
@click.option(
    "--interface",
    default="wsgi",
    show_default=True,
    type=click.Choice(["wsgi", "asgi"]),
    help="wsgi runs gunicorn, asgi runs uvicorn.",
)
def demo(
    config: Path | None,
    *,
    visitors: int,
    seed: int,
    workers: int,
    interface: Interface,
) -> None:
    """Serve the example shop to a few thousand visitors and see which button wins.

    CONFIG is the shop's configuration, in the folder of its app: copy the example's folder to try
    policies and arms of your own. Counts go to a temporary file, which is deleted.

    Exits with 1 if the counts differ from what visitors saw and did, and with 2 if it cannot begin.
    """
    _refuse_missing(interface)
    config = config or example() / CONFIG
    with _ended_by_signal(), tempfile.TemporaryDirectory(prefix="banditware-demo-") as folder:
        try:
            stage = prepare(config, Path(folder), os.environ)
        except (ConfigError, DemoError) as error:
            click.echo(str(error), err=True)
            raise Exit(WRONG) from error
        try:
            exact = _perform(stage, Plan(visitors, seed, workers, interface))
        except (DemoError, StoreError) as error:
            raise click.ClickException(str(error)) from error
    click.echo(_NEXT.format(folder=config.parent))
    raise Exit(0 if exact else 1)


def example() -> Path:
    """Return the folder of the example: part of the installation, or of the checkout."""
    installed = Path(__file__).with_name("button")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "examples" / "button"


def _refuse_missing(interface: Interface) -> None:
    missing = [name for name in (module(interface), "rich") if find_spec(name) is None]
    if not missing:
        return
    install = 'pip install "banditware[demo]"'
    click.echo(f"the demo needs {' and '.join(missing)}: {install}", err=True)
    raise Exit(WRONG)


def _perform(stage: Stage, plan: Plan) -> bool:
    """Play, and print what came out; return True if the counts are exact."""
    from banditware.cli.demonstration import closing, play, screen  # noqa: PLC0415 - needs rich

    click.echo(
        f"{plan.visitors:,} visitors come to a shop with one button, served by {plan.workers} "
        f"{module(plan.interface)} workers; counts are exchanged every {REPLACED['refresh']}."
    )
    with screen.opened(live=on_terminal()) as shown:
        ending = play.play(stage, plan, shown)
    known = closing.tallies(ending)
    click.echo()
    show([closing.arms_table(each, ending.reports[each.experiment]) for each in known])
    click.echo(_LEGEND)
    show([closing.chart(known)])
    click.echo()
    for line in closing.checks(ending, known):
        click.echo(line)
    return closing.is_exact(ending, known)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the server and the folder as Ctrl-C does."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


_LEGEND = """
true rate: chance of a click of those who saw the arm, which only the visitors know.
last quarter: share of the last quarter of the visitors. propensity: share of the next.
"""

_NEXT = """
Where to look next, in {folder}:
  banditware.yaml   the two experiments and the two routes; copy the folder and change them
  wsgi.py, asgi.py  the app, which knows nothing but visit["color_btn"] and visit["txt_btn"]
  README.md         how to run it and click yourself"""
