"""The `match` of a route: methods and a path in werkzeug's rule syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass

from werkzeug.routing import Map, Rule

from banditware.config.faults import RefusedError
from banditware.config.methods import method
from banditware.errors import suggestion

_FORM = "has a variable that werkzeug cannot read; write <name>, <int:name> or <int(max=9):name>"
_PLACEHOLDER = re.compile(r"<[^<>]*>")
_CONVERTER = re.compile(r"<(\w+)(?:\([^<>]*\))?:")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which requests a route is for.

    Attributes:
        path: path in werkzeug's rule syntax.
        methods: request methods; empty for all.
        variables: names of the path's variables.
    """

    path: str
    methods: frozenset[str]
    variables: frozenset[str]


def read_pattern(text: str) -> Pattern:
    """Return what `[METHOD[|METHOD...]] /path` says.

    Raises:
        RefusedError: a method or the path is wrong.
    """
    first, _, rest = text.strip().partition(" ")
    if first.startswith("/"):
        first, rest = "", text
    methods = frozenset(method(each) for each in first.split("|")) if first else frozenset()
    path = rest.strip()
    if not path.startswith("/"):
        raise RefusedError("needs a path that starts with /, as in GET /checkout")
    return Pattern(path, methods, _variables(path))


def _variables(path: str) -> frozenset[str]:
    """Return the names of a path's variables, after trying whether werkzeug takes it."""
    literal = _PLACEHOLDER.sub("", path)
    if re.search(r"[\s?#]", literal):
        raise RefusedError("must be a path without spaces, ? and #")
    if re.search(r"[<>]", literal):
        raise RefusedError("has a < or > without its partner; a variable is written <int:name>")
    if "<" not in path:  # nothing that werkzeug could refuse, at 1 ms for each of thousands
        return frozenset()
    return frozenset(_compiled(Rule(path), Map()).arguments)


def check_host(host: str) -> str:
    """Return a host pattern in werkzeug's rule syntax.

    Raises:
        RefusedError: it is not the name of a host.
    """
    literal = _PLACEHOLDER.sub("", host)
    if not host or re.search(r"[^a-z0-9.-]", literal):
        raise RefusedError(
            "must be a host name in lower case, no scheme, port or path; <name> is any label"
        )
    _compiled(Rule("/", host=host), Map(host_matching=True))
    return host


def _compiled(rule: Rule, rules: Map) -> Rule:
    """Let werkzeug read a rule, which it does when a map takes it in."""
    for converter in _CONVERTER.findall(rule.rule + (rule.host or "")):
        if converter not in rules.converters:
            near = suggestion(converter, rules.converters)
            raise RefusedError(f"has a converter that does not exist{near}")
    try:
        rules.add(rule)
    except SyntaxError:
        raise RefusedError("has the same variable twice") from None
    except (ValueError, TypeError, LookupError, re.error):
        raise RefusedError(_FORM) from None
    return rule
