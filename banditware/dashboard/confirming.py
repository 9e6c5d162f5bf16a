"""The page on which a change is confirmed: it says what will happen, and asks why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from banditware.dashboard.changing import Action
from banditware.dashboard.layout import Viewer, hidden, page
from banditware.dashboard.markup import tag


class Wanted(NamedTuple):
    """A change that somebody wants to make.

    Attributes:
        action: what to do.
        experiment: name of the experiment; empty for everything.
        arm: name of the arm, or empty.
        value: value of an arm that is added, or empty.
        note: why.
    """

    action: Action
    experiment: str = ""
    arm: str = ""
    value: str = ""
    note: str = ""


def confirming_page(
    wanted: Wanted, viewer: Viewer, *, arms: Sequence[str] = (), problem: str = ""
) -> Markup:
    """Return the page.

    Args:
        wanted: the change.
        viewer: who wants it.
        arms: what may be named as the arm that is served.
        problem: why it was not made at the first try.
    """
    action, root = wanted.action, viewer.root
    title = action.title.format(it=wanted.arm or wanted.experiment)
    back = f"{root}experiments/{wanted.experiment}" if wanted.experiment else root
    carried = {"action": action.name, "experiment": wanted.experiment}
    fields = _fields(wanted, arms)
    if wanted.arm and not fields:
        carried["arm"] = wanted.arm
    form = tag(
        "form",
        hidden(viewer, **carried),
        fields,
        tag("label", "Why, for the record (may be empty)", for_="note"),
        tag("input", id="note", name="note", value=wanted.note, maxlength=200, autocomplete="off"),
        tag(
            "div",
            tag("button", title, class_="primary danger" if action.danger else "primary"),
            tag("a", "Cancel", href=back, class_="button"),
            class_="actions",
        ),
        method="post",
        action=f"{root}change",
        class_="stacked",
    )
    complaint = tag("p", problem, class_="problem", role="alert") if problem else None
    where = tag("p", "Experiment: ", wanted.experiment, class_="muted") if wanted.arm else None
    means = tag("p", action.means)
    return page(
        title, viewer, tag("div", tag("h1", title), where, means, complaint, form, class_="card")
    )


def _fields(wanted: Wanted, arms: Sequence[str]) -> list[Markup]:
    """Return what has to be said beside the change itself."""
    if wanted.action.name == "add":
        return [
            tag("label", "Name of the arm", for_="arm"),
            tag(
                "input",
                id="arm",
                name="arm",
                value=wanted.arm,
                required=True,
                maxlength=64,
                pattern="[A-Za-z0-9_.\\-]{1,64}",
                autocomplete="off",
            ),
            tag("label", "Its value (text; the name if empty)", for_="value"),
            tag("input", id="value", name="value", value=wanted.value, autocomplete="off"),
        ]
    if wanted.action.name == "stop":
        options = [tag("option", "the default", value="")]
        options += [tag("option", arm, value=arm, selected=arm == wanted.arm) for arm in arms]
        return [
            tag("label", "What everybody gets", for_="arm"),
            tag("select", options, id="arm", name="arm"),
        ]
    return []
