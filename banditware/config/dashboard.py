"""The `dashboard` section as it is written, and what comes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.dashboard_settings import PATH, SHORTEST_TOKEN, DashboardSettings

if TYPE_CHECKING:
    from banditware.config.root import Configuration


def _path(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text):
        raise RefusedError(
            "must be a path such as /_banditware, of letters, digits and the characters . _ ~ -, "
            f"not {WRITTEN}"
        )
    return text


def _token(token: object) -> str:
    """Check a token; no message may show it."""
    if not isinstance(token, str):
        raise RefusedError("must be text; quote it")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RefusedError("must be of printable ASCII characters without spaces")
    if len(token) < SHORTEST_TOKEN:
        raise RefusedError(
            f"has {len(token)} characters, and with fewer than {SHORTEST_TOKEN} it could be "
            'guessed: make one by python -c "import secrets; print(secrets.token_urlsafe(24))"'
        )
    return token


_Path = Annotated[str, AfterValidator(_path)]
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
