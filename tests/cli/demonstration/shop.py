"""A shop that answers as it is told, on loopback."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

PAGE = '<button style="--button: #c62828">Good day. Care to purchase?</button>'
VALUES = {
    "color_btn": {"#c62828": "red", "#1a7f37": "green"},
    "txt_btn": {"Good day. Care to purchase?": "formal", "Hey, wanna buy me?": "casual"},
}


class Answer(NamedTuple):
    """What is answered to a request."""

    status: int = 200
    body: str = PAGE
    headers: tuple[tuple[str, str], ...] = ()


class Request(NamedTuple):
    """What was asked."""

    method: str
    path: str
    headers: Mapping[str, str]


class Shop(NamedTuple):
    """A running shop: where it is, what it answers, what it was asked."""

    address: tuple[str, int]
    answers: dict[str, Answer]
    requests: list[Request]


@contextlib.contextmanager
def opened(answers: dict[str, Answer]) -> Iterator[Shop]:
    """Run a shop that answers by method and path."""
    requests: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            requests.append(Request(self.command, self.path, dict(self.headers)))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = answers[f"{self.command} {self.path}"]
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - http.server looks for these names

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Shop(("127.0.0.1", server.server_port), answers, requests)
        finally:
            server.shutdown()
            thread.join()
