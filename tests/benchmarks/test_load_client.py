"""The load generator's requests and answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from benchmarks.load_client import (
    HEADERS,
    FaultyAnswerError,
    Load,
    answer,
    cookies,
    exchanged,
    request,
)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_a_request_is_what_a_browser_sends() -> None:
    """All of a browser's headers are there, once, and an empty line ends them."""
    sent = request("/a?b", "bw=1", length=1).decode()
    head, _, body = sent.partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    assert first == "GET /a?b HTTP/1.1"
    expected = {**HEADERS, "Cookie": "bw=1", "Content-Length": "1"}
    assert fields == [f"{name}: {said}" for name, said in expected.items()]
    assert not body


def test_a_new_visitor_has_no_cookie() -> None:
    """Neither a cookie nor a length is sent where there is none."""
    sent = request("/").lower()
    assert b"\r\ncookie:" not in sent
    assert b"content-length" not in sent


def test_cookies_come_back_without_their_attributes() -> None:
    """What an answer sets is sent back as a browser does, whatever the case of the names."""
    got = b"HTTP/1.1 200 OK\r\nset-cookie: bw=a.b; Path=/\r\nX: y\r\nSet-Cookie: c=1\r\n\r\nhello"
    assert cookies(got) == "bw=a.b; c=1"
    assert not cookies(ANSWER)


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection."""
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def test_an_answer_may_come_in_parts(line: tuple[socket.socket, socket.socket]) -> None:
    """An answer is read up to its ending."""
    server, client = line
    parts = threading.Thread(target=lambda: [server.send(ANSWER[at : at + 7]) for at in
                                             range(0, len(ANSWER), 7)])  # fmt: skip
    parts.start()
    assert answer(client, b"hello") == ANSWER
    parts.join()


@pytest.mark.parametrize("got", [b"HTTP/1.1 500 Oh\r\n\r\nhello", b"HTTP/1.1 200 OK\r\n\r\nhel"])
def test_a_bad_answer_ends_the_run(line: tuple[socket.socket, socket.socket], got: bytes) -> None:
    """A status other than 200, or an early end, is not counted as an answer."""
    server, client = line
    server.send(got)
    server.shutdown(socket.SHUT_WR)
    with pytest.raises(FaultyAnswerError):
        answer(client, b"hello")


@pytest.mark.parametrize("keeps", [True, False])
def test_every_request_has_its_answer(keeps: bool) -> None:
    """The generator counts as many answers as the server gave, kept connections or not."""
    given: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        serving = threading.Thread(target=_serve, args=(server, given, keeps), daemon=True)
        serving.start()
        port = server.getsockname()[1]
        driven = exchanged(Load(port, [b"a", b"b"], b"hello", keeps, 1, 0, 0.0, 0.1))
        server.shutdown(socket.SHUT_RDWR)
        serving.join(60)
    assert driven.answers == len(given) == len(driven.latencies) + 1
    assert given[:3] == [b"a", b"b", b"a"][: len(given)]
    assert driven.seconds > 0
    assert min(driven.latencies, default=0) >= 0


def test_a_late_start_has_an_answer_all_the_same() -> None:
    """A turn that is over before the connections stand still has a latency."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        serving = threading.Thread(target=_serve, args=(server, [], True), daemon=True)
        serving.start()
        port = server.getsockname()[1]
        driven = exchanged(Load(port, [b"a"], b"hello", True, 1, 0, 0.0, 1e-9))
        server.shutdown(socket.SHUT_RDWR)
        serving.join(60)
    assert len(driven.latencies) == 1


def _serve(server: socket.socket, given: list[bytes], keeps: bool) -> None:
    """Answer until nobody can connect any more."""
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line:
            while got := line.recv(100):
                given.append(got)
                line.sendall(ANSWER)
                if not keeps:
                    break
