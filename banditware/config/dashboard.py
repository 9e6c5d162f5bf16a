"""The `dashboard` section as it is written, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from banditware.config.access import page_path, usable_token
from banditware.config.base import Section, optional
from banditware.config.faults import Faults, RefusedError
from banditware.dashboard_settings import PATH, DashboardSettings

if TYPE_CHECKING:
    from banditware.config.root import Configuration


def _token(token: object) -> str:
    if not isinstance(token, str):
        raise RefusedError("must be text; quote it")
    return usable_token(token)


_Path = Annotated[str, page_path("/_banditware")]
_Token = Annotated[str, BeforeValidator(_token)]


class DashboardSection(Section):
    """Where the dashboard is, and who may see it."""

    path: _Path = optional(PATH, "The path that is answered, with all that is below it.")
    token: _Token | None = optional(
        None, "Lets somebody look. Without one there is no dashboard: 404."
    )
    write_token: _Token | None = optional(None, "Lets somebody change experiments, too.")
    url: _Path | None = optional(
        None, "Where browsers find that path, if a proxy or a mount point makes it another one."
    )


def check_dashboard(configuration: Configuration) -> None:
    """Refuse a dashboard that takes the beacon's path, or whose two tokens are one.

    Raises:
        ValidationError: it does.
    """
    section, beacon, faults = configuration.dashboard, configuration.beacon.path, Faults()
    if section is None:
        return
    if f"{beacon}/".startswith(f"{section.path}/"):
        faults.add(("dashboard", "path"), f"the beacon is at {beacon}: give one another path")
    if section.write_token is not None and section.write_token == section.token:
        message = "is the same as token: whoever may look could change experiments"
        faults.add(("dashboard", "write_token"), message)
    faults.settle()


def frozen_dashboard(configuration: Configuration) -> DashboardSettings | None:
    """Return the dashboard of a configuration; None if it has none."""
    section = configuration.dashboard
    return None if section is None else DashboardSettings(**dict(section))
