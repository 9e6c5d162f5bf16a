r"""What a cache has to know of a configuration: where to look for which arms.

A cache may look on too many pages: the app has the last word, and a page that is kept by an arm
with which it has nothing to do is only kept too often. So patterns are taken generously.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from banditware.config import Settings
from banditware.routes import Route

#: What a variable of a path may stand for: `<path:name>`, and any other one.
_ANY, _PART = "[^?]+", "[^/?]+"

_VARIABLE = re.compile(r"(<[^<>]*>)")

#: What a path may hold unquoted, beside letters and digits (RFC 3986, section 3.3).
_SAFE = "/-._~!$&'()*+,;=:@"


class Path(NamedTuple):
    """The paths of a route, as regular expressions without anchors.

    Attributes:
        quoted: as they come in a request.
        plain: with everything else than ASCII as it is meant.
    """

    quoted: str
    plain: str


class Tested(NamedTuple):
    """An experiment that routes choose.

    Attributes:
        name: its name.
        entry: a regular expression of what the cookie says of it, from the cookie's name; its only
            group is what to tell the app.
        paths: where it is chosen.
    """

    name: str
    entry: str
    paths: tuple[Path, ...]


class Plan(NamedTuple):
    """What a cache has to know.

    Attributes:
        tested: the experiments that routes choose.
        rewarded: where rewards are credited by what caches could answer.
    """

    tested: tuple[Tested, ...]
    rewarded: tuple[Path, ...]


def plan(settings: Settings) -> Plan:
    """Return what a cache has to know of a configuration."""
    mount = "[^?]*" if settings.below_mount else ""
    read = [route for route in settings.routes if not route.methods or "GET" in route.methods]
    tested = []
    for experiment in settings.experiments:
        chosen = [route for route in read if experiment.name in route.choose]
        if chosen:
            entry = _entry(settings.cookie.name, experiment.name)
            tested.append(Tested(experiment.name, entry, _paths(chosen, mount)))
    return Plan(tuple(tested), _paths([route for route in read if route.rewards], mount))


def _entry(cookie: str, experiment: str) -> str:
    """Return the expression of a cookie's entry: format 1 of `banditware.tokens`.

    It ends the value or goes on with features; `~0` marks one that is still to be counted, which
    only the app can do.
    """
    arm = rf"({re.escape(experiment)}~[^~;!]+~[^~;!]+)"
    rest = r"~[^~;!]+~-?[0-9a-f]+~[0-9a-f]+(?:[!.]|~\*)"
    return rf"(?:__Host-|__Secure-)?{re.escape(cookie)}=1![^;]*!{arm}{rest}"


def _paths(routes: list[Route], mount: str) -> tuple[Path, ...]:
    patterns = dict.fromkeys(route.pattern for route in routes)
    return tuple(
        Path(mount + _expression(each, quoted=True), mount + _expression(each, quoted=False))
        for each in patterns
    )


def _expression(pattern: str, *, quoted: bool) -> str:
    """Return a pattern of werkzeug as a regular expression."""
    parts = []
    for part in _VARIABLE.split(pattern):
        if part.startswith("<"):
            parts.append(_ANY if part.startswith("<path") else _PART)
        else:
            parts.append(re.escape(quote(part, safe=_SAFE) if quoted else part))
    return "".join(parts)
