"""What happened over time: charts where scripts run, and the same numbers as a table.

A chart reads the table of its own page, so both always say the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from banditware.dashboard.assets import with_charts
from banditware.dashboard.experiment import SPANS
from banditware.dashboard.layout import head, table
from banditware.dashboard.markup import Child, percent, tag

Data = Mapping[str, Any]

Series = Mapping[str, Sequence["float | None"]]


# Arms are sorted, so that one that is paused keeps its colour.


def shares_of(history: Data) -> Series:
    """Return the share of all pulls that each arm had, step by step; None where there were none."""
    pulls = {name: arm["pulls"] for name, arm in sorted(history["arms"].items())}
    sums = [sum(step) for step in zip(*pulls.values(), strict=True)]
    return {
        name: [own / whole if whole else None for own, whole in zip(steps, sums, strict=True)]
        for name, steps in pulls.items()
    }


def rates_of(history: Data, goal: str) -> Series:
    """Return each arm's rewards per pull, step by step; None where there were no pulls."""
    found = {}
    for name, arm in sorted(history["arms"].items()):
        pulls = arm["pulls"]
        rewards = arm["goals"].get(goal, {}).get("rewards", [0] * len(pulls))
        pairs = zip(rewards, pulls, strict=True)
        found[name] = [gained / number if number else None for gained, number in pairs]
    return found


def charts(found: Data) -> Markup:
    """Return the charts of an experiment; see `banditware.dashboard.experiment`."""
    history, goal = found["history"], found["goal"]
    without = None
    if not with_charts():
        text = (
            "Charts are not installed: this copy was built without npm or a network. The same "
            "numbers are in the tables."
        )
        without = tag("p", text, class_="note")
    return tag(
        "section",
        tag("div", tag("h2", "Over time"), _spans(found["span"]), class_="title"),
        without,
        tag(
            "div",
            _chart("Share of traffic", shares_of(history), history, "share"),
            _chart(f"Rate of {goal}", rates_of(history, goal), history, "rate"),
            class_="columns charts",
        ),
    )


def _spans(chosen: str) -> Markup:
    links = [
        tag("a", span.said, href=f"?span={name}", aria_current="true" if name == chosen else None)
        for name, span in SPANS.items()
    ]
    return tag("nav", links, class_="spans", aria_label="How far back")


def _chart(title: str, series: Series, history: Data, kind: str) -> Markup:
    heads: list[Child] = [head("From"), [head(name, "number") for name in series]]
    rows = [
        tag(
            "tr",
            tag("th", _when(moment, history["step"]), scope="row", data_at=moment),
            [_value(steps[index]) for steps in series.values()],
        )
        for index, moment in enumerate(history["times"])
    ]
    values = table(heads, rows, label=f"{title} over time", kind="series")
    drawn = with_charts()
    details = tag("details", tag("summary", "As a table"), values, open=not drawn)
    legend = [
        tag("li", tag("span", class_=f"dot c{index % 8}"), name)
        for index, name in enumerate(series)
    ]
    return tag(
        "figure",
        tag("figcaption", title),
        tag("ul", legend, class_="legend") if drawn else None,
        tag("div", class_="plot", data_kind=kind) if drawn else None,
        details,
    )


def _value(share: float | None) -> Markup:
    exact = "" if share is None else f"{share:.5g}"
    return tag("td", percent(share), class_="number", data_value=exact)


def _when(seconds: float, step: int) -> str:
    then = time.gmtime(seconds)
    return time.strftime("%d %b" if step >= 86_400 else "%d %b %H:%M", then)
