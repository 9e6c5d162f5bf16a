"""Everything banditware raises, in one tree.

```
BanditwareError
├── ConfigError               the configuration cannot be used; carries every problem and its place
├── UnknownExperimentError    no experiment has that name (also a KeyError)
├── ContextError              a context or actions that cannot be used (also a ValueError)
├── RewardError               a reward that cannot be credited (also a ValueError)
├── ControlError              a change of what runs that cannot be made (also a ValueError)
├── TokenError                a token that is not ours, or was changed (also a ValueError)
└── StoreError                the counts cannot be read or written; carries the store's address
```

On the request path none of these reaches the wrapped app: see `banditware.bandit`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class BanditwareError(Exception):
    """The base of every error of this library: catch it to catch them all."""


class Problem(NamedTuple):
    """One mistake in a configuration: where it stands and what to do about it.

    Attributes:
        file: the file's name as it was given, or `<mapping>`.
        line: line from 1, or 0 where there is no text behind the configuration.
        column: column from 1, or 0 likewise.
        path: the keys down to the mistake, joined by dots.
        message: what is wrong, and the mend.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ConfigError(BanditwareError):
    """The configuration cannot be used.

    Attributes:
        problems: every mistake that was found, in the order of the file.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownExperimentError(BanditwareError, KeyError):
    """No experiment has that name.

    Attributes:
        name: the name that was asked for.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        names = sorted(known)
        self._message = f"no experiment is called {name!r}{suggestion(name, names)}"
        if not names:
            self._message += "; the configuration declares none"
        super().__init__(self._message)

    def __str__(self) -> str:
        return self._message


class ContextError(BanditwareError, ValueError):
    """A context or actions from which no decision can be made.

    Attributes:
        reason: one word, under which a request counts that it was served the default.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class RewardError(BanditwareError, ValueError):
    """A reward that cannot be credited: no finite number, or not one the policy can learn from."""


class ControlError(BanditwareError, ValueError):
    """A change of what runs that cannot be made, such as pausing the default arm."""


class TokenError(BanditwareError, ValueError):
    """A decision token that is not ours, was changed, or cannot be read."""


class StoreError(BanditwareError):
    """The shared counts cannot be read or written.

    Attributes:
        url: the store's address, without a password.
        passing: it may be over soon: nobody answers, or others are in the way.
    """

    def __init__(self, url: str, message: str, *, passing: bool = False) -> None:
        self.url = url
        self.passing = passing
        super().__init__(f"{url}: {message}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest of the known words, or nothing."""
    import difflib  # noqa: PLC0415  # only mistakes need it

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
