"""From an app and a configuration to the app with experiments."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import re
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
        TypeError: the app is neither, or looking does not tell, or there is no such interface.
    """
    middleware = _MIDDLEWARE.get(interface or interface_of(app))
    if middleware is None:
        raise TypeError(f"interface is 'wsgi' or 'asgi', not {interface!r}")
    bandit = config if isinstance(config, Bandit) else Bandit.from_config(config)
    return middleware(app, bandit)


def interface_of(app: Any) -> Interface:
    """Return whether an app is WSGI or ASGI, by whether it is a coroutine and what it takes.

    Raises:
        TypeError: the app is neither, or looking does not tell.
    """
    if not callable(app):
        raise TypeError(f"{app!r} is no application: it cannot be called")
    # What a class's instances are called with is not what the class is called with.
    call = app if inspect.isclass(app) else app.__call__
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
    missing = [name for name in _EXAMPLES if not os.environ.get(name)]
    if missing:
        raise ConfigError(
            _mistake(name, f"is not set; example: {_EXAMPLES[name]}") for name in missing
        )
    named = os.environ["BANDITWARE_APP"]
    app = _imported(named)
    with contextlib.suppress(TypeError):  # looking does not tell, but the server was told
        if interface_of(app) != interface:
            why = f"it is no {interface.upper()} app: serve banditware.{interface_of(app)}"
            raise _nothing(named, why)
    return wrap(app, os.environ["BANDITWARE_CONFIG"], interface=interface)


_EXAMPLES = {
    "BANDITWARE_APP": "BANDITWARE_APP=shop:app, or shop:create_app() for a factory",
    "BANDITWARE_CONFIG": "BANDITWARE_CONFIG=banditware.yaml",
}


def _imported(named: str) -> Any:
    """Return what `module:attribute` or `module:factory()` names; `app` if only a module is."""
    form = re.fullmatch(_NAMED, named)
    if form is None:
        raise _nothing(named, f"write it as in {_EXAMPLES['BANDITWARE_APP']}")
    module, path, factory = form.groups()
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise  # the app's own import failed
        raise _nothing(named, str(error)) from error
    try:
        for part in (path or "app").split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise _nothing(named, str(error)) from error
    return found() if factory else found


#: A dotted name, then perhaps a colon and another one, then perhaps a call.
_NAMED = r"(\w+(?:\.\w+)*)(?::(?:(\w+(?:\.\w+)*)(\(\))?)?)?"


def _nothing(named: str, why: str) -> ConfigError:
    return ConfigError([_mistake("BANDITWARE_APP", f"{named!r} names no application: {why}")])


def _mistake(variable: str, message: str) -> Problem:
    return Problem("the environment", 0, 0, variable, message)
