"""Where the dashboard is, and who may look at it or change something there."""

from __future__ import annotations

from typing import NamedTuple

#: The path of a dashboard unless the configuration names another one.
PATH = "/_banditware"


class DashboardSettings(NamedTuple):
    """The dashboard of an app.

    Attributes:
        path: the path that is answered instead of calling the app, with all that is below it; empty
            for every path.
        token: lets somebody look.
        write_token: lets somebody look and change experiments. Without either there is nothing to
            find.
        url: where browsers find that path; None: there.
        by_url: the token may stand in the URL, once, for who has just started it in a terminal.
    """

    path: str = PATH
    token: str | None = None
    write_token: str | None = None
    url: str | None = None
    by_url: bool = False

    def __repr__(self) -> str:
        """Leave out the tokens."""
        return f"DashboardSettings(path={self.path!r})"
