"""Clients of streams."""

from __future__ import annotations

import socket

import pytest

from benchmarks.load_client import FaultyAnswerError
from benchmarks.load_stream import Asking, Streamed, first, together


def test_streams_add_up() -> None:
    """Two streams count as one, with a rate for all of the time, and one without the client's."""
    both = together([Streamed(100, 2.0, 0.5, 1.0), Streamed(100, 1.0, 0.5, 0.5)])
    assert both == Streamed(200, 3.0, 1.0, 1.5)
    assert both.rate == pytest.approx(200 / 3)
    assert both.alone == 100


def test_a_stream_is_asked_for_with_a_byte_to_come() -> None:
    """The request announces the one byte by which the client says that it has the first part."""
    sent = Asking("/other", "bw=1").sent(7)
    assert sent.startswith(b"GET /other?7 HTTP/1.1\r\n")
    assert b"\r\nContent-Length: 1\r\n" in sent
    assert sent.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("got", [b"HTTP/1.1 503 No\r\n\r\nfirst", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_stream_that_does_not_begin_is_refused(got: bytes) -> None:
    """Another status than 200, or an end before the first part, is a fault."""
    server, client = socket.socketpair()
    with server, client:
        server.send(got)
        server.shutdown(socket.SHUT_WR)
        with pytest.raises(FaultyAnswerError):
            first(client, b"GET")
