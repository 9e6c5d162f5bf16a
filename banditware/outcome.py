"""What a request comes to, once the app has answered.

Status decides: a pull is a decision whose response went out well, a reward is credited after the
app has said yes. Nothing is written here; `Outcome.effects` only says what must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from banditware.amounts import amount_of
from banditware.crediting import RefusedError, Reward, credit
from banditware.deciding import excluded_record, late_pull_record, pull_record
from banditware.http import Effects, Headers
from banditware.model import Decision, Experiment
from banditware.routes import OK, Match, RewardRule, accepts
from banditware.tokens import Assignment, Assignments, remembered

if TYPE_CHECKING:
    from banditware.visit import Visit

#: The browser shows what it kept, whatever was decided now.
_NOT_MODIFIED = 304

#: Why a decision that was served is no pull yet, but may become one: the subject's next ordinary
#: request shows the same arm and is the pull.
_NOT_YET = frozenset({"prefetch", "method"})

#: Requests that only ask about a page credit nothing.
_IDLE_METHODS = frozenset({"HEAD", "OPTIONS"})

#: Why a request gets no cookie.
_NO_COOKIE = frozenset({"bot", "head"})


class Outcome:
    """The effects of one response. Used once."""

    def __init__(self, visit: Visit, status: int, headers: Headers) -> None:
        self._visit = visit
        self._status = status
        self._headers = headers
        self._records: list[bytes] = []
        self._changed: dict[str, Assignment] = {}

    def effects(self) -> Effects:
        """Return what must happen to the response and which records to keep."""
        decisions = self._visit.decisions
        for decision in decisions.values():
            self._settle(decision)
        for rule, match in self._route_rewards():
            self._credit_route(rule, match)
        if accepts(OK, self._status) and self._visit.facts.method not in _IDLE_METHODS:
            for experiment, reward in self._visit.rewards:
                self._credit(experiment, reward)
        # A fault of ours leaves the response as it is.
        varies = any(decision.reason != "failure" for decision in decisions.values())
        return Effects(varies, self._cookie(), tuple(self._records))

    def _settle(self, decision: Decision) -> None:
        """Count a decision, or count why it does not count, and remember it."""
        visit, name = self._visit, decision.experiment
        earlier = visit.assignments.by_experiment.get(name)
        if earlier is not None and earlier.id != decision.id:
            earlier = None
        if earlier is not None and earlier.counted:
            return
        experiment = visit.ground.snapshot.experiments[name].experiment
        held = decision.reason == "holdout"
        bad = self._bad_status(name)
        why = "" if decision.counted else decision.reason
        if held:
            why = visit.uncounted(experiment)
        ledger, entry = experiment.ledger, remembered(decision)
        if why:
            self._exclude(ledger, why)
            if why in _NOT_YET and not bad:
                self._changed[name] = entry._replace(counted=False)
        elif bad:
            self._exclude(ledger, bad)
        else:
            if held:
                self._exclude(ledger, "holdout")
            self._pull(experiment, entry, again=earlier is not None)

    def _pull(self, experiment: Experiment, entry: Assignment, *, again: bool) -> None:
        """Count a pull under the cohort of its decision, and remember the assignment."""
        ledger, cohort = experiment.ledger, experiment.cohort(entry.time)
        self._records.append(
            late_pull_record(ledger, entry, cohort)
            if again
            else pull_record(ledger, entry.arm, cohort)
        )
        self._changed[entry.experiment] = entry

    def _bad_status(self, experiment: str) -> str:
        """Return why a response of this status shows no arm, or nothing."""
        if self._status == _NOT_MODIFIED:
            return "not_modified"
        matches = self._visit.matches
        routes = [match.route for match in matches if experiment in match.route.choose]
        ranges = [route.status for route in routes] or [OK]
        return "" if any(accepts(each, self._status) for each in ranges) else "status"

    def _route_rewards(self) -> Iterator[tuple[RewardRule, Match]]:
        """Yield the rewards of the matching routes that this response earns."""
        if self._visit.facts.method in _IDLE_METHODS:
            return
        for match in self._visit.matches:
            if match.route.rewards and accepts(match.route.status, self._status):
                for rule in match.route.rewards:
                    yield rule, match

    def _credit_route(self, rule: RewardRule, match: Match) -> None:
        facts = self._visit.facts
        if facts.header("sec-fetch-site") == "cross-site" and not rule.cross_site:
            self._refuse(rule.experiment, "cross_site")
            return
        try:
            amount = amount_of(rule.amount, match, facts, self._headers)
        except RefusedError as refusal:
            self._refuse(rule.experiment, refusal.reason)
        else:
            self._credit(rule.experiment, Reward(amount, rule.goal, rule.once))

    def _credit(self, name: str, reward: Reward) -> None:
        """Credit the decision of this request, or else the one in the cookie."""
        visit = self._visit
        snapshot = visit.ground.snapshot.experiments[name]
        entry = self._changed.get(name) or visit.assignments.by_experiment.get(name)
        try:
            record = credit(snapshot.experiment, entry, reward, visit.now)
        except RefusedError as refusal:
            self._refuse(name, refusal.reason)
        else:
            self._records.append(record)

    def _refuse(self, name: str, reason: str) -> None:
        self._exclude(self._visit.ground.snapshot.experiments[name].experiment.ledger, reason)

    def _exclude(self, ledger: str, reason: str) -> None:
        self._records.append(excluded_record(ledger, reason))

    def _cookie(self) -> str:
        """Return the cookie if it has to be written, or nothing."""
        visit = self._visit
        if visit.barred in _NO_COOKIE:
            return ""
        ground, known = visit.ground, visit.assignments
        changed = any(known.by_experiment.get(n) != e for n, e in self._changed.items())
        if not changed and not known.stale_key:
            return ""
        experiments = ground.snapshot.experiments
        entries = {**known.by_experiment, **self._changed}
        kept = {name: entry for name, entry in entries.items() if name in experiments}
        max_age = ground.cookie.max_age - (int(visit.now) - known.issued)
        value = ground.tokens.write(Assignments(known.subject, known.issued, kept))
        return ground.cookie.header(value, https=visit.facts.secure, max_age=max_age)
