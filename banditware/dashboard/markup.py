"""HTML from values: whatever is not markup already is escaped."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TypeAlias

from markupsafe import Markup, escape

Child: TypeAlias = "str | int | float | Markup | Iterable[Child] | None"

#: Stands where there is nothing to say.
DASH = "\u2013"

#: Elements that have no content and no end.
_VOID = frozenset(
    {"br", "circle", "hr", "input", "line", "link", "meta", "path", "polyline", "rect", "wbr"}
)


def tag(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Return an element.

    Args:
        name: its name.
        children: its content, in order; None is left out.
        attributes: `class_` and `for_` stand for `class` and `for`, and `_` elsewhere for `-`; True
            gives one without a value, False and None none.
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        written = key.rstrip("_").replace("_", "-")
        parts.append(f" {written}" if value is True else f' {written}="{escape(value)}"')
    if name in _VOID:
        parts.append("/>")  # which SVG needs, and HTML allows
    else:
        parts.append(">")
        _add(parts, children)
        parts.append(f"</{name}>")
    return Markup("".join(parts))  # noqa: S704  # every part was escaped


def _add(parts: list[str], children: Iterable[Child]) -> None:
    """Add content, as text; pages of hundreds of rows have thousands of elements."""
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, str | int | float):
            parts.append(escape(child))
        elif child is not None:
            _add(parts, child)


def breakable(name: str) -> list[Child]:
    """Return a name that may go on in another line behind its underscores."""
    first, *more = name.split("_")
    return [first, [["_", tag("wbr"), part] for part in more]]


def number(value: float) -> str:
    """Return a number as people read it: whole ones whole, others with four digits."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def percent(share: float | None) -> str:
    """Return a share in percent, with three digits in all, or a dash if there is none."""
    if share is None:
        return DASH
    value = share * 100
    size = abs(value)
    return f"{value:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}%"


def chance(probability: float | None) -> str:
    """Return a probability in percent; one that is nearly certain is not said to be."""
    if probability is not None and 0.9995 <= probability < 1.0:
        return ">99.9%"
    return percent(probability)


def moment(seconds: float | None) -> Markup:
    """Return a time as an element that machines can read, too, or a dash if there is none."""
    if seconds is None:
        return escape(DASH)
    then = time.gmtime(seconds)
    return tag(
        "time",
        time.strftime("%d %b %Y, %H:%M UTC", then),
        datetime=time.strftime("%Y-%m-%dT%H:%M:%SZ", then),
    )
