"""The app's side of an experiment: configuration, counts, decisions and rewards.

Outside of requests the mistakes of a caller are errors. Inside, nothing of ours reaches the app:
see `Bandit.begin`, `Bandit.finish` and `Bandit.record`.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from banditware.beginning import begin
from banditware.config import load
from banditware.config.settings import Settings
from banditware.counts import HOLDOUT
from banditware.crediting import UNEARNED, RefusedError, Reward, credit, refuse_unlearnable
from banditware.deciding import drawn, excluded_record, held_out, pull_record, undecided, unknown
from banditware.excluding import outside
from banditware.faults import Faults
from banditware.flusher import Flusher
from banditware.flusher import Settings as FlusherSettings
from banditware.forks import ForkAware, watch
from banditware.ground import Ground
from banditware.health import Health
from banditware.http import NO_EFFECTS, Effects, Facts, Headers
from banditware.launching import within
from banditware.model import Decision
from banditware.report import experiment_report
from banditware.routes import Router
from banditware.snapshot import Snapshot, unread
from banditware.stores import open_store
from banditware.stores.base import Counts, Store
from banditware.targeting import in_holdout
from banditware.tokens import Tokens, remembered
from banditware.visit import Visit


class Bandit(ForkAware):
    """Decides for subjects and learns from rewards. Keep one as long as the app lives.

    A context manager: leaving it flushes and closes. Its own thread, one per process, carries
    records to the store and new counts back; it starts with the first request or decision.

    Attributes:
        settings: the configuration.
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
    ) -> None:
        """Open the store and read the counts; raises StoreError if it can never be used.

        Args:
            settings: the configuration; see `from_config`.
            store: shared counts; default: those that `settings.store` names.
            clock: seconds since the epoch.
            generator: where draws and ids come from; default: one seeded by the system.
        """
        self.settings = settings
        self.hidden = Faults(clock)
        self._running = False
        self._router = Router(settings.routes)
        self._store = store or open_store(settings.store, settings.folder)
        self._ground = Ground(
            snapshot=Snapshot({each.name: unread(each) for each in settings.experiments}),
            tokens=Tokens(settings.secret_keys),
            cookie=settings.cookie,
            random=generator or random.Random(),
            clock=clock,
            count_bots=settings.count_bots,
            fault=self.hidden,
            sources=settings.attributes,
        )
        windows = {each.ledger: each.attribution for each in settings.experiments}
        self._flusher = Flusher(
            self._store,
            FlusherSettings(self._store.folder, settings.refresh, clock),
            ledgers=lambda: windows,
            publish=self._publish,
        )
        watch(self)
        begin(self._store, self._flusher.refresh)

    @classmethod
    def from_config(cls, source: str | os.PathLike[str] | Mapping[str, Any]) -> Bandit:
        """Return a bandit for a YAML file, or for the same as a mapping.

        Raises:
            ConfigError: the configuration has mistakes; it lists all of them.
            StoreError: the store cannot be used.
        """
        return cls(load(source))

    def __enter__(self) -> Bandit:  # noqa: PYI034  # typing.Self is newer than 3.10
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def decide(
        self,
        experiment: str,
        *,
        subject: str | None = None,
        context: Mapping[str, Any] | None = None,
        default: str | None = None,
    ) -> Decision:
        """Draw an arm and count the pull at once.

        Args:
            experiment: name of the experiment.
            subject: whom the decision is for, an opaque id; without one, for somebody new.
            context: attributes of the subject, for `only_if`.
            default: served to who does not take part, and where there is no such experiment.

        Raises:
            UnknownExperimentError: no experiment has that name and there is no `default`.
        """
        if not self._running:
            self._start()
        ground, seal = self._ground, self._ground.seal
        snapshot = ground.snapshot.experiments.get(experiment)
        if snapshot is None:
            if default is not None:
                return unknown(experiment, default, seal)
            snapshot = ground.snapshot.known(experiment)
        now, chosen = ground.clock(), snapshot.experiment
        why = outside(chosen.targeting, now, subject, context, ground.random)
        if why:
            self._flusher.record(excluded_record(chosen.ledger, why))
            return undecided(chosen, why, seal=seal, default=default)
        if subject is not None and in_holdout(subject, chosen.name, chosen.holdout):
            decision, arm = held_out(chosen, ground.random, now=now, seal=seal), HOLDOUT
            self._flusher.record(excluded_record(chosen.ledger, "holdout"))
        else:
            decision = drawn(snapshot, ground.random, now=now, seal=seal)
            arm = decision.arm
        self._flusher.record(pull_record(chosen.ledger, arm, chosen.cohort(now)))
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
            False if the decision was no pull, or is older than `attribution`; this is counted.

        Raises:
            TokenError: the token is not ours, or was changed.
            UnknownExperimentError: the decision's experiment is not in the configuration.
            RewardError: the amount is no finite number, or none that the policy can learn from, or
                the goal is not a name; this is counted, too.
        """
        tokens = self._ground.tokens
        entry = tokens.unseal(decision) if isinstance(decision, str) else remembered(decision)
        experiment = self._ground.snapshot.known(entry.experiment).experiment
        given = Reward(amount, goal, once)
        try:
            refuse_unlearnable(experiment, given)
            record = credit(experiment, entry, given, self._ground.clock())
        except RefusedError as refusal:
            self._flusher.record(excluded_record(experiment.ledger, refusal.reason))
            if refusal.reason in UNEARNED:
                return False
            raise
        self._flusher.record(record)
        return True

    def stats(self, experiment: str | None = None) -> dict[str, Any]:
        """Return counts and propensities, current to the last reward of this process.

        Args:
            experiment: name of one experiment; default: all, under the key `experiments`.

        Raises:
            UnknownExperimentError: no experiment has that name.
            StoreError: the store cannot be reached.
        """
        self.flush()
        snapshot = self._ground.snapshot
        if experiment is not None:
            return experiment_report(snapshot.known(experiment))
        return {"experiments": {n: experiment_report(s) for n, s in snapshot.experiments.items()}}

    def flush(self) -> None:
        """Carry this process's records to the store and take in the new counts.

        Raises:
            StoreError: the store cannot be reached; nothing is lost, the records wait.
        """
        self._flusher.flush()

    def drain(self) -> None:
        """Carry the records of all processes on this machine to the store, as far as written.

        Raises:
            StoreError: the store cannot be reached; nothing is lost, the records wait.
        """
        self._flusher.drain_all()

    def refresh(self) -> None:
        """Take in the store's counts.

        Raises:
            StoreError: the store cannot be reached.
        """
        self._flusher.refresh()

    def close(self, timeout: float = 1.0) -> None:
        """Flush for at most `timeout` seconds and stop; what is left waits in the spool."""
        self._flusher.close(timeout)
        self._store.close()

    def health(self) -> Health:
        """Return how the counting of this process is, without asking the store."""
        return self._flusher.health()._replace(faults=self.hidden.number)

    # In a request. None of these raises.

    def begin(self, facts: Facts) -> Visit:
        """Return the visit for a request, with the matching routes' experiments decided."""
        try:
            if not self._running:
                self._start()
            host = facts.host if self._router.uses_hosts else ""
            matches = self._router.match(facts.method, facts.path, host)
            visit = Visit(self._ground, facts, matches)
            if matches:
                visit.choose()
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)
            return Visit(self._ground, facts)
        return visit

    def finish(self, visit: Visit, status: int | str, headers: Headers) -> Effects:
        """Return what must happen to the response of a visit; see `Visit.finish`."""
        try:
            return visit.finish(int(status), headers)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)
            return NO_EFFECTS

    def record(self, records: Iterable[bytes]) -> None:
        """Append the records of a finished visit to the spool."""
        try:
            self._flusher.record(*records)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self.hidden(error)

    def settle(self, seconds: float = 1.0) -> None:
        """Flush for at most so many seconds, at a server's shutdown; the bandit stays usable."""
        within(seconds, self._flush_quietly)

    def _flush_quietly(self) -> None:
        try:
            self.flush()
        except Exception as error:  # noqa: BLE001  # the records wait in the spool
            self.hidden(error)

    def _start(self) -> None:
        self._running = self._flusher.start()
        self.between = self._flusher.between

    def after_fork(self, *, child: bool) -> None:
        """Draw other numbers than the parent, and start anew with the first request."""
        if child:
            self._running = False
            self._ground.random.seed()

    def _publish(self, changed: Mapping[str, Counts]) -> None:
        """Take in ledgers that changed."""
        read = {ledger: (counts.version, counts.fields) for ledger, counts in changed.items()}
        ground = self._ground
        ground.snapshot = ground.snapshot.advanced(read, now=ground.clock(), fault=self.hidden)
