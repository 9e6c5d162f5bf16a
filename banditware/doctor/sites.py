"""A running site, asked like its visitors ask: does something between them and the app mix arms?

Every newcomer that is sent is counted by the app like any other.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from banditware.config import Settings
from banditware.doctor.asking import Ask, Reply
from banditware.doctor.findings import Facts, Finding, judged
from banditware.doctor.guests import Guest, Site, shows_another
from banditware.doctor.site_rules import RULES, WORST
from banditware.routes import Match, Router
from banditware.sharing import ARMS, ARMS_SPELT

#: Newcomers that are sent. Two arms of equal share then meet with a probability of 97 %.
GUESTS = 6

#: Visits of each after the first: what the first one leaves in a cache answers the second.
VISITS = 2


def examine_site(settings: Settings, url: str, ask: Ask) -> Iterator[Finding]:
    """Yield what was found out about a page of a running site.

    Args:
        settings: the configuration of the app behind it.
        url: the page; one of a route that chooses.
        ask: asks the site.
    """
    try:
        known = _gather(settings, url, ask)
    except (OSError, http.client.HTTPException) as error:
        known = {"url": url, "status": 0, "error": str(error) or type(error).__name__}
    yield from judged(RULES, Facts(known))


def _gather(settings: Settings, url: str, ask: Ask) -> dict[str, Any]:
    parts = urlsplit(url)
    router = Router(settings.routes)
    matches = router.match("GET", unquote(parts.path) or "/", parts.hostname or "")
    chosen = [name for match in matches for name in match.route.choose]
    site = Site(settings, url, ask)
    one = Guest(site)
    known = {"url": url, "status": one.first.status, "error": "", "chosen": ", ".join(chosen)}
    if not chosen or one.first.status >= WORST:
        return known
    guests = [one, *(Guest(site) for _ in range(GUESTS - 1))]
    return {**known, **_newcomers(guests), **_returned(settings, guests, matches)}


def _newcomers(guests: list[Guest]) -> dict[str, Any]:
    """Return the facts of first visits."""
    values = [guest.value for guest in guests if guest.value]
    answers = [guest.first for guest in guests]
    caching = [each.all("cache-control").lower() for each in answers]
    open_ones = [each for each in caching if "private" not in each and "no-store" not in each]
    vary = [each.all("vary") for each in answers]
    unvaried = [each for each in vary if "cookie" not in each.lower() and "*" not in each]
    return {
        "cookies": len(values),
        "foreign": sum(guest.known is None for guest in guests if guest.value),
        "guests": len(guests),
        "twins": len(values) - len(set(values)),
        "kept": next(filter(None, map(_from_cache, answers)), ""),
        "caching": (open_ones[0] or "nothing") if open_ones else "",
        "vary": (unvaried[0] or "nothing") if unvaried else "",
    }


def _returned(
    settings: Settings, guests: list[Guest], matches: tuple[Match, ...]
) -> dict[str, Any]:
    """Return the facts of later visits, of those who got a cookie of ours."""
    ours = [guest for guest in guests if guest.known is not None]
    if not ours:
        return {}
    lost = 0
    shown: list[bool | None] = []
    for guest in ours:
        subject = guest.subject
        shown += [shows_another(guest, guest.visit(), matches) for _ in range(VISITS)]
        lost += guest.subject != subject
    answers = [reply for guest in ours for reply in guest.later]
    facts = {"lost": lost, "arms": _worst(shown), "kept_cookies": sum(map(_kept_cookie, answers))}
    return {**facts, **_keyed(ours[0], answers)} if settings.by_arm else facts


def _keyed(guest: Guest, answers: list[Reply]) -> dict[str, Any]:
    """Return the facts of a site whose cache keeps a page for each arm."""
    entries = guest.known.by_experiment.values() if guest.known else ()
    arms = "!".join(f"{each.experiment}~{each.version}~{each.arm}" for each in entries)
    usual, forged = guest.visit(), guest.visit(**{ARMS_SPELT: arms})
    return {
        "hits": sum(bool(_from_cache(reply)) for reply in answers),
        "open": sum("private" not in reply.all("cache-control").lower() for reply in answers),
        # A cache that says the arms itself says them to the app whatever a client says.
        "forged": ARMS in forged.all("vary").lower() and ARMS not in usual.all("vary").lower(),
    }


def _worst(shown: list[bool | None]) -> str:
    if any(shown):
        return "wrong"
    return "right" if all(each is False for each in shown) else "untold"


def _kept_cookie(reply: Reply) -> bool:
    return bool(_from_cache(reply)) and bool(reply.lines("set-cookie"))


def _from_cache(reply: Reply) -> str:
    """Return the header by which a cache says that it had the page, or nothing."""
    age = reply.all("age").strip()
    if age.isdecimal() and int(age):
        return f"Age: {age}"
    for name in ("x-cache", "cf-cache-status", "x-cache-status", "x-proxy-cache"):
        if "hit" in reply.all(name).lower():
            return f"{name}: {reply.all(name)}"
    return ""
