"""`banditware why`: why does this subject see that, or what would a new one see?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

import click

from banditware.actions import GivenActions
from banditware.cli.completing import experiments_of
from banditware.cli.reading import loaded, refuse_strangers
from banditware.cli.tables import Table, show
from banditware.config import Settings
from banditware.contexts import Given
from banditware.control import effective
from banditware.details import Details
from banditware.errors import StoreError
from banditware.explaining import explained
from banditware.model import Experiment
from banditware.operating import controls_in
from banditware.snapshot import ExperimentSnapshot, unread, updated
from banditware.stores import open_store
from banditware.telling import grids, lines
from banditware.trying import Asked

#: Reasons that are a mistake in what was given to the command.
_MISTAKES = frozenset({"bad_actions", "bad_context"})


@click.command()
@click.argument("config", type=click.Path())
@click.argument("experiment", shell_complete=experiments_of)
@click.option("--subject", metavar="ID", help="Whom the decision would be for.")
@click.option(
    "--context",
    "said",
    multiple=True,
    metavar="KEY=VALUE|JSON",
    help="An attribute of the subject, as text; or several as a JSON object. May be repeated.",
)
@click.option(
    "--actions",
    metavar="NAMES|JSON",
    help="The actions: names with commas between, or a JSON object from name to attributes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def why(  # noqa: PLR0913 - a question has that many parts
    config: str | Settings,
    experiment: str,
    *,
    subject: str | None,
    said: tuple[str, ...],
    actions: str | None,
    as_json: bool,
) -> None:
    """Tell what EXPERIMENT of CONFIG would decide for a subject, and why.

    Shows the rules that were tried, the probability of every arm, and what it rests on. It decides
    and counts nothing, and writes nothing to the store; it knows the counts that the processes have
    carried there. What depends on a request (cookies, bots, methods) is not asked; attributes that
    a request would say are given by --context.

    Exits with 2 if CONFIG has mistakes, there is no such EXPERIMENT, or the context or the actions
    cannot be used, and with 1 if the counts cannot be read.
    """
    settings = loaded(config)
    given = Given(_context(said), None if actions is None else _actions(actions), subject=subject)
    try:
        snapshot = _read(settings, _known(settings, experiment))
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    details = explained(Asked(snapshot, given, time.time()))
    if details.reason in _MISTAKES:
        raise click.UsageError(details.rules[-1].found)
    _show(details, as_json=as_json)


def _known(settings: Settings, name: str) -> Experiment:
    refuse_strangers([name], settings)
    return next(each for each in settings.experiments if each.name == name)


def _context(said: Iterable[str]) -> dict[str, Any]:
    """Return the attributes of all `--context` options; the last of one name holds."""
    context: dict[str, Any] = {}
    for part in said:
        if part.lstrip().startswith("{"):
            context |= _json("--context", part)
            continue
        key, equals, value = part.partition("=")
        if not key or not equals:
            raise click.UsageError(f"--context is KEY=VALUE or a JSON object, not {part!r}")
        context[key] = value
    return context


def _actions(text: str) -> GivenActions:
    if text.lstrip().startswith(("{", "[")):
        found: GivenActions = _json("--actions", text)
        return found
    return [name.strip() for name in text.split(",") if name.strip()]


def _json(option: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{option} is no JSON: {error}") from error


def _read(settings: Settings, experiment: Experiment) -> ExperimentSnapshot:
    """Return the experiment with the counts of the store, which is not written.

    Raises:
        StoreError: the counts cannot be read.
    """
    store = open_store(settings.store, settings.folder)
    if not store.shared:
        mend = "ask there: visit.why(NAME), or bandit.decide(NAME, details=True)"
        raise StoreError(
            settings.store, f"counts are kept in memory, in the app's own process; {mend}"
        )
    path = settings.folder / settings.store.partition(":///")[2]
    if settings.store.startswith("sqlite:") and not path.exists():
        return unread(experiment)
    try:
        controls = controls_in(store)
        experiment = effective(
            experiment, controls.of(experiment.name), killed=bool(controls.killed)
        )
        counts = store.exchange([], {experiment.ledger: -1}).counts[experiment.ledger]
    finally:
        store.close()
    return updated(unread(experiment), counts.fields, version=counts.version, now=time.time())


def _show(details: Details, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(details.as_dict(), indent=2))
        return
    click.echo("\n".join(lines(details)))
    tables = [Table(*grid) for grid in grids(details)]
    if tables:
        click.echo()
        show(tables)
