"""What an app's visits have in common."""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from banditware.answer import Answer
from banditware.attributes import Source
from banditware.beacon import BEACON, Beacon
from banditware.bots import known_crawlers
from banditware.consent import Consent
from banditware.events.happened import Happened
from banditware.facts import Facts
from banditware.forcing import Forcing
from banditware.http import Cookie
from banditware.model import Decision
from banditware.persons import People
from banditware.redirecting import redirection
from banditware.routes import Router
from banditware.snapshot import Snapshot
from banditware.tokens import Tokens

if TYPE_CHECKING:
    from banditware.costs import Costs


@dataclass(slots=True, eq=False, repr=False)  # there is one, which nobody prints
class Ground:
    """What all visits of an app stand on; `snapshot` is replaced at every refresh.

    All of it is when operators change what runs, or the configuration: see `banditware.steering`.

    Attributes:
        snapshot: the counts as decisions see them.
        tokens: signs and verifies the cookie.
        cookie: how the cookie is written.
        random: where draws and ids come from.
        clock: seconds since the epoch.
        count_bots: decide and count for bots like for anybody.
        fault: told of an exception of ours that the app must not see.
        sources: where the attributes of a request stand.
        people: keeps what was decided for people whom the app knows.
        forcing: reads which arms a request asks for by force.
        router: finds the routes that match a request.
        visit: makes the visit of a request, from the ground, its facts and its routes.
        note: takes what happened, for the decision log; None if there is none.
        notes_sticky: it takes decisions that are served again, too.
        beacon: how pages tell what is seen; None if they do not.
        consent: finds out whether a subject may be remembered; None if everybody may.
        costs: takes what every request cost; None if nobody measures it.
        below_mount: the paths of requests lack the app's mount point.
        seal: signs a decision into a token.
        plain: visits are of the plain kind, so that nobody sees who made one.
        era: another object whenever experiments are others; counts may change in it.
        barren: paths where no route is, if visits are plain; see `Router`.
        rewriting: names of the experiments of which an arm names something to serve instead.
        unnamed: names of the experiments whose arms only the app knows.
        waiting: names of the experiments whose pulls wait for the beacon.
    """

    snapshot: Snapshot
    tokens: Tokens
    cookie: Cookie
    random: random.Random
    clock: Callable[[], float]
    count_bots: bool
    fault: Callable[[Exception], None]
    sources: Mapping[str, Source]
    forcing: Forcing
    people: People
    router: Router
    visit: Callable[..., Any]
    note: Callable[[Happened], None] | None = None
    notes_sticky: bool = False
    beacon: Beacon | None = None
    consent: Consent | None = None
    costs: Costs | None = None
    below_mount: bool = False
    plain: bool = True
    seal: Callable[[Decision], str] = field(init=False)
    era: object = field(init=False)
    barren: Container[str] = field(init=False)
    rewriting: frozenset[str] = field(init=False)
    unnamed: frozenset[str] = field(init=False)
    waiting: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Keep at hand what every request asks for."""
        if not self.count_bots:
            known_crawlers()
        self.seal = self.tokens.seal
        self.era = object()
        self.barren = self.router.barren if self.plain else ()
        experiments = [each.experiment for each in self.snapshot.experiments.values()]
        elsewhere = (e.name for e in experiments if any(a.rewrite or a.redirect for a in e.arms))
        self.rewriting = frozenset(elsewhere)
        self.unnamed = frozenset(each.name for each in experiments if not each.arms)
        self.waiting = frozenset(each.name for each in experiments if BEACON in each.methods)

    def diversion(self, decision: Decision, facts: Facts) -> str | Answer | None:
        """Return what a decision serves instead of the requested path, if anything."""
        arm = self.snapshot.experiments[decision.experiment].by_name.get(decision.arm)
        if arm is None or arm.redirect is None:
            return None if arm is None else arm.rewrite
        return redirection(arm.redirect, facts, below_mount=self.below_mount)
