"""The part of a bandit that operators use: what runs, what was changed, and changing it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from banditware.errors import StoreError
from banditware.running import Running

if TYPE_CHECKING:
    from banditware.config.settings import Settings
    from banditware.control import Change, Controls
    from banditware.ground import Ground
    from banditware.stores.base import Counts


class Steered(Running):
    """Lets operators change what runs, while it runs.

    Attributes:
        settings: the configuration, as it was last read and as far as it can change by itself.
    """

    settings: Settings
    _ground: Ground

    def controls(self) -> Controls:
        """Return what operators have changed, as of the last refresh."""
        return self._steering.controls

    def control(  # noqa: PLR0913  # what is done, to what, by whom and why
        self,
        action: str,
        experiment: str | None = None,
        *,
        arm: str | None = None,
        value: Any = None,
        who: str = "",
        note: str = "",
    ) -> Change:
        """Change what runs: here at once, and in every process within two refreshes.

        `docs/lifecycle.md` says what each action does to visitors, to the counts and to the cookie.

        Args:
            action: `pause`, `resume`, `promote`, `stop`, `archive`, `reset`, `retire`, `add`, and
                for everything `kill` and `revive`.
            experiment: name of the experiment; None for everything.
            arm: name of the arm, for what concerns one.
            value: the value of an arm that is added; default: its name.
            who: who does it, for the trail of changes.
            note: why, for the same.

        Returns:
            the change, as it is kept for good.

        Raises:
            ControlError: it cannot be done, or is done already; says what can be.
            UnknownExperimentError: no experiment has that name.
            StoreError: the store cannot be reached.
        """
        from banditware.controlling import Wanted  # noqa: PLC0415  # only operators need it

        change = self._steering.operate(Wanted(action, experiment, arm, value, who, note))
        # It is made; if the store is away by now, it is taken in when it is back.
        with contextlib.suppress(StoreError):
            self.refresh()
        return change

    def changes(self, experiment: str | None = None, *, limit: int = 100) -> list[Change]:
        """Return the changes that were made, newest first.

        Args:
            experiment: only those of this experiment, and those of everything; default: all.
            limit: how many at most.

        Raises:
            StoreError: the store cannot be reached.
        """
        from banditware.operating import changes_in  # noqa: PLC0415  # only operators need it

        return changes_in(self._steering.store, experiment, limit)

    def _publish(self, changed: Mapping[str, Counts]) -> None:
        """Take in ledgers, and what operators want, that changed."""
        self._ground = self._steering.advanced(self._ground, changed)

    def _look(self) -> None:
        """Take in what changed in the configuration's file, and beside it. Never raises."""
        self._ground = self._steering.looked(self._ground)
        self.settings = self._steering.settings
