"""What was changed, by whom and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from banditware.dashboard.layout import Viewer, cell, head, page, table
from banditware.dashboard.markup import DASH, Child, moment, tag

Data = Mapping[str, Any]


def changes_page(changes: Iterable[Data], viewer: Viewer) -> Markup:
    """Return the page of all changes; see `banditware.dashboard.experiment.plain_change`."""
    return page(
        "Changes",
        viewer,
        tag("div", tag("h1", "Changes"), class_="title"),
        changes_table(changes, named=True),
        tag("footer", tag("a", "JSON", href=f"{viewer.root}api/changes")),
    )


def changes_table(changes: Iterable[Data], *, named: bool) -> Markup:
    """Return changes as a table; `named` says of which experiment."""
    rows = [_row(change, named=named) for change in changes]
    if not rows:
        return tag("p", "Nothing was changed.", class_="empty")
    heads = [
        head("When"),
        head("Who"),
        head("Experiment") if named else None,
        head("What"),
        head("Became"),
        head("Note"),
    ]
    return table(heads, rows, label="Changes", kind="changes")


def _row(change: Data, *, named: bool) -> Markup:
    name, arm = change["experiment"], change["arm"]
    where: Child = tag("a", name, href=f"experiments/{name}") if name else "everything"
    return tag(
        "tr",
        cell(moment(change["time"])),
        cell(change["who"] or DASH),
        cell(where) if named else None,
        cell(f"{change['action']} {arm}" if arm else change["action"]),
        cell(_difference(change["before"], change["after"]), "difference"),
        cell(change["note"] or DASH),
    )


def _difference(before: Data, after: Data) -> Child:
    """Return what became another."""
    parts: list[Child] = []
    for key, value in after.items():
        if before.get(key) != value:
            said = f"{key.replace('_', ' ')}: {_said(before.get(key))} → {_said(value)}"
            parts.append(tag("div", said))
    return parts or DASH


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        value = list(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return DASH if value in (None, "") else str(value)
