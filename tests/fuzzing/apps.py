"""The same app for both interfaces: it tells all that it sees, and answers in many ways.

A wrapped one that saw anything else would tell so in its body.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from banditware.asgi import ASGIApplication, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class AppError(Exception):
    """What the app raises."""


class Answer(NamedTuple):
    """One way in which the app answers.

    Attributes:
        status: its status.
        headers: its headers, beside the type.
        crash: whether it raises instead.
    """

    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()
    crash: bool = False

    @property
    def silent(self) -> bool:
        """Whether such a response has no body."""
        return self.status[:3] in {"204", "304"}


ANSWERS = (
    *(Answer(), Answer(), Answer(), Answer("201 Created"), Answer("204 No Content")),
    *(Answer("302 Found", (("Location", "/thanks"),)), Answer("304 Not Modified")),
    *(Answer("400 Bad Request"), Answer("404 Not Found"), Answer("500 Internal Server Error")),
    Answer(headers=(("Set-Cookie", "session=1; Path=/"), ("Set-Cookie", "theme=dark"))),
    Answer(
        headers=(("Vary", "Accept"), ("Vary", "Origin"), ("Cache-Control", "public, max-age=9"))
    ),
    Answer(headers=(("vary", "*"), ("cache-control", "no-store"), ("X-Total", "12.5"))),
    *(Answer(headers=(("X-Total", total),)) for total in ("nan", "1e999", "-3", "x", "", "\xe9")),
)

CRASH = Answer(crash=True)

#: What differs between two servers, or between two connections to one.
OWN = ("REMOTE_PORT", "SERVER_PORT", "REMOTE_ADDR", "SERVER_SOFTWARE", "SERVER_NAME")

#: What the app is not shown of a page that another arm was on; see `banditware.validators`.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")


def chosen(answers: Sequence[Answer], told: bytes) -> Answer:
    """Return the answer to what the app saw."""
    answer = answers[zlib.crc32(told) % len(answers)]
    if answer.crash:
        raise AppError(told[:20])
    return answer


def told(facts: Mapping[str, object], body: bytes) -> bytes:
    """Return what the app saw, as text."""
    lines = [f"{name}: {facts[name]!r}" for name in sorted(facts)]
    return "\n".join([*lines, f"body: {len(body)} {zlib.crc32(body)}"]).encode()


def wsgi_app(answers: Sequence[Answer]) -> WSGIApplication:
    """Return the app for WSGI, which answers in these ways."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        names = [name for name in environ if name.isupper() and name not in OWN + CONDITIONS]
        seen = told({name: environ[name] for name in names}, environ["wsgi.input"].read())
        answer = chosen(answers, seen)
        start_response(answer.status, [("Content-Type", "text/plain"), *answer.headers])
        return [] if answer.silent else [seen[:10], seen[10:]]

    return app


SCOPE = ("method", "path", "raw_path", "query_string", "root_path", "scheme", "http_version")


def asgi_app(answers: Sequence[Answer]) -> ASGIApplication:
    """Return the app for ASGI, which answers in these ways."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise AppError(scope["type"])
        pairs = [tuple(map(bytes, pair)) for pair in scope["headers"]]
        headers = [pair for pair in pairs if not pair[0].lower().startswith(b"if-")]
        facts: dict[str, Any] = {name: scope.get(name) for name in SCOPE}
        seen = told({**facts, "headers": headers}, await _body(receive))
        answer = chosen(answers, seen)
        await send(_start(answer))
        if not answer.silent:
            await send({"type": "http.response.body", "body": seen[:10], "more_body": True})
        body = b"" if answer.silent else seen[10:]
        await send({"type": "http.response.body", "body": body})

    return app


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _start(answer: Answer) -> Message:
    pairs = (("content-type", "text/plain"), *answer.headers)
    headers = [(key.lower().encode(), value.encode("latin-1")) for key, value in pairs]
    return {"type": "http.response.start", "status": int(answer.status[:3]), "headers": headers}


#: For real servers, whose logs tell crashes.
wsgi, asgi = wsgi_app(ANSWERS), asgi_app(ANSWERS)
