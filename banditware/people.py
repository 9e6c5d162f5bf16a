"""Carries what was decided for people between this process and the store.

The one place where a request may wait for the store: somebody logs in, and what their other
devices were shown has to be there before this one is shown something else. That happens once per
device and login, takes one exchange, and waits for `WAIT` seconds at most; whatever takes longer
goes on by itself, and the next request finds it done. While the store is away nobody waits.
"""

from __future__ import annotations

import hmac
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from banditware import forks
from banditware.breaker import Breaker
from banditware.launching import launch, within
from banditware.model import DAY, Experiment
from banditware.persons import Texts
from banditware.stores.base import Store
from banditware.stores.people import Offer

_log = logging.getLogger("banditware")

#: Seconds that a request waits.
WAIT = 0.02

#: Seconds for which an answer is taken for the newest.
RECENT = 60.0

#: People whose answers are remembered, and people of whom something may wait to be kept.
MOST = 10_000

#: Exchanges that may be on their way at the same time, each of which has a thread.
_AT_ONCE = 8


def person_of(user_id: str | int, secret: str) -> str:
    """Return the key under which a person is kept; nobody without the secret can tell who it is."""
    named = b"banditware.person.v1\0" + str(user_id).encode(errors="surrogatepass")
    return hmac.digest(secret.encode(), named, "sha256")[:16].hex()


class Acquaintances(forks.ForkAware):
    """See `banditware.persons.People`. Keep one as long as the app lives."""

    def __init__(
        self, store: Store, secret: str, *, life: float, clock: Callable[[], float]
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            store: keeps people.
            secret: hides who they are.
            life: seconds after which the store forgets a person of whom nothing new was kept.
            clock: seconds since the epoch.
        """
        self._store = store
        self._secret = secret
        self._life = life
        self._clock = clock
        self._breaker = Breaker(1.0, random.Random())
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        self._resume = 0.0
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._answers: dict[str, tuple[float, Texts]] = {}
        self._waiting: dict[str, Offer] = {}
        self._lock = threading.Lock()
        self._draining = False
        self._thread: threading.Thread | None = None

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware`: what waits is the parent's to carry."""
        if child:
            self._begin()

    def known_as(self, user_id: str | int) -> str:
        """See `People.known_as`."""
        return person_of(user_id, self._secret)

    def recent(self, person: str) -> Texts | None:
        """See `People.recent`."""
        since, kept = self._answers.get(person, (-RECENT, {}))
        return kept if time.monotonic() < since + RECENT else None

    def join(self, person: str, texts: Texts) -> Texts | None:
        """See `People.join`."""
        if time.monotonic() < self._resume or not self._slots.acquire(blocking=False):
            return None
        slots, found = self._slots, list[Texts | None]()

        def ask() -> None:
            try:
                found.append(self._exchange(Offer(person, texts)))
            finally:
                slots.release()

        within(WAIT, ask)
        return found[0] if found else None

    def later(self, person: str, texts: Texts, stale: Texts) -> None:
        """See `People.later`; if too many people wait, this one is left out."""
        with self._lock:
            waits = self._waiting.get(person)
            if waits is None and len(self._waiting) >= MOST:
                return
            if waits is not None:
                texts, stale = {**texts, **waits.texts}, {**stale, **waits.stale}
            self._waiting[person] = Offer(person, texts, stale)
            begins = not self._draining and time.monotonic() >= self._resume
            self._draining = self._draining or begins
        if begins:
            self._thread = launch(self._drain)
            if self._thread is None:
                self._draining = False

    def close(self, timeout: float) -> None:
        """Keep what waits, for at most so many seconds."""
        if self._thread is not None:
            self._thread.join(timeout)
        if self._waiting:
            self._resume = 0.0
            within(timeout, self._drain)

    def _drain(self) -> None:
        """Keep what waits, until nothing does or the store fails. Never raises."""
        while True:
            with self._lock:
                if not self._waiting or time.monotonic() < self._resume:
                    self._draining = False
                    return
                person = next(iter(self._waiting))
                offer = self._waiting.pop(person)
            if self._exchange(offer) is None:
                with self._lock:
                    self._waiting.setdefault(person, offer)

    def _exchange(self, offer: Offer) -> Mapping[str, str] | None:
        """Ask the store; None if it failed, and then it is left alone for a while. Never raises."""
        try:
            offer = offer._replace(now=self._clock(), life=self._life)
            kept = self._store.people().join(offer)
        except Exception as error:  # noqa: BLE001  # people stay apart until it is back
            if not self._breaker.open:
                _log.warning("devices of people who log in are not brought together: %s", error)
            self._breaker.failed()
            self._resume = time.monotonic() + self._breaker.pause()
            return None
        self._breaker.succeeded()
        if len(self._answers) >= MOST:
            self._answers = {}
        self._answers[offer.person] = (time.monotonic(), kept)
        return kept


class Configured(Protocol):
    """What has to be known of a configuration; see `banditware.config.settings`."""

    @property
    def secret_keys(self) -> Sequence[str]:
        """Secrets, oldest first; people are hidden with the oldest."""
        ...

    @property
    def experiments(self) -> Sequence[Experiment]:
        """The experiments; the longest `sticky` says how long people are kept."""
        ...


def people_of(settings: Configured, store: Store, clock: Callable[[], float]) -> Acquaintances:
    """Return what keeps people.

    Args:
        settings: the configuration.
        store: where they are kept.
        clock: seconds since the epoch.
    """
    life = max((each.sticky or 0.0 for each in settings.experiments), default=0.0)
    return Acquaintances(store, settings.secret_keys[0], life=max(life, DAY), clock=clock)
