"""An event of the decision log as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from banditware.cli.tables import percent
from banditware.events.describing import Event


def readable(event: Event) -> str:
    """Return an event as one line."""
    when = str(event.get("timestamp", ""))[:23].replace("T", " ")
    kind = str(event.get("kind", ""))
    tell = _TELLERS.get(kind, _anything)
    return f"{when}  {click.style(kind.ljust(8), bold=True)}  {tell(event)}"


def _decision(event: Event) -> str:
    arm, propensity = event.get("arm"), event.get("propensity")
    drawn = "" if propensity is None else f" ({percent(propensity)})"
    return f"{_place(event)}  {arm}{drawn}  {_counted(event, 'pull')}{_subject(event)}"


def _reward(event: Event) -> str:
    amount, delay = event.get("amount"), event.get("delay")
    number = "no number" if amount is None else f"{amount:g}"
    after = "" if delay is None else f" after {delay:,.0f}s"
    earned = f"{event.get('goal')} {number}{after}"
    arm = event.get("arm") or "-"
    return f"{_place(event)}  {arm}  {earned}  {_counted(event, 'counted')}{_subject(event)}"


def _identity(event: Event) -> str:
    conflicts = ", ".join(event.get("conflicts") or ())
    other = f"; showed other arms of {conflicts}" if conflicts else ""
    return f"{event.get('subject')} is {event.get('known')}{other}"


def _anything(event: Event) -> str:
    left = {name: value for name, value in event.items() if name not in _SAID}
    return json.dumps(left)


#: What every line says anyway, or nobody reads.
_SAID = frozenset({"schema", "kind", "event_id", "timestamp"})

#: How the events of each kind are told.
_TELLERS: dict[str, Callable[[Event], str]] = {
    "decision": _decision,
    "reward": _reward,
    "identity": _identity,
}


def _place(event: Event) -> str:
    return f"{event.get('experiment')}@{event.get('version')}"


def _counted(event: Event, word: str) -> str:
    if event.get("counted"):
        return click.style(word, fg="green")
    again = "served again" if event.get("reason") == "sticky" else "not counted"
    why = event.get("excluded")
    return click.style(f"not counted: {why}" if why else again, fg="yellow")


def _subject(event: Event) -> str:
    subject = event.get("subject")
    return "" if subject is None else click.style(f"  {subject}", dim=True)
