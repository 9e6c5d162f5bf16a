"""What a request comes to, once the app has answered.

Status decides: a pull is a decision whose response went out well, a reward is credited after the
app has said yes. Nothing is written here; `Outcome.effects` only says what must be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from banditware.amounts import amount_of
from banditware.beacon import UNSEEN
from banditware.consent import ANONYMOUS
from banditware.contexts import pulled
from banditware.control import KILLED
from banditware.crediting import RefusedError, Reward, credit
from banditware.deciding import excluded_record, late_pull_record
from banditware.events.happened import Decided, Happened, Rewarded, kept
from banditware.excluding import uncounted
from banditware.facts import Facts
from banditware.forcing import FORCED
from banditware.ground import Ground
from banditware.http import Effects, Headers
from banditware.model import Decision, Experiment
from banditware.persons import lasting
from banditware.recording import drawn_record, pull_record
from banditware.routes import OK, Match, Matches, RewardRule, accepts
from banditware.seen import credited, seen_decision
from banditware.snapshot import ExperimentSnapshot
from banditware.targeting import HASHED
from banditware.tokens import Assignment, Assignments, remembered

#: The browser shows what it kept, whatever was decided now.
_NOT_MODIFIED = 304

#: Why a decision that was served is no pull yet, but may become one: the subject's next ordinary
#: request shows the same arm and is the pull.
_NOT_YET = frozenset({"prefetch", "method", UNSEEN})

#: Requests that only ask about a page credit nothing.
_IDLE_METHODS = frozenset({"HEAD", "OPTIONS"})

#: Why a request gets no cookie.
_NO_COOKIE = ANONYMOUS | {"bot", "head", KILLED}


@dataclass(slots=True)
class Outcome:
    """What was decided and asked for in a request, and how the app answered. Used once.

    Attributes:
        ground: what all visits stand on.
        facts: what is known of the request.
        matches: the routes that match it.
        decisions: what was decided, by experiment.
        rewards: what the view asked to credit: experiment and reward.
        known: what the cookie said.
        forced: arms that are shown by force, by experiment.
        barred: returns why no decision of the request can be a pull, or nothing.
        now: when the request was handled, in seconds since the epoch.
        status: the status of the response.
        headers: its headers.
        changed: the assignments that the cookie did not have, by experiment; see `effects`.
    """

    ground: Ground
    facts: Facts
    matches: Matches
    decisions: Mapping[str, Decision]
    rewards: tuple[tuple[str, Reward], ...]
    known: Assignments
    forced: Mapping[str, str]
    barred: Callable[[], str]
    now: float
    status: int
    headers: Headers
    _records: list[bytes] = field(init=False, default_factory=list)
    changed: dict[str, Assignment] = field(init=False, default_factory=dict)
    #: True if the subject was left out by its id, which has to stay the same for that.
    _introduces: bool = field(init=False, default=False)
    _events: tuple[Happened, ...] = field(init=False, default=())

    def effects(self) -> Effects:
        """Return what must happen to the response and which records to keep."""
        varies = False
        for decision in self.decisions.values():
            self._settle(decision)
            # A fault of ours leaves the response as it is.
            varies = varies or decision.reason != "failure"
        if (self.matches.rewards or self.rewards) and self.facts.method not in _IDLE_METHODS:
            self._credit_all()
        return Effects(varies, self._cookie(), tuple(self._records), self._events)

    def _settle(self, decision: Decision) -> None:
        """Count a decision, or count why it does not count, and remember it."""
        name = decision.experiment
        known = self.known
        earlier = known.by_experiment.get(name)
        if earlier is not None:
            if earlier.id != decision.id:
                earlier = None
            elif earlier.counted:
                self._note_again(decision)
                return
        snapshot = self.ground.snapshot.experiments[name]
        experiment = snapshot.experiment
        bad, reason = self._bad_status(name), decision.reason
        why = "" if decision.counted or (bad and reason == UNSEEN) else reason
        held = ""
        if reason == "holdout":
            held, why = reason, uncounted(self.facts, experiment, self.barred())
        entry = remembered(decision)
        if why:
            self._exclude_served(experiment, why, earlier)
            if why in _NOT_YET and not bad:
                self.changed[name] = entry._replace(counted=False)
            self._introduces |= known.fresh and why in HASHED and not bad
        elif bad:
            self._exclude(experiment, bad)
        else:
            if held:
                self._exclude(experiment, held)
            self._records.append(_pull(snapshot, decision, entry, again=earlier is not None))
            self.changed[name] = entry
        if self.ground.note is not None:
            self._note(decision, why or bad or held)

    def _exclude_served(self, experiment: Experiment, why: str, earlier: Assignment | None) -> None:
        """Count what was served under the reason for which it is no pull; what is unseen, once."""
        if why != UNSEEN or earlier is None:
            self._exclude(experiment, why)

    def _note_again(self, decision: Decision) -> None:
        """Keep for the decision log what was only served again, if it wants to know."""
        if self.ground.notes_sticky:
            self._note(decision, "", again=True)

    def _note(self, decision: Decision, excluded: str, *, again: bool = False) -> None:
        """Keep for the decision log what was decided."""
        experiment, subject = self._experiment(decision.experiment), self.known.subject
        basis = kept(decision)
        event = Decided(self.now, subject, experiment, decision, basis, excluded, again)
        self._events = (*self._events, event)

    def _bad_status(self, experiment: str) -> str:
        """Return why a response of this status shows no arm, or nothing."""
        status = self.status
        if status == _NOT_MODIFIED:
            return "not_modified"
        chosen = False
        for match in self.matches:
            if experiment in match.route.choose:
                chosen = True
                if accepts(match.route.status, status):
                    return ""
        return "" if not chosen and accepts(OK, status) else "status"

    def _credit_all(self) -> None:
        """Credit what the matching routes and the view ask for, if the response says yes."""
        for match in self.matches:
            route = match.route
            if route.rewards and accepts(route.status, self.status):
                for rule in route.rewards:
                    self._credit_route(rule, match)
        if self.rewards and accepts(OK, self.status):
            for experiment, reward in self.rewards:
                self._credit(experiment, reward)

    def _credit_route(self, rule: RewardRule, match: Match) -> None:
        if not rule.cross_site and self.facts.header("sec-fetch-site") == "cross-site":
            self._refuse(rule.experiment, Reward(math.nan, rule.goal, rule.once), "cross_site")
            return
        try:
            amount = amount_of(rule.amount, match, self.facts, self.headers)
        except RefusedError as refusal:
            unread = Reward(math.nan, rule.goal, rule.once)
            self._refuse(rule.experiment, unread, refusal.reason)
        else:
            self._credit(rule.experiment, Reward(amount, rule.goal, rule.once))

    def _credit(self, name: str, reward: Reward) -> None:
        """Credit the decision of this request, or else the one in the cookie."""
        if name in self.forced:
            self._refuse(name, reward, FORCED)
            return
        entry = self._entry(name)
        try:
            if entry is None or entry.counted or not self._proves(entry):
                self._records.append(credit(self._experiment(name), entry, reward, self.now))
            else:
                self._credit_unseen(entry, reward)
        except RefusedError as refusal:
            self._refuse(name, reward, refusal.reason)
        else:
            self._note_reward(name, reward)

    def _credit_unseen(self, entry: Assignment, reward: Reward) -> None:
        """Credit a decision that is a pull because it is rewarded."""
        name, ground = entry.experiment, self.ground
        snapshot = ground.snapshot.experiments[name]
        self._records += credited(snapshot, entry, reward, now=self.now, seal=ground.seal)
        self.changed[name] = entry._replace(counted=True)
        self._note(seen_decision(snapshot, entry, ground.seal), "")

    def _proves(self, entry: Assignment) -> bool:
        """Return True if a reward shows that a decision was seen.

        Whose browser has brought it back has seen it. In the response that decides, nobody has.
        """
        came = self.known.by_experiment.get(entry.experiment)
        return came is not None and came.id == entry.id and not self.barred()

    def _refuse(self, name: str, reward: Reward, reason: str) -> None:
        """Count a reward that is not credited under its reason."""
        self._exclude(self._experiment(name), reason)
        self._note_reward(name, reward, reason)

    def _note_reward(self, name: str, reward: Reward, excluded: str = "") -> None:
        """Keep for the decision log what was credited or refused, if there is one."""
        if self.ground.note is not None:
            subject, experiment = self.known.subject, self._experiment(name)
            event = Rewarded(self.now, subject, experiment, self._entry(name), reward, excluded)
            self._events = (*self._events, event)

    def _entry(self, name: str) -> Assignment | None:
        return self.changed.get(name) or self.known.by_experiment.get(name)

    def _experiment(self, name: str) -> Experiment:
        return self.ground.snapshot.experiments[name].experiment

    def _exclude(self, experiment: Experiment, reason: str) -> None:
        self._records.append(excluded_record(experiment.ledger, reason))

    def _cookie(self) -> str:
        """Return the cookie if it has to be written, or nothing."""
        ground, known, changed = self.ground, self.known, self.changed
        before = known.by_experiment
        news = not changed.items() <= before.items() if before else bool(changed)
        if not (news or known.stale_key or self._introduces):
            return ""
        if self.barred() in _NO_COOKIE:
            return ""
        kept = changed
        if before:
            kept = lasting(before, ground.snapshot.experiments) | changed
        max_age = ground.cookie.max_age - (int(self.now) - known.issued)
        value = ground.tokens.write(known, kept.values())
        return ground.cookie.header(value, https=self.facts.secure, max_age=max_age)


def _pull(
    snapshot: ExperimentSnapshot, decision: Decision, entry: Assignment, *, again: bool
) -> bytes:
    """Return the record that counts a pull under the cohort of its decision."""
    experiment = snapshot.experiment
    if entry.features:
        return pulled(snapshot, decision, entry.time, again=again)
    if again:
        return late_pull_record(experiment.ledger, entry, experiment.cohort(entry.time))
    if decision.shares is snapshot.shares:
        return drawn_record(snapshot, entry.arm, entry.time)
    cohort = experiment.cohort(entry.time)  # the counts were read anew since the draw
    return pull_record(experiment.ledger, entry.arm, cohort, decision.shares)
