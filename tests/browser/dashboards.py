"""A dashboard for a browser, of experiments with a month behind them, and what a browser says."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import make_server

from banditware import Bandit, wrap
from banditware.config import load
from banditware.stores.memory import MemoryStore
from tests.browser.chromium import Chromium, Page, patiently
from tests.browser.site import Quiet, ThreadingServer
from tests.histories import filled

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOK, WRITE = "look-at-everything-here", "change-everything-here"

#: When pictures are taken: by day, as there are more visitors then.
NOW = 1_796_040_000.0

CONFIG: dict[str, Any] = {
    "secret_keys": ["a secret of the tests"],
    "store": "memory://",
    "refresh": "1h",
    "dashboard": {"token": LOOK, "write_token": WRITE},
    "experiments": {
        "headline": {
            "arms": ["casual", "formal", "neutral"],
            "default": "neutral",
            "goal": "purchase",
        },
        "checkout_button": {"arms": ["green", "blue", "red"], "policy": "epsilon-greedy"},
        "free_shipping": {"arms": ["from_20", "from_50"], "goal": "order", "holdout": "5%"},
        "hero": {"arms": ["photo", "video", "none"], "default": "none"},
        "newsletter": {"arms": ["popup", "footer"], "goal": "signup", "policy": "uniform"},
        "search_ranking": {"arms": ["bm25", "hybrid", "vectors"], "goal": "click"},
    },
    "routes": [{"match": "GET /", "choose": "headline"}],
}


@dataclass
class Dashboard:
    """A dashboard that a browser can visit.

    Attributes:
        url: where it is.
        bandit: whose it is.
    """

    url: str
    bandit: Bandit


def furnished() -> Bandit:
    """Return a bandit with a month behind it: one of three arms is paused, and one experiment."""
    settings = load(CONFIG)
    store = MemoryStore()
    filled(store, settings.experiments, 30, NOW, random.Random(11))
    bandit = Bandit(settings, store=store, clock=lambda: NOW)
    bandit.control("pause", "newsletter", who="Grace", note="until the new layout is out")
    bandit.control("promote", "search_ranking", arm="vectors", who="Ada", note="clear enough")
    bandit.control("pause", "headline", arm="formal", who="Ada", note="too stiff for the sale")
    bandit.refresh()
    return bandit


@contextmanager
def serving() -> Iterator[Dashboard]:
    """Serve the dashboard in front of an app."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("404 Not Found", [])
        return []

    with (
        furnished() as bandit,
        make_server("127.0.0.1", 0, wrap(app, bandit), ThreadingServer, Quiet) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Dashboard(f"http://127.0.0.1:{server.server_port}/_banditware/", bandit)
        finally:
            server.shutdown()
            thread.join()


def sign_in(page: Page, url: str, token: str = WRITE, who: str = "Ada") -> None:
    """Sign in as a person does: by typing and by the enter key."""
    page.open(url)
    for field, text in (("#token", token), ("#who", who)):
        page.evaluate(f"document.querySelector({field!r}).focus()")
        page.call("Input.insertText", text=text)
    press_enter(page)


def press_enter(page: Page) -> None:
    """Press the enter key, and wait for the page to which it leads."""
    page.evaluate("window.wasHere = true")
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r")
    page.wait_loaded()


def follow(page: Page, selector: str) -> None:
    """Click on something that leads to another page, and wait for it."""
    page.evaluate(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
    page.evaluate("window.wasHere = true")
    page.click(selector)
    page.wait_loaded()


def drawn(page: Page) -> None:
    """Wait until the charts of a page are drawn."""
    patiently(
        lambda: page.evaluate("document.querySelectorAll('.plot canvas').length === 2"),
        "the charts are drawn",
    )


class Watched:
    """What a browser says of its pages: errors, and which hosts they ask."""

    def __init__(self, browser: Chromium, page: Page) -> None:
        """Begin to listen."""
        self._heard = browser.heard
        self._since = len(browser.heard)
        for domain in ("Network", "Log", "Audits"):
            page.call(f"{domain}.enable")

    def _told(self, method: str) -> list[dict[str, Any]]:
        return [each["params"] for each in self._heard[self._since :] if each["method"] == method]

    def complaints(self) -> list[Any]:
        """Return errors and warnings of the console, exceptions, and what a policy refused."""
        logged = [each["entry"] for each in self._told("Log.entryAdded")]
        spoken = [each for each in self._told("Runtime.consoleAPICalled") if each["type"] != "log"]
        issues = [each["issue"]["code"] for each in self._told("Audits.issueAdded")]
        policy = [code for code in issues if code == "ContentSecurityPolicyIssue"]
        serious = [each for each in logged if each["level"] in {"error", "warning"}]
        return [*serious, *spoken, *self._told("Runtime.exceptionThrown"), *policy]

    def hosts(self) -> set[str]:
        """Return the schemes and hosts of everything that was asked for."""
        urls = [each["request"]["url"] for each in self._told("Network.requestWillBeSent")]
        return {
            "data:" if url.startswith("data:") else "/".join(url.split("/")[:3]) for url in urls
        }


def save(page: Page, folder: Path, name: str) -> Path:
    """Save a picture of the whole page."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    width = int(page.evaluate("window.innerWidth"))
    dark = bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))
    page.look(width=width, height=height, dark=dark)
    file = folder / f"{name}.png"
    page.screenshot(file)
    return file
