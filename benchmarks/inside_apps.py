"""Apps that time their wrapper from inside a server: a thin shim around it, for `inside.py`.

The shim notes the time from the call of an app to its return, without what the server's own
`start_response` or `send` takes in it. A path that begins with `BARE` goes to the bare app through
the same shim, which tells what shim and app take by themselves.
"""

from __future__ import annotations

import json
import statistics
import time
from array import array
from collections.abc import Callable
from typing import Any

#: How a path begins that is for the bare app, and what tells the figures and begins anew.
BARE, TOLD = "/bare", "/told"

#: What figures end with.
END = b"}\n"


class Samples:
    """Seconds that requests took, since they were told last.

    Attributes:
        taken: one for each request.
        others: seconds of the request at hand that the server took itself.
        clock: seconds.
        collecting: seconds that garbage collections took, wherever in the server they fell.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self.taken = array("d")
        self.others = 0.0
        self.collecting = 0.0
        self._began = 0.0

    def collected(self, phase: str, *_: object) -> None:
        """See `gc.callbacks`."""
        now = self.clock()
        if phase == "start":
            self._began = now
        else:
            self.collecting += now - self._began

    def tell(self) -> bytes:
        """Return quartiles and means in microseconds of a request as JSON, and forget them."""
        micros = [seconds * 1e6 for seconds in self.taken]
        lower, median, upper = statistics.quantiles(micros, n=4)
        told = {
            "lower": lower,
            "median": median,
            "upper": upper,
            "mean": statistics.fmean(micros),
            "collecting": self.collecting / len(micros) * 1e6,
        }
        del self.taken[:]
        self.collecting = 0.0
        return json.dumps(told).encode()[:-1] + END


class TimedWSGI:
    """Times a WSGI app and its wrapper."""

    def __init__(self, bare: Any, wrapped: Any) -> None:
        self.bare = bare
        self.wrapped = wrapped
        self.samples = Samples()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the app does."""
        path, samples, clock = environ["PATH_INFO"], self.samples, self.samples.clock
        if path == TOLD:
            told = samples.tell()
            start_response("200 OK", [("Content-Length", str(len(told)))])
            return [told]
        app = self.bare if path.startswith(BARE) else self.wrapped

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            begin = clock()
            try:
                return start_response(status, headers)
            finally:
                samples.others += clock() - begin

        samples.others = 0.0
        begin = clock()
        body = app(environ, start)
        samples.taken.append(clock() - begin - samples.others)
        return body


class TimedASGI:
    """Times an ASGI app and its wrapper; a server that waits while it sends is not for this."""

    def __init__(self, bare: Any, wrapped: Any) -> None:
        self.bare = bare
        self.wrapped = wrapped
        self.samples = Samples()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the app does."""
        if scope["type"] != "http":
            await self.wrapped(scope, receive, send)
            return
        path, samples, clock = scope["path"], self.samples, self.samples.clock
        if path == TOLD:
            told = samples.tell()
            headers = [(b"content-length", str(len(told)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": told})
            return
        app = self.bare if path.startswith(BARE) else self.wrapped

        async def sending(message: Any) -> None:
            begin = clock()
            await send(message)
            samples.others += clock() - begin

        samples.others = 0.0
        begin = clock()
        await app(scope, receive, sending)
        samples.taken.append(clock() - begin - samples.others)
