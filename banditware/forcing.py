"""Arms by force, for who looks at a page before others do: by a signed link, or by the query.

What is forced is never counted. A link holds what it forces, and until when, signed; the browser
keeps that in a cookie of its own for as long as its session lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_plus

from banditware.errors import UnknownExperimentError, suggestion
from banditware.facts import Facts
from banditware.http import Cookie, cookie_values
from banditware.model import DAY, Experiment

#: Why a decision that is forced is no pull, and a reward of it not credited.
FORCED = "forced"

#: What was asked for by force and is not to be had, is counted under this reason.
NOT_FORCED = "not_forced"

#: What stands in a link instead of arms to force none any more.
CLEAR = "none"

#: Longest value and longest query string that are looked at.
_LONGEST, _LONGEST_QUERY = 2_048, 16_384

_FORMAT = "1"

NO_ARMS: Mapping[str, str] = MappingProxyType({})


class Forced(NamedTuple):
    """What a request asks for by force.

    Attributes:
        arms: name of the arm by name of the experiment.
        cookie: value of the `Set-Cookie` header that keeps or deletes it, or nothing.
        refused: names of experiments of which something is asked for that is not to be had.
    """

    arms: Mapping[str, str] = NO_ARMS
    cookie: str = ""
    refused: tuple[str, ...] = ()


class Forcing:
    """Writes what links say, and reads it. Keep one as long as the app lives.

    Attributes:
        name: name of the query parameter, and of the cookie without its prefix.
    """

    def __init__(
        self,
        secrets: Sequence[str],
        experiments: Iterable[Experiment],
        cookie: Cookie,
        *,
        anybody: bool = False,
    ) -> None:
        """Prepare.

        Args:
            secrets: secrets, oldest first: the last signs, all verify.
            experiments: the experiments there are.
            cookie: how the cookie of assignments is written.
            anybody: do what the query says without a signature.
        """
        self.name = f"{cookie.name}_force"
        self._cookie = replace(cookie, name=self.name)
        self._arms = {each.name: {arm.name for arm in each.arms} for each in experiments}
        self._anybody = anybody
        from hashlib import sha256  # noqa: PLC0415 - slow to import, as is the next

        from itsdangerous import BadSignature, Signer  # noqa: PLC0415

        self._unreadable = (BadSignature, ValueError)
        self._signer = Signer(
            list(secrets),
            salt="banditware.force.v1",
            key_derivation="hmac",
            digest_method=sha256,
        )

    def written(self, arms: Mapping[str, str], end: float) -> str:
        """Return arms to force until a time, in seconds since the epoch, signed.

        Raises:
            UnknownExperimentError: no experiment has that name.
            ValueError: an experiment has no such arm.
        """
        for experiment, arm in arms.items():
            self._check(experiment, arm)
        pairs = (f"{experiment}~{arm}" for experiment, arm in arms.items())
        return self._signer.sign("!".join((_FORMAT, f"{int(end):x}", *pairs))).decode()

    def _check(self, experiment: str, arm: str) -> None:
        if experiment not in self._arms:
            raise UnknownExperimentError(experiment, self._arms)
        check_arm(experiment, arm, self._arms[experiment])

    def asked(self, facts: Facts, cookies: str, now: float) -> Forced:
        """Return what a request asks for: by its query, or else by what the session keeps.

        Args:
            facts: what is known of the request.
            cookies: its `Cookie` header.
            now: seconds since the epoch.
        """
        https = facts.secure
        kept = cookie_values(cookies, self._cookie.full_name(https=https))
        said = _parameters(facts.query, self.name)
        gone = self._cookie.header("", https=https, max_age=0) if kept else ""
        if said == [CLEAR]:
            return Forced(cookie=gone)
        if not said:
            found = next(filter(None, (self._read(value, now) for value in kept)), NO_ARMS)
            return Forced(self._there(found), "" if found else gone)
        wanted, signed = self._wanted(said, now)
        arms = self._there(wanted) if signed or self._anybody else NO_ARMS
        refused = tuple(name for name in wanted if name in self._arms and name not in arms)
        if not arms:
            return Forced(refused=refused)
        value = said[0] if signed else self.written(arms, now + DAY)
        # Without an age, browsers keep it until the session ends.
        cookie = self._cookie.header(value, https=https, max_age=0).replace("; Max-Age=0", "", 1)
        return Forced(arms, cookie, refused)

    def _wanted(self, said: Sequence[str], now: float) -> tuple[Mapping[str, str], bool]:
        """Return the arms that parameters name, and whether they are signed."""
        signed = self._read(said[0], now) if len(said) == 1 else None
        if signed:
            return signed, True
        pairs = (value.partition(":") for value in said)
        return {name: arm for name, colon, arm in pairs if colon}, False

    def _read(self, value: str, now: float) -> Mapping[str, str] | None:
        """Return the arms of a signed value; None if it is not ours or its time is over."""
        if len(value) > _LONGEST:
            return None
        try:
            version, end, *pairs = self._signer.unsign(value).decode().split("!")
            if version != _FORMAT or int(end, 16) < now:
                return None
            return {name: arm for name, _, arm in (pair.partition("~") for pair in pairs)}
        except self._unreadable:
            return None

    def _there(self, arms: Mapping[str, str]) -> Mapping[str, str]:
        """Return those that there are: a configuration may have changed since."""
        return {name: arm for name, arm in arms.items() if arm in self._arms.get(name, ())}


def check_arm(experiment: str, arm: str, arms: Iterable[str]) -> None:
    """Refuse an arm that an experiment does not have.

    Raises:
        ValueError: it has no such arm.
    """
    names = sorted(arms)
    if arm not in names:
        named = suggestion(arm, names) if names else ": the app names its arms"
        raise ValueError(f"{experiment!r} has no arm {arm!r}{named}")


def _parameters(query: str, name: str) -> list[str]:
    """Return the values that a query string gives for a name."""
    if name not in query or len(query) > _LONGEST_QUERY:
        return []
    pairs = (part.partition("=") for part in query.split("&"))
    return [unquote_plus(value) for key, _, value in pairs if key == name]
