"""Wrapping any app: told apart by looking, by saying so, or by the environment."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from banditware import ASGIMiddleware, Bandit, WSGIMiddleware, wrap
from banditware.wrap import interface_of
from tests.wires.shop import CONFIG, YAML, OpenShop, counted, shops
from tests.wires.wsgi import environ, serve


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"hello"]


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


class Flasky:
    """An app as Flask's are."""

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer."""
        return wsgi(environ, start_response)

    def view(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer."""
        return wsgi(environ, start_response)

    @staticmethod
    def static(environ: Any, start_response: Any) -> list[bytes]:
        """Answer."""
        return wsgi(environ, start_response)


class Asynchronous:
    """An app as Starlette's are."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""
        await asgi(scope, receive, send)

    async def view(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""
        await asgi(scope, receive, send)


class Iterating:
    """A WSGI app that is a class, as in PEP 3333."""

    def __init__(self, environ: Any, start_response: Any) -> None:
        self.chunks = wsgi(environ, start_response)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)


class Double:
    """An ASGI 2 app: called twice."""

    def __init__(self, scope: Any) -> None:
        self.scope = scope

    async def __call__(self, receive: Any, send: Any) -> None:
        """Answer."""
        await asgi(self.scope, receive, send)


def with_options(
    environ: Any, start_response: Any, debug: bool = False, **more: Any
) -> list[bytes]:
    return wsgi(environ, start_response)


def returning(scope: Any, receive: Any, send: Any) -> Awaitable[None]:
    return asgi(scope, receive, send)


async def anything(*arguments: Any) -> None:
    await asgi(*arguments)


@functools.wraps(asgi)
def decorated(*arguments: Any, **more: Any) -> Any:
    return asgi(*arguments)


def logging_to(log: Any, environ: Any, start_response: Any) -> list[bytes]:
    return wsgi(environ, start_response)


WSGI = {
    "function": wsgi,
    "options": with_options,
    "object": Flasky(),
    "bound method": Flasky().view,
    "static method": Flasky.static,
    "partial": functools.partial(logging_to, []),
    "partial of an object": functools.partial(Flasky()),
    "lambda": lambda environ, start_response: wsgi(environ, start_response),  # noqa: PLW0108  # a lambda
    "class": Iterating,
}

ASGI = {
    "function": asgi,
    "object": Asynchronous(),
    "bound method": Asynchronous().view,
    "partial": functools.partial(asgi),
    "partial of an object": functools.partial(Asynchronous()),
    "lambda": lambda scope, receive, send: asgi(scope, receive, send),  # noqa: PLW0108  # a lambda
    "function without async": returning,
    "any arguments": anything,
    "decorated": decorated,
    "Starlette": Starlette(),
}

NEITHER = {
    "number": 3,
    "none": None,
    "string": "shop:app",
    "one argument": lambda request: request,
    "four arguments": lambda a, b, c, d: None,
    "any arguments": lambda *arguments: None,
    "ASGI 2": Double,
    "class of apps": Starlette,
    "written in C": dict,
}


@pytest.fixture
def open_shop() -> Iterator[OpenShop]:
    with shops() as opened:
        yield opened


@pytest.mark.parametrize("kind", WSGI)
def test_a_wsgi_app_is_told_by_looking(open_shop: OpenShop, kind: str) -> None:
    """Whatever is called with (environ, start_response) is WSGI, and works when wrapped."""
    shop = open_shop()
    wrapped = wrap(WSGI[kind], shop)
    assert isinstance(wrapped, WSGIMiddleware)
    assert serve(wrapped, environ()).body == b"hello"
    assert counted(shop).pulls == 1


@pytest.mark.parametrize("kind", ASGI)
def test_an_asgi_app_is_told_by_looking(open_shop: OpenShop, kind: str) -> None:
    """Whatever is a coroutine, or is called with (scope, receive, send), is ASGI."""
    assert interface_of(ASGI[kind]) == "asgi"
    assert isinstance(wrap(ASGI[kind], open_shop()), ASGIMiddleware)


@pytest.mark.parametrize("kind", NEITHER)
def test_what_is_neither_is_refused(kind: str) -> None:
    """What looks like neither is refused with a word about what would do, before any store."""
    with pytest.raises(TypeError, match=r"no application|interface='wsgi' or 'asgi'"):
        wrap(NEITHER[kind], "no-such-file.yaml")


def test_what_is_said_wins(open_shop: OpenShop) -> None:
    """With `interface` nobody looks."""
    unclear = NEITHER["any arguments"]
    assert isinstance(wrap(unclear, open_shop(), interface="wsgi"), WSGIMiddleware)
    assert isinstance(wrap(unclear, open_shop(), interface="asgi"), ASGIMiddleware)


def test_an_unknown_interface_is_refused(open_shop: OpenShop) -> None:
    """There are two interfaces, and the error says which."""
    with pytest.raises(TypeError, match="'wsgi' or 'asgi', not 'rsgi'"):
        wrap(wsgi, open_shop(), interface="rsgi")  # type: ignore[arg-type]  # the mistake


def test_the_three_forms_of_a_configuration(tmp_path: Path) -> None:
    """A path, a mapping and a bandit all do, and the wrapped app has its bandit."""
    file = tmp_path / "banditware.yaml"
    file.write_text(YAML)
    with Bandit.from_config(CONFIG) as bandit:
        assert wrap(wsgi, bandit).bandit is bandit
    for config in (file, str(file), CONFIG):
        with wrap(wsgi, config).bandit as bandit:
            assert set(bandit.stats()["experiments"]) == {"color"}


def test_a_wrapped_app_can_be_wrapped(open_shop: OpenShop) -> None:
    """The middleware of either kind is told by looking like any other app."""
    assert interface_of(wrap(wsgi, open_shop())) == "wsgi"
    assert interface_of(wrap(asgi, open_shop())) == "asgi"
