"""Pages that a shared cache keeps once for each arm.

A cache in front of the app reads the arms from the cookie, which it cannot verify, and says them in
a request header. The app, which can, lets it keep a page only if they are right, and says by `Vary`
that the page is for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import AnyStr

from banditware.model import Decision, Experiment

#: The request header in which a cache says the arms: as the cookie begins to say each, joined.
ARMS = "x-bw-arms"

#: The same as it is spelt in `Vary` and in what caches are configured with.
ARMS_SPELT = "X-BW-Arms"

#: What caches write for an experiment that a page has nothing to do with.
_SLOTS = frozenset({"", "-"})

#: Reasons of decisions that a cookie remembers as counted.
_REMEMBERED = frozenset({"sticky", "holdout"})

#: What keeps a page from being shared, beside a cookie that is set.
_OWN = frozenset({"private", "no-store"})
_VARYING = frozenset({"*", "cookie"})

_SHARED = frozenset({"public", "s-maxage"})


def listed(said: str) -> set[str]:
    """Return the arms that a cache says a request is for."""
    return {part.strip() for part in said.split("!")} - _SLOTS


def shareable(decision: Decision, experiment: Experiment) -> bool:
    """Return True if the cookie alone decided: nothing else that a request says of its subject."""
    targeting = experiment.targeting
    return (
        decision.reason in _REMEMBERED
        and (targeting is None or not targeting.rules)
        and not any(arm.available for arm in experiment.arms)
    )


def keyed(
    headers: Sequence[tuple[AnyStr, AnyStr]],
    pair: Callable[[str, str], tuple[AnyStr, AnyStr]],
    marked: Callable[[str], str],
) -> list[tuple[AnyStr, AnyStr]] | None:
    """Return the headers of a page that is kept by arm, or None if the app shares it with nobody.

    `Vary` gets the name of the header in which caches say the arms, in one line with all that the
    app said: not every cache reads several. `Last-Modified` goes: a cache would answer by it that
    nothing changed, whatever arm was kept.

    Args:
        headers: the app's headers.
        pair: returns a header as the interface has it.
        marked: returns an ETag of the app with the mark of the arms.
    """
    lines: dict[str, list[str]] = {"vary": [], "cache-control": [], "set-cookie": []}
    for key, value in headers:
        lines.get(_text(key).lower(), []).append(_text(value))
    caching, vary = (_parts(lines[name]) for name in ("cache-control", "vary"))
    allowed = not _SHARED.isdisjoint(caching) and _OWN.isdisjoint(caching)
    if lines["set-cookie"] or not allowed or not _VARYING.isdisjoint(vary):
        return None
    line = ", ".join([*filter(str.strip, lines["vary"]), ARMS_SPELT])
    kept = [pair("Vary", line)]
    for key, value in headers:
        name = _text(key).lower()
        if name == "etag":
            kept.append((key, pair("ETag", marked(_text(value)))[1]))
        elif name not in _REPLACED:
            kept.append((key, value))
    return kept


_REPLACED = frozenset({"vary", "last-modified"})


def _parts(values: Iterable[str]) -> set[str]:
    """Return the items of some header lines, without their arguments, in lower case."""
    return {part.partition("=")[0].strip().lower() for each in values for part in each.split(",")}


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
