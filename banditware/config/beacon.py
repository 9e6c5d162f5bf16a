"""The `beacon` section as it is written, and what comes of it."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from banditware.beacon import SCRIPT, Beacon
from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError

if TYPE_CHECKING:
    from banditware.config.root import Configuration


def _path(text: str) -> str:
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text):
        raise RefusedError(
            "must be a path such as /.banditware, of letters, digits and the characters . _ ~ -, "
            f"not {WRITTEN}"
        )
    return text


_Path = Annotated[str, AfterValidator(_path)]


class BeaconSection(Section):
    """Where pages tell that they are seen, and what happens on them."""

    path: _Path = optional("/.banditware", "The path that is answered; the script is below it.")
    url: _Path | None = optional(
        None, "Where browsers find that path, if a proxy or a mount point makes it another one."
    )


def check_cookie(configuration: Configuration) -> None:
    """Refuse a beacon that no browser would send the cookie with.

    Raises:
        ValidationError: the cookie is for other paths than the beacon's.
    """
    beacon, cookie = frozen_beacon(configuration), configuration.cookie.path
    if beacon is None or f"{beacon.url}/".startswith(f"{cookie.rstrip('/')}/"):
        return
    faults = Faults()
    faults.add(
        ("cookie", "path"),
        f"beacons go to {beacon.url}, where browsers do not send a cookie of {cookie}: give "
        "beacon a path below that",
    )
    faults.settle()


def frozen_beacon(configuration: Configuration) -> Beacon | None:
    """Return how pages tell what is seen; None if nothing in the file waits for that."""
    sections = configuration.experiments
    goals = {name: each.page_goals for name, each in sections.items() if each.page_goals}
    ways = (each.count or [configuration.count] for each in sections.values())
    if not goals and ["beacon"] not in ways:
        return None
    script, section = _script(), configuration.beacon
    version = blake2b(script, digest_size=6).hexdigest()
    return Beacon(section.path, section.url or section.path, goals, script, version)


@cache
def _script() -> bytes:
    return (resources.files("banditware") / SCRIPT).read_bytes()
