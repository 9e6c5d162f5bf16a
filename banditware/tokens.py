"""Signed assignments (the cookie) and decision tokens.

Two rules: nothing is read before its signature was verified, and whatever is wrong with a value
that came from outside means "nothing there", never an error on the request path.

A key is derived from each secret for each use, so that a value which the app signed with the same
secret for its own purposes is never taken for ours, nor a cookie for a decision token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from itsdangerous import BadSignature

from banditware.counts import HOLDOUT
from banditware.errors import TokenError
from banditware.http import cookie_values
from banditware.model import Decision, Experiment
from banditware.signing import signer

#: Longest cookie value that is written or looked at. Browsers keep 4096 bytes for name, value and
#: attributes together; half a kilobyte is left for those.
MAX_COOKIE = 3_500

#: How far ahead another host's clock may be, in seconds, before its values are refused. Hosts
#: without time synchronisation drift by seconds, not by minutes.
SKEW = 300.0

#: Verified cookies kept per process: at most 3.5 KB each, so 7 MB in the worst case.
CACHED_COOKIES = 2_048

#: Whole headers kept beside them, for subjects who send the same one again, and how long one may
#: be: the cookies of a site and of what it embeds are 1 to 4 KB together.
CACHED_HEADERS = 512
LONGEST_CACHED = 8_192

_FORMAT = "1"

#: Characters of a signature: a dot and the 32 bytes of SHA-256 in base64.
_SIGNATURE = 44


class Assignment(NamedTuple):
    """A decision as the cookie remembers it.

    Attributes:
        experiment: name of the experiment.
        version: version of the experiment that decided.
        arm: name of the arm.
        propensity: the probability with which it was drawn.
        time: when it was decided, in whole seconds since the epoch.
        id: the decision's id.
        counted: False for a decision that was served but is not a pull yet, as in a prefetch.
        features: the encoded vector that a contextual policy decided by, as text, or empty.
    """

    experiment: str
    version: str
    arm: str
    propensity: float
    time: int
    id: str
    counted: bool = True
    features: str = ""


@dataclass(frozen=True, slots=True)
class Sticky:
    """A decision that is served again for an assignment.

    Attributes:
        experiment: the experiment as it was when it was served.
        since: the first second, since the epoch, at which it may be.
        until: the last one.
        decision: the decision.
        settled: True if nothing but the time can be against it.
    """

    experiment: Experiment
    since: float
    until: float
    decision: Decision
    settled: bool


@dataclass(frozen=True, slots=True)
class Again:
    """Decisions that are served again together, for the same routes.

    Attributes:
        era: the experiments as they were when they were served; see `Ground`.
        since: the first second, since the epoch, at which all of them may be.
        until: the last one.
        decisions: the decisions, by experiment.
    """

    era: object
    since: float
    until: float
    decisions: dict[str, Decision]


@dataclass(slots=True)
class Assignments:
    """What one subject's cookie says. Nobody changes one; freezing it would take as long again.

    Attributes:
        subject: the subject's opaque id.
        issued: when the subject was first seen, in whole seconds since the epoch.
        by_experiment: the subject's assignments.
        stale_key: True if an old key signed it, so that it should be written anew.
        fresh: True if no cookie said it, so that only a new one can keep the subject's id.
        served: by experiment, what this process has served again of a cookie; it is kept where the
            cookie's text is kept, so that the same cookie gets it again.
        together: the same of all experiments that some routes choose, by their names.
    """

    subject: str
    issued: int
    by_experiment: Mapping[str, Assignment] = field(default_factory=dict)
    stale_key: bool = False
    fresh: bool = field(default=False, compare=False)
    served: dict[str, Sticky] = field(default_factory=dict, compare=False, repr=False)
    together: Mapping[tuple[str, ...], Again] | None = field(
        default=None, compare=False, repr=False
    )


class Tokens:
    """Signs and verifies with a list of secrets, oldest first: the last signs, all verify.

    Keep one as long as the app lives: it caches verified cookies.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._cookies = signer(secrets, "banditware.assign.v1")
        self._newest = signer(secrets[-1:], "banditware.assign.v1")
        self._decisions = signer(secrets, "banditware.decision.v1")
        self._rotated = len(secrets) > 1
        self._opened: Callable[[str], Assignments | None] = lru_cache(CACHED_COOKIES)(self._open)
        self._found: Callable[[str, str], Assignments | None] = lru_cache(CACHED_HEADERS)(
            self._find
        )

    def write(self, who: Assignments, entries: Collection[Assignment] | None = None) -> str:
        """Return the cookie value; of too many assignments the oldest are left out.

        Args:
            who: the subject, and when they were first seen.
            entries: the assignments; default: those of `who`.
        """
        issued = who.issued
        if entries is None:
            entries = who.by_experiment.values()
        head = f"{_FORMAT}!{who.subject}!{issued:x}"
        text = "!".join([head, *[_entry(entry, issued) for entry in entries]])
        if len(text) > MAX_COOKIE - _SIGNATURE:
            text = _shortened(head, issued, entries)
        return self._cookies.sign(text).decode()

    def read(self, header: str, name: str) -> Assignments | None:
        """Return the first cookie of that name in a `Cookie` header that we signed, or None.

        Cached; the caller checks ages, which a cache must not.
        """
        return (self._found if len(header) <= LONGEST_CACHED else self._find)(header, name)

    def open(self, value: str) -> Assignments | None:
        """Return what a cookie value says, or None unless it is exactly what we signed.

        Cached; the caller checks ages, which a cache must not.
        """
        return self._opened(value) if len(value) <= MAX_COOKIE else None

    def _find(self, header: str, name: str) -> Assignments | None:
        opened = (self.open(value) for value in cookie_values(header, name))
        return next((found for found in opened if found is not None), None)

    def _open(self, value: str) -> Assignments | None:
        try:
            text = self._cookies.unsign(value).decode()
            version, subject, issued, *entries = text.split("!")
            if version != _FORMAT:
                return None
            since = int(issued, 16)
            found = (_assignment(entry, since) for entry in entries)
            stale = self._rotated and not self._newest.validate(value)
            return Assignments(subject, since, {each.experiment: each for each in found}, stale)
        except (BadSignature, ValueError):
            return None

    def seal(self, decision: Decision) -> str:
        """Return the decision as a signed, self-contained token that is safe in a URL."""
        return self._decisions.sign(_entry(remembered(decision))).decode()

    def unseal(self, token: str) -> Assignment:
        """Return the decision that `seal` signed.

        Raises:
            TokenError: the token is not ours, was changed, or was signed with a key that is gone.
        """
        try:
            return _assignment(self._decisions.unsign(token).decode())
        except (BadSignature, ValueError) as error:
            raise TokenError(
                "not a decision token of this application: it was changed, cut short, "
                "or signed with a secret that is no longer in secret_keys"
            ) from error


