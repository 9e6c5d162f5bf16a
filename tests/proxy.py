"""A wire between a client and a server that loses, holds and refuses what goes over it."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

_MOST = 1 << 20

#: Seconds without a byte after which a request and its answer are taken to be whole.
_QUIET = 0.003


class Fault(Enum):
    """What happens to a request."""

    NONE = auto()
    #: The connection ends before the server got it.
    DROP_REQUEST = auto()
    #: The server does it, and the connection ends before its answer gets back.
    DROP_REPLY = auto()
    #: The server gets it only after `Proxy.deliver`, and nobody gets the answer.
    HOLD = auto()
    #: Nothing ever happens.
    BLACKHOLE = auto()


class Proxy:
    """Forwards from a port of this machine to a socket.

    Attributes:
        port: where it listens.
        plan: asked for the fault of each request, which is what comes in one piece.
        refuse: whether new connections end at once.
        requests: how many requests there were.
        delay: seconds by which each request is late.
    """

    def __init__(self, target: Path, secure: ssl.SSLContext | None = None) -> None:
        self.plan: Callable[[], Fault] = lambda: Fault.NONE
        self.refuse = False
        self.requests = 0
        self.delay = 0.0
        self._target = target
        self._secure = secure
        self._held: list[Callable[[], None]] = []
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def once(self, *faults: Fault) -> None:
        """Let the next requests have these faults, and all later ones none."""
        coming = iter(faults)
        self.plan = lambda: next(coming, Fault.NONE)

    def deliver(self) -> int:
        """Let the server have what was held; return how many requests that was."""
        held, self._held = self._held, []
        for each in held:
            each()
        return len(held)

    def cut(self) -> None:
        """End all connections."""
        for each in tuple(self._open):
            _end(each)

    def close(self) -> None:
        """End everything."""
        # Closing alone would leave the thread waiting for a connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuse:
                client.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            if self._secure is not None:
                client = self._secure.wrap_socket(client, server_side=True)
            self._open.add(client)
            with client, socket.socket(socket.AF_UNIX) as server:
                server.connect(str(self._target))
                while self._exchange(client, server):
                    pass
        except OSError:
            client.close()
        finally:
            self._open.discard(client)

    def _exchange(self, client: socket.socket, server: socket.socket) -> bool:
        """Carry one request, in however many pieces; return False if the connection ends."""
        # On a busy machine a pause is not always the end of an answer.
        while server in select.select([client, server], [], [])[0]:
            if not (late := server.recv(_MOST)):
                return False
            client.sendall(late)
        request = _receive(client)
        self.requests += 1
        fault = self.plan()
        if not request or fault is Fault.DROP_REQUEST:
            return False
        if fault in (Fault.HOLD, Fault.BLACKHOLE):
            pieces = [request]
            if fault is Fault.HOLD:
                self._held.append(lambda: self._late(b"".join(pieces)))
            while more := client.recv(_MOST):
                pieces.append(more)
            return False
        time.sleep(self.delay)
        server.sendall(request)
        answer = self._answer(client, server)
        if fault is Fault.DROP_REPLY or not answer:
            return False
        client.sendall(answer)
        return True

    def _answer(self, client: socket.socket, server: socket.socket) -> bytes:
        """Return the whole answer, after the rest of the request; nothing if a side went away."""
        answer = b""
        # Nothing is answered before all is quiet, so the next request cannot be taken for a rest.
        while readable := select.select([client, server], [], [], _QUIET if answer else None)[0]:
            if client in readable:
                if not (rest := _receive(client)):
                    return b""
                server.sendall(rest)
            if server in readable:
                if not (more := server.recv(_MOST)):
                    return b""
                answer += more
        return answer

    def _late(self, request: bytes) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._target))
            server.sendall(request)
            # What is held may have come in part, to which there is no answer but the end.
            server.shutdown(socket.SHUT_WR)
            while server.recv(_MOST):
                pass


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _receive(client: socket.socket) -> bytes:
    """Return what has come, also what TLS has decrypted already."""
    data = client.recv(_MOST)
    while isinstance(client, ssl.SSLSocket) and client.pending():
        data += client.recv(_MOST)
    return data
