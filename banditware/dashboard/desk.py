"""What the pages of an app are made from."""

from __future__ import annotations

from dataclasses import dataclass

from banditware.dashboard.judging import Judge
from banditware.dashboard.limiting import Limiter
from banditware.dashboard.lookout import Lookout
from banditware.dashboard.sessions import Sessions
from banditware.dashboard.source import Source


@dataclass(frozen=True)
class Desk:
    """What the pages of an app are made from. Keep one as long as the app lives.

    Attributes:
        bandit: whom to ask, and to tell.
        sessions: who may look.
        limiter: counts wrong tokens.
        judge: keeps judgements.
        lookout: looks for alarms.
    """

    bandit: Source
    sessions: Sessions
    limiter: Limiter
    judge: Judge
    lookout: Lookout