#: Reasons of decisions that were pulls of an earlier request, or count in the holdout's own ledger.
_EARNING = frozenset({"sticky", "holdout"})


def remembered(decision: Decision) -> Assignment:
    """Return what a cookie or token remembers of a decision."""
    # Unpacked, because reading a field of a named tuple takes as long as half of this.
    name, arm, _, propensity, reason, counted, id_, time, version, _, _, basis, _, _ = decision
    if reason == "holdout":
        arm = HOLDOUT
    counts = counted or reason in _EARNING
    fields = (name, version, arm, propensity, int(time), id_, counts, basis.features)
    return tuple.__new__(Assignment, fields)


#: The shortest text of a number that reads back as it; all decisions of a snapshot share a few.
_digits = lru_cache(4_096)(repr)


def _shortened(head: str, issued: int, entries: Collection[Assignment]) -> str:
    """Return the text of a cookie with as many assignments as it has room for, newest first."""
    oldest = sorted(entries, key=lambda entry: entry.time)
    fitting, left = [head], MAX_COOKIE - _SIGNATURE - len(head)
    for entry in reversed(oldest):
        text = _entry(entry, issued)
        # One that is too long by itself, as with the features of many attributes, is left out
        # without taking the older ones along.
        if len(text) < left:
            fitting.append(text)
            left -= len(text) + 1
    return "!".join(fitting)


def _entry(entry: Assignment, since: int = 0) -> str:
    """Return an assignment as text; its time is written as seconds after `since`, to be short."""
    name, version, arm, propensity, time, id_, counted, features = entry
    flag = "" if counted else "~0"
    if features:
        flag += f"~*{features}"
    return f"{name}~{version}~{arm}~{_digits(propensity)}~{time - since:x}~{id_}{flag}"


def _assignment(text: str, since: int = 0) -> Assignment:
    name, version, arm, propensity, time, id_, *more = text.split("~")
    features = more.pop()[1:] if more and more[-1].startswith("*") else ""
    return Assignment(
        name, version, arm, float(propensity), since + int(time, 16), id_, not more, features
    )


def entry_text(entry: Assignment) -> str:
    """Return an assignment as text without a signature, for the store."""
    return _entry(entry)


def entry_of(text: str) -> Assignment:
    """Return the assignment that `entry_text` wrote.

    Raises:
        ValueError: it is none.
    """
    return _assignment(text)
