"""From an app and a configuration to the app with experiments."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from banditware.asgi import ASGIMiddleware
from banditware.bandit import Bandit
from banditware.errors import ConfigError, Problem
from banditware.wsgi import WSGIMiddleware

Interface: TypeAlias = Literal["wsgi", "asgi"]

#: How many arguments an app takes: (environ, start_response) or (scope, receive, send).
_BY_ARGUMENTS: dict[int, Interface] = {2: "wsgi", 3: "asgi"}

_MIDDLEWARE: dict[Interface, Callable[[Any, Bandit], WSGIMiddleware | ASGIMiddleware]] = {
    "wsgi": WSGIMiddleware,
    "asgi": ASGIMiddleware,
}


def wrap(
    app: Any,
    config: str | os.PathLike[str] | Mapping[str, Any] | Bandit,
    *,
    interface: Interface | None = None,
) -> Any:
    """Return the app with its experiments; its `.bandit` decides and counts.

    Args:
        app: a WSGI or ASGI application.
        config: path of a YAML file, the same as a mapping, or a bandit.
        interface: which of the two it is; default: told apart by looking.

    Raises:
        ConfigError: the configuration has mistakes; it lists all of them.
        StoreError: the store cannot be used.
        TypeError: the app is neither, or looking does not tell.
    """
    middleware = _MIDDLEWARE[interface or interface_of(app)]
    bandit = config if isinstance(config, Bandit) else Bandit.from_config(config)
    return middleware(app, bandit)


def interface_of(app: Any) -> Interface:
    """Return whether an app is WSGI or ASGI, by whether it is a coroutine and what it takes.

    Raises:
        TypeError: the app is neither, or looking does not tell.
    """
    if not callable(app):
        raise TypeError(f"{app!r} is no application: it cannot be called")
    call = app if inspect.isroutine(app) else getattr(app, "__call__", app)  # noqa: B004  # looked at
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call):
        return "asgi"
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):  # written in C
        parameters = {}.values()
    needed = [
        each
        for each in parameters
        if each.default is each.empty
        and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    interface = _BY_ARGUMENTS.get(len(needed))
    if interface is None:
        raise TypeError(
            f"{app!r} does not look like a WSGI app, called with (environ, start_response), nor "
            "like an ASGI 3 app, called with (scope, receive, send): say interface='wsgi' or 'asgi'"
        )
    return interface


def application_from_environment(interface: Interface) -> Any:
    """Return the app that BANDITWARE_APP names, wrapped by the file BANDITWARE_CONFIG names.

    Raises:
        ConfigError: a variable is missing, names nothing, or the file has mistakes.
    """
    named, config = (_variable(name) for name in ("BANDITWARE_APP", "BANDITWARE_CONFIG"))
    return wrap(_imported(named), config, interface=interface)


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise _mistake(name, f"is not set; example: {_EXAMPLES[name]}")
    return value


_EXAMPLES = {
    "BANDITWARE_APP": "BANDITWARE_APP=shop:app, or shop:create_app() for a factory",
    "BANDITWARE_CONFIG": "BANDITWARE_CONFIG=banditware.yaml",
}


def _imported(named: str) -> Any:
    """Return what `module:attribute` or `module:factory()` names."""
    module, _, path = named.partition(":")
    factory = path.endswith("()")
    try:
        found: Any = importlib.import_module(module)
        for part in (path[:-2] if factory else path or "app").split("."):
            found = getattr(found, part)
    except (ModuleNotFoundError, AttributeError) as error:
        raise _mistake("BANDITWARE_APP", f"{named!r} names no application: {error}") from error
    return found() if factory else found


def _mistake(variable: str, message: str) -> ConfigError:
    return ConfigError([Problem("the environment", 0, 0, variable, message)])
