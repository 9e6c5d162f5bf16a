"""What an app's visits have in common."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from banditware.http import Cookie
from banditware.snapshot import Snapshot
from banditware.tokens import Tokens


@dataclass(slots=True)
class Ground:
    """What all visits of an app stand on; `snapshot` is replaced at every refresh.

    Attributes:
        snapshot: the counts as decisions see them.
        tokens: signs and verifies the cookie.
        cookie: how the cookie is written.
        random: where draws and ids come from.
        clock: seconds since the epoch.
        count_bots: decide and count for bots like for anybody.
        fault: told of an exception of ours that the app must not see.
    """

    snapshot: Snapshot
    tokens: Tokens
    cookie: Cookie
    random: random.Random
    clock: Callable[[], float]
    count_bots: bool
    fault: Callable[[Exception], None]
