"""Where metrics are to be read, and by whom."""

from __future__ import annotations

import hmac
from typing import NamedTuple

_SCHEME = "bearer "


class Scraping(NamedTuple):
    """What the configuration's `metrics` says.

    Attributes:
        path: the path that is answered; None if metrics are kept and the app shows them itself.
        token: what has to be sent as `Authorization: Bearer TOKEN`; None lets anybody read.
    """

    path: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        """Leave out the token."""
        return f"Scraping(path={self.path!r})"

    def allows(self, authorization: str) -> bool:
        """Return True if whoever sends this header may read; takes as long for any wrong token."""
        if self.token is None:
            return True
        scheme, sent = authorization[: len(_SCHEME)], authorization[len(_SCHEME) :].strip()
        right = hmac.compare_digest(sent.encode(errors="replace"), self.token.encode())
        return right and scheme.lower() == _SCHEME
