"""The metrics as an answer to whoever asks for their path."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from banditware.answer import Answer, Later, Received
from banditware.extras import extra
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.http import NO_EFFECTS, Effects
from banditware.routes import Route

if TYPE_CHECKING:
    from banditware.bandit import Bandit
    from banditware.config.settings import Settings

_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_FRESH = ("Cache-Control", "no-store")

DENIED = Answer(
    401,
    (_TEXT, _FRESH, ("WWW-Authenticate", 'Bearer realm="metrics"')),
    b"send the token of the configuration: Authorization: Bearer TOKEN\n",
)

FAILED = Answer(500, (_TEXT, _FRESH), b"the metrics could not be read; the log tells why\n")


def metrics_routes(settings: Settings, bandit: Bandit) -> tuple[Route, ...]:
    """Return the route of the metrics' own path, if they have one.

    Raises:
        ConfigError: `prometheus-client` is not installed.
    """
    scraping = settings.metrics
    if scraping is None or scraping.path is None:
        return ()
    prometheus = extra("banditware.prometheus", "prometheus", "metrics", settings.source)
    collector = prometheus.BanditCollector(bandit)

    def respond(accept: str, _received: Received) -> Answer:
        try:
            kind, body = prometheus.exposition(collector, accept)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the server
            bandit.hidden(error)
            return FAILED
        return Answer(200, (("Content-Type", kind), _FRESH, ("Vary", "Accept")), body)

    def serve(_ground: Ground, facts: Facts) -> tuple[Answer | Later, Effects]:
        if not scraping.allows(facts.header("authorization")):
            return DENIED, NO_EFFECTS
        return Later(partial(respond, facts.header("accept"))), NO_EFFECTS

    return (Route(scraping.path, frozenset({"GET"}), serve=serve),)
