"""A headless Chromium, driven over a pipe by the DevTools protocol: no port, no package."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

#: A browser that says it is headless is a bot.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/150.0.0.0 Safari/537.36"
)

#: Seconds that anything may take on a machine that is busy.
PATIENCE = 60.0

#: What Debian, other distributions and Google call it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

EXECUTABLE = next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """The browser refused a command, or did not answer it."""


def patiently(true: Callable[[], object], what: str) -> None:
    """Wait until something is true; `what` says what is waited for."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise BrowserError(f"waited in vain: {what}")
        time.sleep(0.02)


class Chromium:
    """One browser process. Messages are JSON that ends with a zero byte."""

    def __init__(self, profile: Path) -> None:
        assert EXECUTABLE is not None
        command_in, self._commands = os.pipe()
        self._answers, answer_out = os.pipe()
        # The browser reads 3 and writes 4, which must not be among those that are copied there.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (command_in, answer_out)]
        os.close(command_in)
        os.close(answer_out)
        with (profile.parent / "chromium.log").open("wb") as log:
            self._pid = os.posix_spawn(
                EXECUTABLE,
                _arguments(profile),
                os.environ,
                file_actions=[
                    # The log first: it may be 3 or 4 itself.
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
                    (os.POSIX_SPAWN_DUP2, high[0], 3),
                    (os.POSIX_SPAWN_DUP2, high[1], 4),
                ],
                setpgroup=0,
            )
        for fd in high:
            os.close(fd)
        self._buffer = b""
        self._last = 0
        #: What the browser told without being asked, in order.
        self.heard: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, /, **parameters: Any) -> dict[str, Any]:
        """Return what the browser answers to a command."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._last:
                break
            if "method" in answer:
                self.heard.append(answer)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], PATIENCE)
            chunk = os.read(self._answers, 1 << 16) if ready else b""
            if not chunk:
                raise BrowserError("the browser does not answer: see chromium.log")
            self._buffer += chunk
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    @contextmanager
    def unwatched(self, url: str) -> Iterator[Callable[[], Page]]:
        """Open a page for somebody new, who has no cookies; what is yielded begins to watch it.

        Where DevTools watch a page, no other page is prerendered for it.
        """
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url=url, browserContextId=context)["targetId"]

        def watch() -> Page:
            session = self.call("Target.attachToTarget", targetId=target, flatten=True)
            return Page(self, session["sessionId"])

        yield watch
        self.call("Target.disposeBrowserContext", browserContextId=context)

    @contextmanager
    def behind(self, url: str) -> Iterator[Page]:
        """Open a page for somebody new in a tab behind another."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        self.call("Target.createTarget", url="about:blank", browserContextId=context)
        hidden = {"url": url, "browserContextId": context, "background": True}
        target = self.call("Target.createTarget", **hidden)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)
        yield Page(self, session["sessionId"])
        self.call("Target.disposeBrowserContext", browserContextId=context)

    @contextmanager
    def somebody(self) -> Iterator[Page]:
        """Open an empty page for somebody new."""
        with self.unwatched("about:blank") as watch:
            yield watch()

    def close(self) -> None:
        """End the process, and those that it started."""
        with suppress(BrowserError, OSError):
            self.call("Browser.close")
        deadline = time.monotonic() + PATIENCE
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > deadline:
                os.killpg(self._pid, signal.SIGKILL)
            time.sleep(0.02)
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        os.close(self._commands)
        os.close(self._answers)


def _arguments(profile: Path) -> list[str]:
    switches = {
        "headless": "new",
        "remote-debugging-pipe": "",
        "no-sandbox": "",
        "no-first-run": "",
        "no-default-browser-check": "",
        "disable-gpu": "",
        "disable-dev-shm-usage": "",
        "disable-background-networking": "",
        "disable-component-update": "",
        "disable-sync": "",
        "user-agent": AGENT,
        "user-data-dir": str(profile),
    }
    pairs = (f"--{name}={value}" if value else f"--{name}" for name, value in switches.items())
    return [str(EXECUTABLE), *pairs]


class Page:
    """One tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session
        self.call("Page.enable")
        self.call("Runtime.enable")

    def call(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """Return what the tab answers to a command."""
        return self._browser.call(method, self._session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page, awaited."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise BrowserError(f"{expression}: {found['exceptionDetails']['text']}")
        return found["result"].get("value")

    def open(self, url: str) -> None:
        """Go to a URL, and wait until it is loaded."""
        self.evaluate("window.wasHere = true")
        self.call("Page.navigate", url=url)
        self.wait_loaded()

    def reload(self) -> None:
        """Load the page anew."""
        self.evaluate("window.wasHere = true")
        self.call("Page.reload")
        self.wait_loaded()

    def wait_loaded(self) -> None:
        """Wait until another page than the one that was marked is loaded."""
        done = "!window.wasHere && document.readyState === 'complete'"
        patiently(lambda: self.tries(done), "the page is loaded")

    def tries(self, expression: str) -> bool:
        """Return whether an expression is true; in no page, nothing is."""
        with suppress(BrowserError):  # as between two pages
            return bool(self.evaluate(expression))
        return False

    def click(self, selector: str) -> None:
        """Click on an element with the mouse."""
        x, y = self.evaluate(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def look(self, *, width: int, height: int = 800, dark: bool = False) -> None:
        """Have a window of this size, and a taste for light or dark pages."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1}
        self.call("Emulation.setDeviceMetricsOverride", mobile=width < 500, **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file: Path) -> None:
        """Save what the tab shows."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
