"""The app's side of an experiment: configuration, counts, decisions and rewards.

Outside of requests the mistakes of a caller are errors. Inside, nothing of ours reaches the app:
see `Bandit.begin`, `Bandit.finish` and `Bandit.record`.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from banditware.actions import GivenActions, reusable
from banditware.alarmed import Alarmed
from banditware.config import load
from banditware.contexts import asked
from banditware.crediting import UNEARNED, RefusedError, Reward, refuse_unlearnable
from banditware.deciding import drawn, excluded_record
from banditware.events.happened import Happened, Rewarded, at_once
from banditware.explains import unnamed, with_details
from banditware.facts import Facts
from banditware.faults import Faults
from banditware.forks import watch
from banditware.http import NO_EFFECTS, Effects, Headers
from banditware.model import Decision
from banditware.outright import outright
from banditware.recording import drawn_record
from banditware.seen import credited
from banditware.snapshot import ExperimentSnapshot
from banditware.tokens import Assignment, remembered
from banditware.visit import Visit

if TYPE_CHECKING:
    from banditware.config.settings import Settings
    from banditware.ground import Ground
    from banditware.log.opening import Given as GivenLog
    from banditware.stores.base import Store


class Bandit(Alarmed):
    """Decides for subjects and learns from rewards. Keep one as long as the app lives.

    A context manager: leaving it flushes and closes. Its own thread, one per process, carries
    records to the store and new counts back; it starts with the first request or decision.

    Attributes:
        settings: the configuration, as it was last read.
        hidden: told of every exception of ours that the app must not see.
        between: what to call after complete responses, where no thread runs by itself.
    """

    between: Callable[[], None] | None = None

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store | None = None,
        clock: Callable[[], float] = time.time,
        generator: random.Random | None = None,
        log: GivenLog | None = None,
    ) -> None:
        """Open the store and read the counts; raises StoreError if it can never be used.

        Args:
            settings: the configuration; see `from_config`.
            store: shared counts; default: those that `settings.store` names.
            clock: seconds since the epoch.
            generator: where draws and ids come from; default: one seeded by the system.
            log: a function that gets every event of the decision log, or several of them, besides
                where `settings.log` says.
        """
        from banditware.beginning import begin  # noqa: PLC0415  # see `banditware.founding`
        from banditware.founding import Edges, founded  # noqa: PLC0415  # the same

        self.settings = settings
        self.hidden = Faults(clock)
        self._running = False
        draws = generator or random.Random()
        edges = Edges(draws, clock, self.hidden, self._publish, self._look, self)
        found = founded(settings, edges, store, log)
        self._steering, self._guard = found.steering, found.guard
        self._store, self._people = found.store, found.people
        self._log, self._ground, self._flusher = found.log, found.ground, found.flusher
        watch(self)
        begin(self._store, self._flusher.refresh)

    @classmethod
    def from_config(
        cls,
        source: str | os.PathLike[str] | Mapping[str, Any],
        *,
        log: GivenLog | None = None,
        secret_keys: Sequence[str] = (),
    ) -> Bandit:
        """Return a bandit for a YAML file, or for the same as a mapping.

        Args:
            source: the file's path, or the mapping.
            log: as for `Bandit`.
            secret_keys: those of a framework, oldest first, for a configuration that has none.

        Raises:
            ConfigError: the configuration has mistakes; it lists all of them.
            StoreError: the store cannot be used.
        """
        return cls(load(source, secret_keys=secret_keys), log=log)

    def decide(  # noqa: PLR0913  # a question has that many parts
        self,
        experiment: str,
        *,
        subject: str | None = None,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
        default: str | None = None,
        details: bool = False,
    ) -> Decision:
        """Draw an arm and count the pull at once.

        Args:
            experiment: name of the experiment.
            subject: an opaque id; without one, the decision is for somebody new.
            context: attributes of the subject, for `only_if` and contextual policies.
            actions: instead of a contextual experiment's arms: attributes by name, or names.
            default: what to serve instead of its own default, and if there is no such experiment.
            details: also tell why, in the decision's `details`.

        Raises:
            UnknownExperimentError: no experiment has that name and there is no `default`.
            ContextError: context or actions cannot be used, or there is none and no `default`.
        """
        ground = self._ground if self._running else self._start()
        snapshot = ground.snapshot.experiments.get(experiment)
        if snapshot is None:
            return unnamed(ground, experiment, default, details=details)
        chosen = snapshot.experiment
        if chosen.open and snapshot.chooser is None and actions is None and not details:
            now = ground.clock()
            decision = drawn(snapshot, ground.random, now=now, seal=ground.seal)
            self._flusher.record(drawn_record(snapshot, decision.arm, now))
        else:
            given = asked(context, reusable(actions) if details else actions, subject)
            decision = outright(ground, snapshot, given, default, self._flusher.record)
            decision = with_details(decision, ground, snapshot, given) if details else decision
        if ground.note is not None:
            ground.note(at_once(decision, chosen, subject))
        return decision

    def reward(
        self,
        decision: Decision | str,
        amount: float = 1.0,
        *,
        goal: str | None = None,
        once: bool = True,
    ) -> bool:
        """Credit a decision, or the decision that a token holds.

        Args:
            decision: what `decide` returned, or its token.
            amount: the number to credit.
            goal: name under which it is counted; default: the experiment's own goal.
            once: credit a decision and goal a single time, however often this is called.

        Returns:
            False if the decision was no pull, is older than `attribution`, or operators have frozen
            the experiment's data; this is counted.

        Raises:
            TokenError: the token is not ours, or was changed.
            UnknownExperimentError: the decision's experiment is not in the configuration.
            RewardError: the amount is no finite number, or none that the policy can learn from, or
                the goal is not a name; this is counted, too.
        """
        tokens = self._ground.tokens
        entry = tokens.unseal(decision) if isinstance(decision, str) else remembered(decision)
        snapshot = self._ground.snapshot.known(entry.experiment)
        return self._credit(snapshot, entry, Reward(amount, goal, once))

    def _credit(self, snapshot: ExperimentSnapshot, entry: Assignment, given: Reward) -> bool:
        now, refused, experiment = self._ground.clock(), "", snapshot.experiment
        try:
            refuse_unlearnable(experiment, given)
            records = credited(snapshot, entry, given, now=now, seal=self._ground.seal)
            self._flusher.record(*records)
        except RefusedError as refusal:
            refused = refusal.reason
            self._flusher.record(excluded_record(experiment.ledger, refused))
            if refused not in UNEARNED:
                raise
        finally:
            if self._ground.note is not None:
                self._ground.note(Rewarded(now, None, experiment, entry, given, refused))
        return not refused

    def stats(self, experiment: str | None = None) -> dict[str, Any]:
        """Return counts and propensities, current to the last reward of this process.

        Args:
            experiment: name of one experiment; default: all, under the key `experiments`.

        Raises:
            UnknownExperimentError: no experiment has that name.
            StoreError: the store cannot be reached.
        """
        from banditware.report import experiment_report  # noqa: PLC0415  # only for reports

        self.flush()
        snapshot = self._ground.snapshot
        if experiment is not None:
            return experiment_report(snapshot.known(experiment))
        return {"experiments": {n: experiment_report(s) for n, s in snapshot.experiments.items()}}

    # In a request. None of these raises.

    def begin(self, facts: Facts) -> Visit:
        """Return the visit for a request, with the matching routes' experiments decided."""
        try:
            if not self._running:
                self._start()
            ground = self._ground
            matches = ground.router.known.get(facts.key())
            if matches is None:
                matches = ground.router.of(facts)
            visit: Visit = ground.visit(ground, facts, matches)
            if matches:
                visit.choose()
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)
            return Visit(self._ground, facts)
        return visit

    def finish(self, visit: Visit, status: int | str, headers: Headers) -> Effects:
        """Return what must happen to the response of a visit, and keep it there.

        See `Visit.finish`.
        """
        try:
            effects = visit.finish(int(status), headers)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)
            effects = NO_EFFECTS
        visit.effects = effects
        visit.due = bool(effects.records or effects.events)
        return effects

    def complete(self, visit: Visit) -> None:
        """Record what a visit came to, once: its response is complete."""
        if visit.due:
            visit.due = False
            self.record(visit.effects.records, visit.effects.events)

    def record(self, records: Sequence[bytes], events: Iterable[Happened] = ()) -> None:
        """Append the records of a finished visit to the spool, and tell the decision log."""
        try:
            if self._ground.note is not None:
                for event in events:
                    self._ground.note(event)
            if records:
                self._flusher.record(*records)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)

    def _start(self) -> Ground:
        """Start the thread of this process, with the first decision or request."""
        self._running = self._flusher.start()
        self.between = self._flusher.between
        if self._running:
            self.between = self._log.start(self.between)
        return self._ground

    def after_fork(self, *, child: bool) -> None:
        """Draw other numbers than the parent, and start anew with the first request."""
        if child:
            self._running = False
            self._ground.random.seed()
