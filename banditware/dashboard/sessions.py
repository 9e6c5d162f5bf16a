"""Who may look and who may change something: tokens, and the cookie of who has signed in.

The cookie is signed with keys of its own, derived from the secrets of the configuration and from
the token that it was given for: with another token, nobody is signed in any more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from itsdangerous import BadSignature, Signer

from banditware.dashboard_settings import DashboardSettings
from banditware.http import cookie_values

#: Name of the cookie, without the prefix that https adds.
COOKIE = "bw_dashboard"

#: Seconds until somebody has to sign in again: a working day.
LASTING = 12 * 3600.0

#: Longest cookie that is looked at, and longest name that somebody may give.
_LONGEST, LONGEST_NAME = 512, 64

_SALT = b"banditware.dashboard.v1"

_FORMAT = "1"


class Session(NamedTuple):
    """Somebody who may look.

    Attributes:
        writes: may change experiments, too.
        who: the name they gave, for the record of changes.
        value: of the cookie that says so; empty for a token that came with the request.
    """

    writes: bool
    who: str = ""
    value: str = ""


class Sessions:
    """Tells who somebody is. Keep one as long as the app lives.

    Attributes:
        by_url: a token may stand in the URL.
    """

    def __init__(self, secrets: Sequence[str], settings: DashboardSettings) -> None:
        """Prepare.

        Args:
            secrets: secrets, oldest first: the last signs, all verify.
            settings: which tokens there are.
        """
        tokens = ((False, settings.token), (True, settings.write_token))
        self._tokens = {writes: token.encode() for writes, token in tokens if token is not None}
        self._signers = {w: _signer(secrets, w, token) for w, token in self._tokens.items()}
        self.by_url = settings.by_url
        self._key = hmac.digest(secrets[-1].encode(), _SALT + b".form", "sha256")

    @property
    def on(self) -> bool:
        """True if there is a token by which somebody may look."""
        return bool(self._tokens)

    def by_token(self, token: str) -> Session | None:
        """Return what a token lets somebody do; None if it is not one of ours."""
        given = token.encode()
        found = None
        for writes, known in self._tokens.items():  # all of them, so that time tells nothing
            if hmac.compare_digest(known, given):
                found = Session(writes)
        return found

    def sealed(self, session: Session, now: float) -> str:
        """Return the value of the cookie for somebody who signs in."""
        who = base64.urlsafe_b64encode(session.who.encode()).decode()
        text = f"{_FORMAT}!{int(now + LASTING):x}!{who}"
        return self._signers[session.writes].sign(text).decode()

    def by_cookie(self, header: str, now: float, *, https: bool) -> Session | None:
        """Return who is signed in, by the `Cookie` header of a request; None for nobody."""
        for value in cookie_values(header, cookie_name(https=https)):
            for writes, signer in self._signers.items():
                session = _opened(value, signer, now, writes=writes)
                if session is not None:
                    return session
        return None

    def form_key(self, session: Session) -> str:
        """Return what a form carries that changes something, so that no other site can send it."""
        return hmac.new(self._key, session.value.encode(), "sha256").hexdigest()

    def made_here(self, session: Session, key: str) -> bool:
        """Return True if a form carries the key of its session."""
        return hmac.compare_digest(self.form_key(session).encode(), key.encode())


def cookie_name(*, https: bool) -> str:
    """Return the name of the cookie; over https no other host and no other path can set it."""
    return f"__Host-{COOKIE}" if https else COOKIE


def cookie_header(value: str, path: str, *, https: bool) -> str:
    """Return the `Set-Cookie` value that keeps somebody signed in; an empty one ends that.

    Args:
        value: see `Sessions.sealed`.
        path: where browsers find the dashboard; the prefix of https wants the whole host.
        https: the request came by https.
    """
    lasting = int(LASTING) if value else 0
    place = "Path=/; Secure" if https else f"Path={path or '/'}"
    name = cookie_name(https=https)
    return f"{name}={value}; Max-Age={lasting}; {place}; HttpOnly; SameSite=Strict"


def plain_name(text: str) -> str:
    """Return the name that somebody gives themselves as one that can be shown in one line."""
    return "".join(each for each in text if each.isprintable()).strip()[:LONGEST_NAME]


def _signer(secrets: Iterable[str], writes: bool, token: bytes) -> Signer:  # noqa: FBT001  # private
    role = b"change" if writes else b"look"
    keys = [
        hmac.digest(each.encode(), b"\0".join((_SALT, role, token)), "sha256") for each in secrets
    ]
    return Signer(keys, salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)


def _opened(value: str, signer: Signer, now: float, *, writes: bool) -> Session | None:
    if len(value) > _LONGEST:
        return None
    try:
        version, expires, who = signer.unsign(value).decode().split("!")
        if version != _FORMAT or not now < int(expires, 16) <= now + LASTING + 1:
            return None
        return Session(writes, base64.urlsafe_b64decode(who).decode(), value)
    except (BadSignature, ValueError):
        return None
