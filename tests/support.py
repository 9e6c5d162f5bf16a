"""A stand with one experiment, for the tests of decisions: no threads, no network, its own clock.

`/` chooses `button`, `POST /buy` rewards it, and nothing happens behind a test's back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banditware import Bandit, Decision, Visit
from banditware.config import Settings, load
from banditware.counts import decode
from banditware.facts import PURPOSES
from banditware.http import Effects
from banditware.model import Arm, Experiment, Policy
from banditware.policies.uniform import Uniform
from banditware.stores import Batch, Store

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

KEY = "the key of the stand"

NOON = 1_800_000_000.0

HOUR = 3_600.0

BUTTON: dict[str, Any] = {
    "arms": {"green": "#0f0", "red": "#f00"},
    "default": "red",
    "policy": "uniform",
}

ROUTES: list[dict[str, Any]] = [
    {"match": "GET /", "choose": "button"},
    {"match": "POST /buy", "reward": "button"},
]


@dataclass
class Watch:
    """A clock that a test moves; seconds since the epoch."""

    now: float = NOON

    def __call__(self) -> float:
        """Return the time it shows."""
        return self.now


@dataclass(frozen=True)
class Asked:
    """The facts of a request that no server ever saw."""

    method: str = "GET"
    path: str = "/"
    host: str = "shop.example"
    secure: bool = False
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"user-agent": PERSON})

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.method, self.path

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers

    @property
    def purpose(self) -> str:
        """The headers in which browsers say that nobody looks at it yet, in one."""
        return "".join(map(self.header, PURPOSES))

    def asking(self) -> tuple[str, str, bool, str]:
        """Return what tells who asks; see `Facts`."""
        return self.header("cookie"), self.header("user-agent"), self.secure, self.query

    def header(self, name: str) -> str:
        """Return a header by its lower-case name, or nothing."""
        return self.headers.get(name, "")


class Seen(NamedTuple):
    """One request, when it is over."""

    visit: Visit
    effects: Effects

    @property
    def decision(self) -> Decision:
        """The only decision."""
        (decision,) = self.visit.decisions.values()
        return decision

    @property
    def reason(self) -> str:
        """Its reason."""
        return self.decision.reason


View = Callable[[Visit], object]


@dataclass
class Surfer:
    """A browser that keeps our cookie."""

    bandit: Bandit
    cookie: str = ""

    def ask(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        status: int = 200,
        view: View = lambda visit: None,
        **more: Any,
    ) -> Seen:
        """Send a request that the view handles and that is answered with this status.

        `answer` in `more` are the response's headers; `query`, `host` and `secure` are facts; the
        rest are the request's headers, with `_` for `-`.
        """
        answer = more.pop("answer", ())
        facts = {name: more.pop(name) for name in ("query", "host", "secure") if name in more}
        headers = {"user-agent": PERSON, **{name.replace("_", "-"): more[name] for name in more}}
        if self.cookie:
            headers.setdefault("cookie", f"{self.cookie}")
        visit = self.bandit.begin(Asked(method, path, headers=headers, **facts))
        view(visit)
        effects = self.bandit.finish(visit, status, answer)
        self.bandit.record(effects.records, effects.events)
        if effects.set_cookie:
            self.cookie = effects.set_cookie.partition(";")[0]
        return Seen(visit, effects)

    def buy(self, **more: Any) -> Seen:
        """Ask for what rewards."""
        return self.ask("/buy", method="POST", **more)


@dataclass
class Stand:
    """A bandit, the clock it reads, and what it has counted."""

    bandit: Bandit
    watch: Watch

    def surfer(self, cookie: str = "") -> Surfer:
        """Return a browser, without a cookie unless one is given."""
        return Surfer(self.bandit, cookie)

    def report(self, experiment: str = "button") -> dict[str, Any]:
        """Return what the experiment's counts are now."""
        return self.bandit.stats(experiment)

    def pulls(self, experiment: str = "button") -> int:
        """Return the pulls of all arms."""
        return sum(arm["pulls"] for arm in self.report(experiment)["arms"].values())

    def rewards(self, experiment: str = "button") -> int:
        """Return the rewards of all arms, for the experiment's own goal."""
        return sum(arm["rewards"] for arm in self.report(experiment)["arms"].values())

    def earned(self, experiment: str = "button") -> float:
        """Return the sum of the rewards of all arms."""
        return float(sum(arm["reward_sum"] for arm in self.report(experiment)["arms"].values()))

    def excluded(self, experiment: str = "button") -> dict[str, int]:
        """Return what was not counted, by reason."""
        return dict(self.report(experiment)["excluded"])


def configured(button: Mapping[str, Any] | None = None, **top: Any) -> Settings:
    """Return settings: `button` changes the experiment, `top` replaces parts of the file."""
    return load(
        {
            "secret_keys": [KEY],
            "store": "memory://",
            "refresh": "1h",
            "experiments": {"button": {**BUTTON, **(button or {})}},
            "routes": ROUTES,
            **top,
        }
    )


def stand(
    button: Mapping[str, Any] | None = None,
    *,
    store: Store | None = None,
    seed: object = 1,
    **top: Any,
) -> Stand:
    """Return a stand; see `configured`. The `calm` fixture keeps its flusher from a thread."""
    watch = Watch()
    generator = random.Random(str(seed))
    settings = configured(button, **top)
    return Stand(Bandit(settings, store=store, clock=watch, generator=generator), watch)


def experiment(policy: Policy | None = None, **more: Any) -> Experiment:
    """Return an experiment of two arms."""
    arms = (Arm("green", "#0f0"), Arm("red", "#f00"))
    given: dict[str, Any] = {"name": "button", "arms": arms, "default": "red", **more}
    return Experiment(policy=policy or Uniform(), **given)


def put(store: Store, fields: Mapping[str, float], ledger: str = "button@1") -> None:
    """Add counts to a store, as a process that is no more."""
    store.exchange([Batch(ledger, f"put {sorted(fields)}", 0, 1, fields)], {})


def added(effects: Effects) -> dict[str, float]:
    """Return what the records of a response add, over all ledgers."""
    sums: dict[str, float] = {}
    for record in effects.records:
        for name, delta in decode(record).deltas.items():
            sums[name] = sums.get(name, 0) + delta
    return sums
