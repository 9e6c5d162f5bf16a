"""The part of a bandit that knows what is wrong, and has it told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banditware.errors import StoreError
from banditware.steered import Steered

if TYPE_CHECKING:
    from banditware.alarms.rules import Alarm
    from banditware.alarms.telling import Teller


class Alarmed(Steered):
    """Tells operators what is wrong."""

    _teller: Teller | None = None

    def alarms(self) -> list[Alarm]:
        """Return what is wrong now; `docs/alarms.md` says what each kind means.

        The store is asked; that it is away is an alarm of its own.
        """
        from banditware.alarms.facts import look  # noqa: PLC0415  # only operators need it
        from banditware.alarms.rules import Common, alarms  # noqa: PLC0415  # the same

        health, clock = self.health(), self._ground.clock
        now = clock()
        away = None
        if health.reachable is False:
            away = health.last_flush if health.last_flush is not None else health.last_failure
        common = Common(now, health.store, away)
        breaches = {
            (experiment, breach.arm, guard): (found, breach.note)
            for (experiment, guard), (found, breach) in self._guard.alarmed.items()
        }
        experiments = [each.experiment for each in self._ground.snapshot.experiments.values()]
        try:
            looked = look(self._store, experiments, clock, breaches)
        except StoreError:
            return alarms(common, ())
        return alarms(common._replace(skews=looked.skews), looked.experiments)

    def _look(self) -> None:
        """Also see whether it is time to look for alarms. Never raises, nor waits."""
        super()._look()
        alerting, teller = self.settings.alarms, self._teller
        if teller is not None and teller.alerting == alerting:
            teller.look(self._ground.clock())
        elif teller is not None or not alerting.silent:
            from banditware.alarms.board import Board  # noqa: PLC0415  # few need it
            from banditware.alarms.telling import Teller  # noqa: PLC0415  # the same

            self._teller = Teller(alerting, Board(self._store), self.alarms)
