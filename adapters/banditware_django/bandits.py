"""The project's bandit: one per process, opened when it is first asked for."""

from __future__ import annotations

import threading
from typing import Any

from banditware import Bandit
from banditware_django.configuring import SETTING, given, load_with_keys

#: Settings on which a bandit rests.
_RESTS_ON = frozenset({SETTING, "SECRET_KEY", "SECRET_KEY_FALLBACKS", "BASE_DIR"})


class _Current:
    """The bandit that `get_bandit` returns.

    Attributes:
        bandit: it, or None before it is asked for.
        own: True if it was opened here, and so is closed here.
    """

    def __init__(self) -> None:
        self.bandit: Bandit | None = None
        self.own = False
        self.lock = threading.Lock()

    def opened(self) -> Bandit:
        """Return the bandit, opened if it was not."""
        with self.lock:
            if self.bandit is None:
                source, log = given()
                self.own = not isinstance(source, Bandit)
                self.bandit = (
                    source
                    if isinstance(source, Bandit)
                    else Bandit(load_with_keys(source), log=log)
                )
            return self.bandit

    def forget(self) -> None:
        """Close the bandit if it is ours; the next one is opened from the settings as they are."""
        with self.lock:
            bandit, self.bandit = self.bandit, None
        if bandit is not None and self.own:
            bandit.close()


_current = _Current()


def get_bandit() -> Bandit:
    """Return the project's bandit, which decides and counts for all requests of this process.

    Raises:
        ImproperlyConfigured: the setting `BANDITWARE` is missing or wrong.
        ConfigError: the configuration has mistakes; it lists all of them.
        StoreError: the store cannot be used.
    """
    return _instead[-1] if _instead else _current.bandit or _current.opened()


def forget_bandit(*, setting: str = SETTING, **_sent: Any) -> None:
    """Close the project's bandit if a setting changed on which it rests, as tests do."""
    if setting in _RESTS_ON:
        _current.forget()


#: Bandits that tests have put in the place of every other one, the last of which holds.
_instead: list[Bandit] = []


def holding(bandit: Bandit) -> Bandit:
    """Return this bandit, or the one that a test has put in its place."""
    return _instead[-1] if _instead else bandit


def begin_instead(bandit: Bandit) -> None:
    """Put a bandit in the place of every other one, until `end_instead`."""
    _instead.append(bandit)


def end_instead() -> Bandit:
    """Let the one before hold again; return the one that did."""
    return _instead.pop()
