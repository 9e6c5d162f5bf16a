"""The side of a bandit that has nothing to do with requests: carrying on, and coming to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from banditware.faults import Faults
from banditware.forks import ForkAware

if TYPE_CHECKING:
    from banditware.flusher import Flusher
    from banditware.ground import Ground
    from banditware.health import Health
    from banditware.log.decisions import DecisionLog
    from banditware.people import Acquaintances
    from banditware.steering import Steering
    from banditware.stores.base import Store

T = TypeVar("T", bound="Running")


class Running(ForkAware):
    """Carries records to the store, new counts back, and events to the decision log.

    A context manager: leaving it flushes and closes.

    Attributes:
        hidden: told of every exception of ours that the app must not see.
    """

    hidden: Faults
    _store: Store
    _flusher: Flusher
    _ground: Ground
    _log: DecisionLog
    _people: Acquaintances
    _steering: Steering

    def __enter__(self: T) -> T:  # noqa: PYI019  # typing.Self is newer than 3.10
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

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

    def history(
        self,
        experiment: str,
        *,
        since: float | None = None,
        until: float | None = None,
        step: float | None = None,
    ) -> dict[str, Any]:
        """Return what happened when, as plain, JSON-ready values.

        `times` are the starts of the steps, in seconds since the epoch; every list beside it has a
        number for each: `arms` those of pulls, and of rewards and their sum by goal; `excluded`
        what was not counted, by reason. See `banditware.dating` for how long what is kept.

        Args:
            experiment: name of the experiment.
            since: seconds since the epoch; default: when the history begins.
            until: the same; default: now.
            step: seconds, whole hours of them; default: hours for up to eight days, else days.

        Raises:
            UnknownExperimentError: no experiment has that name.
            ValueError: the step is not of whole hours, or too short for so long a time.
            StoreError: the store cannot be reached.
        """
        from banditware.history import first_time, series, span  # noqa: PLC0415  # only for reports

        chosen = self._ground.snapshot.known(experiment).experiment
        self.flush()
        fields = self._store.aside(chosen.ledger)
        end = self._ground.clock() if until is None else until
        begin = first_time(fields) if since is None else since
        times = span(end if begin is None else begin, end, step)
        arms = [arm.name for arm in chosen.arms]
        return {"experiment": experiment, **series(fields, times, arms=arms, goal=chosen.goal)}

    def close(self, timeout: float = 1.0) -> None:
        """Flush for at most `timeout` seconds and stop; what is left waits in the spool."""
        self._flusher.close(timeout)
        self._people.close(timeout)
        self._store.close()
        self._log.close(timeout)

    def health(self) -> Health:
        """Return how the counting of this process is, without asking the store."""
        found = self._flusher.health()._replace(**self._log.health())
        return found._replace(faults=self.hidden.number, **self._steering.health())

    def settle(self, seconds: float = 1.0) -> None:
        """Flush for at most so many seconds, at a server's shutdown; the bandit stays usable."""
        from banditware.launching import within  # noqa: PLC0415  # see `banditware.founding`

        within(seconds, self._flush_quietly)
        self._log.settle(seconds)

    def _flush_quietly(self) -> None:
        try:
            self.flush()
        except Exception as error:  # noqa: BLE001  # the records wait in the spool
            self.hidden(error)
