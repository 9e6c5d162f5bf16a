"""Hostile requests as WSGI and ASGI servers hand them to an app, and a run of many of them."""

from __future__ import annotations

import asyncio
import io
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from banditware import Bandit, wrap
from banditware.asgi import ASGIApplication, Message, Scope
from tests.fuzzing.apps import ANSWERS, CRASH, asgi_app, wsgi_app
from tests.fuzzing.comparing import Response, differences, set_by_us
from tests.fuzzing.hostile import Fuzzer, Hostile
from tests.wires import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: Experiments and routes that read all that can be read of a request.
CONFIG: dict[str, Any] = {
    "attributes": {
        "country": {"header": "CF-IPCountry"},
        "age": {"query": "age"},
        "plan": {"cookie": "plan"},
    },
    "experiments": {
        "color": {"arms": {"red": "#f00", "blue": "#00f"}},
        "price": {"arms": ["low", "high"], "policy": "thompson-normal", "sticky": False},
        "aimed": {
            "arms": ["a", "b"],
            "traffic": "70%",
            "only_if": [{"attribute": "country", "operator": "MATCHES", "value": "^(a+)+$|^GB"}],
        },
        "shoe": {"arms": ["nike", "adidas"], "context": {"age": "numeric", "plan": "categorical"}},
    },
    "routes": [
        {"match": "/", "choose": ["color", "aimed"]},
        {"match": "/<path:rest>", "choose": ["color", "price", "aimed", "shoe"]},
        {
            "match": "GET /pay/<float:sum>",
            "reward": {"experiment": "price", "amount": {"path": "sum"}},
        },
        {
            "match": "POST /<path:rest>",
            "reward": [
                {"experiment": "price", "amount": {"query": "total"}, "once": False},
                {"experiment": "color", "goal": "sold", "amount": {"header": "X-Total"}},
                "shoe",
            ],
        },
    ],
}

#: Sends a request to an app.
Ask = Callable[[Hostile], Response]


def path_of(request: Hostile) -> tuple[bytes, bytes]:
    """Return the path, still quoted, and the query."""
    path, _, query = request.target.partition(b"?")
    return path, query


def environ_of(request: Hostile) -> WSGIEnvironment:
    """Return what a WSGI server makes of a request."""
    path, query = path_of(request)
    headers: dict[str, str] = {}
    for key, value in request.sized:
        name = key.decode("latin-1").upper().replace("-", "_")
        name = name if name in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{name}"
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return wsgi.environ(
        request.method.decode("latin-1"),
        urllib.parse.unquote_to_bytes(path).decode("latin-1"),
        **{
            "HTTP_USER_AGENT": "",
            "QUERY_STRING": query.decode("latin-1"),
            **headers,
            "wsgi.input": io.BytesIO(request.body),
        },
    )


def wsgi_ask(app: WSGIApplication) -> Ask:
    """Return what sends requests to a WSGI app."""

    def ask(request: Hostile) -> Response:
        try:
            served = wsgi.serve(app, environ_of(request))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
            return Response(raised=repr(error))
        return Response(served.status, served.headers, served.body)

    return ask


def scope_of(request: Hostile) -> Scope:
    """Return what an ASGI server makes of a request."""
    path, query = path_of(request)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method.decode("latin-1").upper(),
        "scheme": "http",
        "path": urllib.parse.unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(key.lower(), value) for key, value in request.sized],
    }


def asgi_ask(app: ASGIApplication, loop: asyncio.AbstractEventLoop) -> Ask:
    """Return what sends requests to an ASGI app."""

    def ask(request: Hostile) -> Response:
        incoming = [*request.chunks] or [b""]
        sent: list[Message] = []

        async def receive() -> Message:
            part = incoming.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(incoming)}

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            loop.run_until_complete(_awaited(app(scope_of(request), receive, send)))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
            return Response(raised=repr(error))
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in sent[0]["headers"]]
        body = b"".join(each.get("body", b"") for each in sent)
        return Response(str(sent[0]["status"]), headers, body)

    return ask


async def _awaited(call: Awaitable[None]) -> None:
    await call


@contextmanager
def asks(interface: str, bandit: Bandit) -> Iterator[tuple[Ask, Ask]]:
    """Give out what sends requests to the bare app, and to the wrapped one."""
    answers = (*ANSWERS, CRASH)
    if interface == "wsgi":
        plain = wsgi_app(answers)
        yield wsgi_ask(plain), wsgi_ask(wrap(plain, bandit))
        return
    app, loop = asgi_app(answers), asyncio.new_event_loop()
    try:
        yield asgi_ask(app, loop), asgi_ask(wrap(app, bandit, interface="asgi"), loop)
    finally:
        loop.close()


def compare(bare: Ask, wrapped: Ask, number: int, seed: object) -> Counter[str]:
    """Send so many requests to both; return how often what came back.

    Raises:
        AssertionError: a response of the wrapped app is another one.
    """
    fuzzer, seen = Fuzzer(seed), Counter[str]()
    for index in range(number):
        request = fuzzer.request()
        expected, found = bare(request), wrapped(request)
        wrong = differences(expected, found)
        assert not wrong, (index, seed, request, wrong)
        ours = set_by_us(found.headers)
        fuzzer.cookies += [each.encode() for each in ours]
        seen.update([f"status {found.status[:3]}" if found.status else "app raised"])
        seen["cookies"] += len(ours)
    return seen
