"""What becomes of everything that belongs to no experiment when a file changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from banditware.planning import texts
from banditware.planning.differences import ADDED, AFRESH, CHANGED, GONE, Difference

if TYPE_CHECKING:
    from banditware.config.settings import Settings


class Part(NamedTuple):
    """A part of the file.

    Attributes:
        what: its key.
        text: says it; nothing where the words would tell a secret, or too much.
        same: tells whether it is the same.
        effect: what comes of a change.
    """

    what: str
    text: Callable[[Settings], str]
    same: Callable[[Settings, Settings], bool]
    effect: str


def _untold(_settings: Settings) -> str:
    return ""


def _equal(name: str) -> Callable[[Settings, Settings], bool]:
    return lambda old, new: bool(getattr(old, name) == getattr(new, name))


#: Every part but experiments, routes, store, keys and cookie.
PARTS = (
    Part(
        "refresh", lambda each: texts.duration(each.refresh), _equal("refresh"), "counts are kept"
    ),
    Part("bots", _untold, _equal("count_bots"), "from now on decisions for bots count otherwise"),
    Part("below_mount", _untold, _equal("below_mount"), "routes match other paths"),
    Part("attributes", _untold, _equal("attributes"), "requests have other attributes"),
    Part("log", _untold, _equal("log"), "counts are kept; what was logged stays where it is"),
    Part("beacon", _untold, _equal("beacon"), "pages have to tell otherwise that they are seen"),
    Part("consent", _untold, _equal("consent"), "others are asked whether they may be remembered"),
    Part("caching", _untold, _equal("by_arm"), "caches in front keep other pages"),
    Part("debug", _untold, _equal("debug"), "counts are kept"),
)


def parts(new: Settings, old: Settings) -> Iterator[Difference]:
    """Yield what changes of the whole file."""
    yield from _store(new, old)
    yield from _memory(new, old)
    for part in PARTS:
        if not part.same(old, new):
            before, after = part.text(old), part.text(new)
            yield Difference(CHANGED, "", part.what, before, after, part.effect)


def routes(new: Settings, old: Settings) -> Iterator[Difference]:
    """Yield the routes that are there no more, or were not."""
    before, after = ([texts.route(each) for each in settings.routes] for settings in (old, new))
    for route in before:
        if route not in after:
            yield Difference(GONE, "", "route", route, "", "counts are kept")
    for route in after:
        if route not in before:
            yield Difference(ADDED, "", "route", "", route, "it holds from the next request on")
    if sorted(before) == sorted(after) and before != after:
        yield Difference(CHANGED, "", "order of routes", "", "", "counts are kept")


def _store(new: Settings, old: Settings) -> Iterator[Difference]:
    if (old.store, old.folder) != (new.store, new.folder) and not _same_place(old, new):
        effect = "another store has other counts: `banditware copy OLD NEW` brings them along"
        yield Difference(AFRESH, "", "store", "", "", effect)


def _same_place(old: Settings, new: Settings) -> bool:
    """Tell whether the address is the same, and the folder, if it is relative to that."""
    relative = old.store.startswith("sqlite:///") and not old.store.startswith("sqlite:////")
    return old.store == new.store and (old.folder == new.folder or not relative)


def _memory(new: Settings, old: Settings) -> Iterator[Difference]:
    """Yield whether browsers are forgotten."""
    forgotten = "remembered visitors are new ones: they are decided anew, and count again"
    if not set(old.secret_keys) & set(new.secret_keys):
        yield Difference(AFRESH, "", "secret_keys", "", "", forgotten)
    elif set(old.secret_keys) - set(new.secret_keys):
        effect = "who was not there since the newer key signs is forgotten"
        yield Difference(CHANGED, "", "secret_keys", "", "", effect)
    if old.cookie.name != new.cookie.name:
        before, after = old.cookie.name, new.cookie.name
        yield Difference(AFRESH, "", "cookie.name", before, after, forgotten)
    elif old.cookie != new.cookie:
        yield Difference(CHANGED, "", "cookie", "", "", "holds as soon as it is written anew")
