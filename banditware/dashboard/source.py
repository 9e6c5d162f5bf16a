"""What the dashboard asks of a bandit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from banditware.control import Change, Controls
    from banditware.faults import Faults
    from banditware.health import Health


class Alarm(Protocol):
    """Something that is wrong; see `banditware.alarms`."""

    @property
    def kind(self) -> str:
        """One word for what it is."""
        ...

    @property
    def experiment(self) -> str:
        """Name of the experiment; empty if it is about everything."""
        ...

    @property
    def arm(self) -> str:
        """Name of the arm; empty if it is not about one."""
        ...

    @property
    def since(self) -> float | None:
        """When it began, in seconds since the epoch, if that is known."""
        ...

    @property
    def message(self) -> str:
        """What is wrong, in a sentence."""
        ...

    @property
    def mend(self) -> str:
        """What to do about it."""
        ...


class Source(Protocol):
    """A bandit as the dashboard sees it; see `banditware.bandit.Bandit`."""

    hidden: Faults

    def history(
        self,
        experiment: str,
        *,
        since: float | None = None,
        until: float | None = None,
        step: int | None = None,
    ) -> dict[str, Any]:
        """Return what happened over time; asks the store."""
        ...

    def controls(self) -> Controls:
        """Return what operators have changed, as of the last refresh."""
        ...

    def changes(self, experiment: str | None = None, *, limit: int = 100) -> Sequence[Change]:
        """Return recorded changes, newest first; asks the store."""
        ...

    def control(  # noqa: PLR0913  # a change has that many parts
        self,
        action: str,
        experiment: str | None = None,
        *,
        arm: str | None = None,
        value: Any = None,
        who: str = "",
        note: str = "",
    ) -> Change:
        """Change something, for all processes."""
        ...

    def alarms(self) -> Sequence[Alarm]:
        """Return what is wrong; reads the history of everything."""
        ...

    def health(self) -> Health:
        """Return how the counting of this process is."""
        ...
