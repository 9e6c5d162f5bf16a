"""The beacon: what a page sends when it is seen, or when something happens on it.

Where the app's response to a request is not the pull, but that somebody looked at the page, the
page's script says so by a small request. This is how that is configured; `banditware.seen` is what
it comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: Stands among an experiment's methods where a pull waits for the beacon. No request has such a
#: method, so no response is one.
BEACON = "the beacon"

#: The methods of such an experiment.
BY_BEACON = frozenset({BEACON})

#: Why a decision that was served is no pull so far, where the beacon makes it one.
UNSEEN = "unseen"


class Beacon(NamedTuple):
    """How pages tell what is seen and what happens on them.

    Attributes:
        path: the path that is answered instead of calling the app; the script is below it.
        url: where browsers find that path.
        goals: by experiment and goal, the lowest and the highest amount that a page may credit.
        script: the script.
        version: changes with the script, so that browsers do not keep an old one.
    """

    path: str
    url: str
    goals: Mapping[str, Mapping[str, tuple[float, float]]]
    script: bytes
    version: str

    @property
    def source(self) -> str:
        """Where a page loads the script from."""
        return f"{self.url}/{SCRIPT}?{self.version}"


#: Name of the script's file, here and on the wire.
SCRIPT = "beacon.js"
