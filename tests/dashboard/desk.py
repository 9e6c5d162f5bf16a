"""A stand whose dashboard is asked without any server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from banditware.answer import Answer, Later, Received
from banditware.stores import Store
from tests.support import NOON, PERSON, Asked, Stand, put, stand

LOOK, WRITE = "look-at-everything-here", "change-everything-here"

HOME = "/_banditware/"

SECTION = {"token": LOOK, "write_token": WRITE}


@dataclass
class Browser:
    """Somebody who asks for pages of a dashboard, and keeps its cookie."""

    stand: Stand
    cookie: str = ""
    client: str = "192.0.2.1"
    https: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, place: str = "", *, method: str = "GET", body: bytes | None = b"", **headers: Any
    ) -> Answer:
        """Return the answer to a request; `place` may have a query."""
        path, _, query = f"{HOME}{place}".partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        cookies = {"cookie": self.cookie} if self.cookie else {}
        given = {"user-agent": PERSON, **cookies, **self.headers, **named}
        asked = Asked(method, path, query=query, secure=self.https, headers=given)
        visit = self.stand.bandit.begin(asked)
        assert isinstance(visit.answer, Later)
        answer = visit.answer.respond(Received(body, self.client))
        for name, value in answer.headers:
            if name == "Set-Cookie":
                self.cookie = value.partition(";")[0]
        return answer

    def page(self, place: str = "", **headers: Any) -> str:
        """Return the text of a page that is there."""
        answer = self.ask(place, **headers)
        assert answer.status == 200
        return answer.body.decode()

    def data(self, place: str, token: str = LOOK) -> Any:
        """Return the JSON of a place."""
        answer = self.ask(f"api/{place}", authorization=f"Bearer {token}")
        assert answer.status == 200
        return json.loads(answer.body)

    def send(self, place: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        body = urlencode(fields).encode()
        return self.ask(place, method="POST", body=body, content_type=kind, **headers)

    def sign_in(self, token: str = LOOK, who: str = "") -> Answer:
        """Sign in."""
        return self.send("sign-in", {"token": token, "who": who})

    def key(self) -> str:
        """Return what the forms of this session carry."""
        forms = fields(self.page("changes"))
        return forms["key"]

    def change(self, **wanted: str) -> Answer:
        """Change something by the form of its page."""
        return self.send("change", {"key": self.key(), **wanted})


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def fields(page: str) -> dict[str, str]:
    """Return the fields of the forms of a page, with their values."""
    parser = _Fields()
    parser.feed(page)
    return parser.found


OpenDesk = Callable[..., Browser]


def opened(
    section: Mapping[str, Any] | None = None,
    *,
    store: Store | None = None,
    button: Mapping[str, Any] | None = None,
    **top: Any,
) -> Browser:
    """Return somebody in front of a stand with a dashboard."""
    found = SECTION if section is None else section
    return Browser(stand(button, store=store, dashboard=dict(found), **top))


def counted(store: Store, ledger: str = "button@1") -> None:
    """Let green be shown 1000 times and red 500 times, lately; green is better."""
    cohort = int(NOON // 18_900) * 18_900
    cohort -= 18_900
    added: dict[str, float] = {}
    for arm, pulls, rewards in (("green", 1000, 150), ("red", 500, 40)):
        added[f"n/{arm}/{cohort}"] = pulls
        for kind in "ksqmw":
            added[f"{kind}/{arm}/{cohort}/reward"] = rewards
    put(store, {**added, "x/bot": 7}, ledger)
