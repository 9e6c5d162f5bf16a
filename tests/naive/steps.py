"""What a middleware that was written in an hour does about experiments, whatever its interface.

It decides and counts before the app has answered, takes every reward for a new one, and keeps the
arm where the whole thread sees it. The wrappers beside this file do the same job with it.
"""

from __future__ import annotations

import threading

from banditware import Bandit

_here = threading.local()


class Steps:
    """Choosing on `/` and rewarding on `/buy`, as in the shop of the tests."""

    def __init__(self, bandit: Bandit) -> None:
        self.bandit = bandit

    def arrive(self, method: str, path: str, cookie: str) -> str:
        """Return the value of a new cookie, or nothing."""
        _here.arm = ""
        if path != "/" or method not in {"GET", "HEAD"} or "bw=" in cookie:
            return ""
        decision = self.bandit.decide("color")
        _here.arm = decision.arm
        return decision.token

    def leave(self, path: str, status: int, cookie: str) -> None:
        """Credit what the request earned."""
        token = cookie.partition("bw=")[2].partition(";")[0]
        if path == "/buy" and token and status < 400:
            self.bandit.reward(token, once=False)

    def arm_here(self) -> str:
        """Return the arm of the request that is being handled."""
        arm: str = _here.arm
        return arm
