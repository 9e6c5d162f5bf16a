"""What a request to the beacon's own path comes to: the script, pulls that were seen, and rewards.

Nothing is believed but what we signed: the cookie says which decisions the browser kept, the
tokens say which of them a page showed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from banditware.amounts import number_in
from banditware.answer import Answer
from banditware.beacon import SCRIPT, Beacon
from banditware.bots import is_bot
from banditware.crediting import RefusedError, Reward, finite
from banditware.deciding import excluded_record
from banditware.errors import TokenError
from banditware.events.happened import Decided, Happened, Rewarded
from banditware.excluding import barred
from banditware.facts import Facts
from banditware.forcing import FORCED
from banditware.ground import Ground
from banditware.http import NO_EFFECTS, Effects
from banditware.model import Experiment
from banditware.persons import lasting
from banditware.recognising import recognised
from banditware.routes import Route
from banditware.seen import awaits, credited, seen_decision, seen_record
from banditware.tokens import Assignment, Assignments

#: There is nothing to show, and every request has to come.
RECEIVED = Answer(204, (("Cache-Control", "no-store"),))

#: Most tokens, and most characters of a query, that are looked at: each token costs a signature.
MOST_TOKENS = 32
LONGEST_QUERY = 16_384


def beacon_routes(beacon: Beacon | None) -> tuple[Route, ...]:
    """Return the routes of the beacon's own paths, which go before all others."""
    if beacon is None:
        return ()
    kept = ("Cache-Control", "public, max-age=86400")
    kind = ("Content-Type", "text/javascript; charset=utf-8")
    script = Answer(200, (kind, kept, ("X-Content-Type-Options", "nosniff")), beacon.script)

    def give_script(_ground: Ground, _facts: Facts) -> tuple[Answer, Effects]:
        return script, NO_EFFECTS

    def receive(ground: Ground, facts: Facts) -> tuple[Answer, Effects]:
        return received(ground, facts, beacon)

    return (
        Route(f"{beacon.path}/{SCRIPT}", frozenset({"GET"}), serve=give_script),
        Route(beacon.path, frozenset({"POST"}), serve=receive),
    )


def received(ground: Ground, facts: Facts, beacon: Beacon) -> tuple[Answer, Effects]:
    """Return the answer to a beacon and what it comes to.

    A bot, who may not be remembered, a page that nobody looks at yet and another site's page come
    to nothing.
    """
    objection = "" if ground.consent is None else ground.consent.objection(facts)
    bot = not ground.count_bots and is_bot(facts.header("user-agent"))
    if objection or barred(facts, bot=bot):
        return RECEIVED, NO_EFFECTS
    query = parse_qs(facts.query[:LONGEST_QUERY], keep_blank_values=True, errors="replace")
    now = ground.clock()
    cookies = facts.header("cookie")
    known = recognised(ground, cookies, https=facts.secure, now=now)
    forced = ground.forcing.name in cookies and ground.forcing.asked(facts, cookies, now).arms
    message = _Message(ground, facts, beacon, known, now)
    rewarded = query.get("reward", [""])[0]
    if facts.header("sec-fetch-site") == "cross-site":
        message.refuse(rewarded, "cross_site")
    elif forced and rewarded in forced:
        message.refuse(rewarded, FORCED)
    else:
        for token in query.get("seen", [])[:MOST_TOKENS]:
            message.see(token)
        message.reward(rewarded, query)
    return RECEIVED, message.effects()


@dataclass(slots=True)
class _Message:
    """What one beacon says. Used once."""

    ground: Ground
    facts: Facts
    beacon: Beacon
    known: Assignments
    now: float
    _records: list[bytes] = field(init=False, default_factory=list)
    _seen: dict[str, Assignment] = field(init=False, default_factory=dict)
    _events: list[Happened] = field(init=False, default_factory=list)

    def see(self, token: str) -> None:
        """Make a decision a pull, if the browser has kept it and it is none so far."""
        ground = self.ground
        try:
            shown = ground.tokens.unseal(token)
        except TokenError:
            return
        entry = self._entry(shown.experiment)
        snapshot = ground.snapshot.experiments.get(shown.experiment)
        if snapshot is None or entry is None or entry.id != shown.id:
            return
        if awaits(snapshot, entry, self.now):
            self._records.append(seen_record(snapshot, entry, ground.seal))
            self._was_seen(entry)

    def reward(self, name: str, query: dict[str, list[str]]) -> None:
        """Credit what happened on a page, if the configuration lets pages say that."""
        goals = self.beacon.goals.get(name)
        if goals is None:
            return
        snapshot = self.ground.snapshot.experiments[name]
        goal = query.get("goal", [snapshot.experiment.goal])[0]
        if goal not in goals:
            self.refuse(name, "bad_goal")
            return
        entry = self._entry(name)
        reward = Reward(math.nan, goal)
        try:
            reward = Reward(_within(query.get("amount", ["1"])[0], goals[goal]), goal)
            now, seal = self.now, self.ground.seal
            self._records += credited(snapshot, entry, reward, now=now, seal=seal)
        except RefusedError as refusal:
            self.refuse(name, refusal.reason, reward)
            return
        if entry is not None and not entry.counted:
            self._was_seen(entry)
        self._note_reward(snapshot.experiment, reward)

    def refuse(self, name: str, reason: str, reward: Reward | None = None) -> None:
        """Count a reward that is not credited under its reason; pages reward what they may."""
        if name not in self.beacon.goals:
            return
        experiment = self.ground.snapshot.experiments[name].experiment
        self._records.append(excluded_record(experiment.ledger, reason))
        self._note_reward(experiment, reward or Reward(math.nan), reason)

    def effects(self) -> Effects:
        """Return what must happen to the answer, and which records to keep."""
        return Effects(False, self._cookie(), tuple(self._records), tuple(self._events))

    def _entry(self, name: str) -> Assignment | None:
        return self._seen.get(name) or self.known.by_experiment.get(name)

    def _was_seen(self, entry: Assignment) -> None:
        """Remember a pull, and tell the decision log."""
        name, ground = entry.experiment, self.ground
        self._seen[name] = entry._replace(counted=True)
        if ground.note is not None:
            snapshot = ground.snapshot.experiments[name]
            decision = seen_decision(snapshot, entry, ground.seal)
            why = "" if decision.counted else decision.reason
            subject, experiment = self.known.subject, snapshot.experiment
            event = Decided(self.now, subject, experiment, decision, decision.basis, why)
            self._events.append(event)

    def _note_reward(self, experiment: Experiment, reward: Reward, excluded: str = "") -> None:
        if self.ground.note is not None:
            entry, subject = self._entry(experiment.name), self.known.subject
            event = Rewarded(self.now, subject, experiment, entry, reward, excluded)
            self._events.append(event)

    def _cookie(self) -> str:
        """Return the cookie if it has to be written, or nothing."""
        ground, known = self.ground, self.known
        if not self._seen:
            return ""
        kept = lasting(known.by_experiment, ground.snapshot.experiments) | self._seen
        value = ground.tokens.write(known, kept.values())
        max_age = ground.cookie.max_age - (int(self.now) - known.issued)
        return ground.cookie.header(value, https=self.facts.secure, max_age=max_age)


def _within(text: str, bounds: tuple[float, float]) -> float:
    """Return the number of a text, cut to what a page may credit.

    Raises:
        RefusedError: it is no plain number, or not a finite one.
    """
    low, high = bounds
    return min(high, max(low, finite(number_in(text, "amount"))))
