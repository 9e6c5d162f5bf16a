"""Visitors of a running site, and what their cookies say of them."""

from __future__ import annotations

from collections.abc import Sequence

from banditware.config import Settings
from banditware.counts import HOLDOUT
from banditware.doctor.asking import Ask, Reply
from banditware.http import cookie_values
from banditware.routes import Match
from banditware.tokens import Assignments, Tokens
from banditware.validators import mark_of


class Site:
    """A page of a running site, and how its cookies are read. Used by one examination."""

    def __init__(self, settings: Settings, url: str, ask: Ask) -> None:
        """Prepare; `ask` asks the site."""
        self.settings = settings
        self.url = url
        self.ask = ask
        https = url.startswith("https:")
        self.names = {settings.cookie.full_name(https=secure) for secure in (https, False)}
        self.tokens = Tokens(settings.secret_keys)


class Guest:
    """Somebody with a browser that keeps our cookie.

    Attributes:
        first: the answer to the first visit, without a cookie.
        later: the answers to the others.
    """

    def __init__(self, site: Site) -> None:
        """Visit for the first time."""
        self._site = site
        self._cookies: dict[str, str] = {}
        self.later: list[Reply] = []
        self.first = self._visit()

    @property
    def value(self) -> str:
        """The value of our cookie, or nothing."""
        named = (self._cookies.get(name, "") for name in sorted(self._site.names, reverse=True))
        return next(filter(None, named), "")

    @property
    def known(self) -> Assignments | None:
        """What the cookie says, if it is one that we signed."""
        return self._site.tokens.open(self.value) if self.value else None

    @property
    def subject(self) -> str:
        """The subject that the cookie names, or nothing."""
        known = self.known
        return "" if known is None else known.subject

    def visit(self, **headers: str) -> Reply:
        """Visit once more."""
        reply = self._visit(**headers)
        self.later.append(reply)
        return reply

    def _visit(self, **headers: str) -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Cookie": cookies} if cookies else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = self._site.ask(self._site.url, {**sent, **named})
        for line in reply.lines("set-cookie"):
            pair = line.partition(";")[0]
            name, _, _ = pair.partition("=")
            for value in cookie_values(pair, name.strip()):
                self._cookies[name.strip()] = value
        return reply


def shows_another(guest: Guest, reply: Reply, matches: Sequence[Match]) -> bool | None:
    """Return True if a page is that of other arms than the visitor's; None if it does not tell.

    It tells by `X-Banditware`, or by the mark of its ETag.
    """
    known = guest.known
    if known is None:
        return None
    chosen = [name for match in matches for name in match.route.choose]
    said = dict(part.split("=", 1) for part in reply.all("x-banditware").split("; ") if "=" in part)
    if said:
        arms = {name: known.by_experiment[name].arm for name in said if name in known.by_experiment}
        return any(said[name] != arm for name, arm in arms.items() if arm != HOLDOUT)
    entries = [known.by_experiment[name] for name in chosen if name in known.by_experiment]
    mark = mark_of(tuple(f"{each.experiment}~{each.version}~{each.arm}" for each in entries))
    _, tilde, end = reply.all("etag").rstrip('"').rpartition("~")
    return end[1:] != mark if tilde and len(end) == len(mark) + 1 else None
