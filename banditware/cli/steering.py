"""`banditware pause`, `resume`, `promote` and all else that changes what runs: one table."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import click

from banditware.cli.completing import arms_of, experiments_of
from banditware.cli.reading import loaded, refuse_strangers, refuse_unreadable
from banditware.config import Settings
from banditware.control import Change
from banditware.errors import ControlError, StoreError
from banditware.planning.texts import duration


class Steer(NamedTuple):
    """One thing that can be done to what runs.

    Attributes:
        help: what it does, for `--help`.
        takes: names of its arguments after CONFIG; those in brackets may be left out.
        question: asked before it is done; empty if it can be undone without a loss.
    """

    help: str
    takes: tuple[str, ...] = ("EXPERIMENT",)
    question: str = ""


TABLE = {
    "pause": Steer(
        """Pause EXPERIMENT of CONFIG, or one ARM of it.

        Everybody gets the default, and nobody is counted; rewards of earlier decisions still are.
        A paused ARM is drawn no more, and visitors who have it are decided anew.""",
        ("EXPERIMENT", "[ARM]"),
    ),
    "resume": Steer(
        """Let EXPERIMENT of CONFIG, or a paused ARM of it, go on.

        It also takes back `promote`, `stop` and `archive`.""",
        ("EXPERIMENT", "[ARM]"),
    ),
    "promote": Steer(
        """Serve ARM of EXPERIMENT in CONFIG to everybody, and freeze the counts.

        The configuration stays as it is: write the arm into the app when there is time.""",
        ("EXPERIMENT", "ARM"),
        "Serve {arm} of {experiment} to everybody, and freeze the counts?",
    ),
    "stop": Steer(
        """End EXPERIMENT of CONFIG: the default, or ARM, for everybody, and frozen counts.""",
        ("EXPERIMENT", "[ARM]"),
        "End {experiment} and freeze the counts?",
    ),
    "archive": Steer(
        """Stop EXPERIMENT of CONFIG, and hide it from overviews.""",
        question="End {experiment}, freeze the counts and hide them from overviews?",
    ),
    "reset": Steer(
        """Begin the counts of EXPERIMENT in CONFIG anew, as a new version.

        What was counted stays in the store under the version before. Remembered visitors are
        decided anew.""",
        question="Begin the counts of {experiment} anew, and decide all visitors anew?",
    ),
    "retire": Steer(
        """Draw ARM of EXPERIMENT in CONFIG no more, for good.

        Its counts are kept. Visitors who have it are decided anew.""",
        ("EXPERIMENT", "ARM"),
        "Draw {arm} of {experiment} no more, for good?",
    ),
    "add": Steer(
        """Add ARM to EXPERIMENT of CONFIG while it runs.

        VALUE is JSON, or text if it is none; without it, the value is the arm's name. Write the arm
        into CONFIG, too: what stands there goes before what was added.""",
        ("EXPERIMENT", "ARM", "[VALUE]"),
    ),
    "kill": Steer(
        """Switch everything of CONFIG off: defaults everywhere, nothing counted, no cookies.""",
        (),
        "Switch all experiments off, for everybody?",
    ),
    "revive": Steer("""Switch everything of CONFIG on again, as it was before `kill`.""", ()),
}

_OPTIONS = (
    click.Option(["--who"], metavar="NAME", help="Who does it.  [default: your login name]"),
    click.Option(["--note"], default="", metavar="TEXT", help="Why, for `changes`."),
    click.Option(["--json", "as_json"], is_flag=True, help="Print the change as a JSON object."),
)

_YES = click.Option(["--yes"], is_flag=True, help="Do not ask.")


def __getattr__(name: str) -> click.Command:
    """Return the command of that name, made of its line in the table."""
    if name not in TABLE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    takes, question = TABLE[name].takes, TABLE[name].question
    parameters: list[click.Parameter] = [click.Argument(["config"], type=click.Path())]
    parameters += map(_argument, takes)
    parameters += [*_OPTIONS, *([_YES] if question else [])]
    return click.Command(
        name, params=parameters, callback=partial(_run, name), help=TABLE[name].help
    )


def _argument(metavar: str) -> click.Argument:
    name = metavar.strip("[]").lower()
    complete = {"experiment": experiments_of, "arm": arms_of}.get(name)
    required = not metavar.startswith("[")
    return click.Argument([name], metavar=metavar, required=required, shell_complete=complete)


def _run(  # noqa: PLR0913 - what is done, to what, by whom and why
    action: str,
    *,
    config: str | Settings,
    who: str | None,
    note: str,
    as_json: bool,
    yes: bool = False,
    value: str | None = None,
    **named: str | None,
) -> None:
    settings = loaded(config)
    experiment, arm = named.get("experiment"), named.get("arm")
    if experiment is not None:
        refuse_strangers([experiment], settings)
    if TABLE[action].question and not yes:
        _confirm(TABLE[action].question.format(experiment=experiment, arm=arm))
    change = _changed(
        settings,
        action,
        experiment,
        arm=arm,
        value=None if value is None else _plain(value),
        who=login() if who is None else who,
        note=note,
    )
    if as_json:
        click.echo(json.dumps(plain(change), indent=2))
    else:
        click.echo(f"{told(change)}; every process follows within {duration(2 * settings.refresh)}")


def _confirm(question: str) -> None:
    """Ask, where somebody can be asked."""
    if not _asked():
        raise click.UsageError("nobody can be asked whether this is meant: say --yes")
    click.confirm(question, abort=True, err=True)


def _asked() -> bool:
    return sys.stdin.isatty()


def _changed(settings: Settings, action: str, experiment: str | None, **how: Any) -> Change:
    """Do it, and return the change.

    Raises:
        click.ClickException: it makes no sense, or the store cannot be used.
    """
    from banditware.bandit import Bandit  # noqa: PLC0415 - not for a list of the commands

    try:
        refuse_unreadable(settings)
        with Bandit(settings) as bandit:
            return bandit.control(action, experiment, **how)
    except ControlError as error:
        raise click.UsageError(str(error)) from error
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def login() -> str:
    """Return who is at work here: also behind `sudo`; nothing if that cannot be told."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return ""


def plain(change: Change) -> dict[str, Any]:
    """Return a change as JSON takes it."""
    return {**change._asdict(), "before": dict(change.before), "after": dict(change.after)}


def told(change: Change) -> str:
    """Return a change as a line: what it is about, and how that was and is."""
    by = f", by {change.who}" if change.who else ""
    return f"{change.experiment or 'everything'}: {what(change)}{by}"


def what(change: Change) -> str:
    """Return what a change did."""
    if not change.experiment:
        return "switched off" if change.after["killed"] else "switched on"
    before, after = change.before, change.after
    if change.action == "reset":
        return f"counts begin anew, for the {_ordinal(after)} time"
    if _state(before) != _state(after):
        return f"{_state(before)} -> {_state(after)}"
    return f"arm {change.arm} {_DONE[change.action]}"


_DONE = {"pause": "paused", "resume": "resumed", "retire": "retired", "add": "added"}


def _state(control: Mapping[str, Any]) -> str:
    arm = control["arm"]
    return f"{control['state']} ({arm})" if arm else str(control["state"])


def _ordinal(control: Mapping[str, Any]) -> str:
    number = int(control["generation"])
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
