"""Whether a subject may be remembered, by what a request says of their consent.

What is not known is no consent: nothing is stored in a browser before somebody said yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from banditware.facts import Facts
from banditware.http import cookie_values

#: Why a request's subject is not remembered, as it is counted: they said no, they said nothing so
#: far, or they said nothing and an arm is drawn for this one request.
REFUSED, UNKNOWN, STATELESS = "refused", "no_consent", "stateless"

#: Reasons for which a request gets no cookie, and the one it has is not read.
ANONYMOUS = frozenset({REFUSED, UNKNOWN, STATELESS})

#: What a request says: yes, no, or nothing.
Answer = Callable[[Facts], object]


class ConsentSettings(NamedTuple):
    """Where consent stands, as a configuration says it.

    Attributes:
        kind: a `cookie` or a `header` of the request, or a function to `call`; empty if everybody
            consents who does not refuse.
        name: name of the cookie or header, or `module:function`.
        granted: patterns of values that mean yes; `*` stands for anything.
        denied: patterns of values that mean no.
        stateless: draw an arm for who said nothing so far, instead of serving the default.
        respect_gpc: `Sec-GPC: 1` means no.
    """

    kind: Literal["", "cookie", "header", "call"] = ""
    name: str = ""
    granted: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    stateless: bool = False
    respect_gpc: bool = True

    @property
    def varies_on(self) -> tuple[str, ...]:
        """The request headers that a response depends on, beside the cookie."""
        named = (self.name,) if self.kind == "header" else ()
        return (*named, *(("Sec-GPC",) if self.respect_gpc else ()))


class Consent:
    """Finds out what requests say. Keep one as long as the app lives."""

    __slots__ = ("_answer", "_fault", "_respects_gpc", "_silent")

    def __init__(
        self, settings: ConsentSettings, answer: Answer, fault: Callable[[Exception], None]
    ) -> None:
        """Prepare.

        Args:
            settings: what the configuration says.
            answer: returns True, False or None for a request; see `answer_of`.
            fault: told of what it raises, which means nothing was said.
        """
        self._answer = answer
        self._fault = fault
        self._respects_gpc = settings.respect_gpc
        self._silent = STATELESS if settings.stateless else UNKNOWN

    def objection(self, facts: Facts) -> str:
        """Return why the subject of a request is not remembered; nothing if they may be."""
        if self.forbids(facts):
            return REFUSED
        try:
            said = self._answer(facts)
        except Exception as error:  # noqa: BLE001  # an app's own may do anything
            self._fault(error)
            return self._silent
        if said is True:
            return ""
        return REFUSED if said is False else self._silent

    def forbids(self, facts: Facts) -> bool:
        """Return True if the browser itself says no, whatever else was said."""
        return self._respects_gpc and facts.header("sec-gpc").strip() == "1"


def answer_of(settings: ConsentSettings) -> Answer:
    """Return what finds an answer in the cookie or header that the configuration names."""
    kind, name, granted, denied, *_ = settings
    if not kind:
        return lambda _facts: True
    header = name.lower()

    def answer(facts: Facts) -> bool | None:
        if kind == "header":
            return judged([facts.header(header)], granted, denied)
        return judged(cookie_values(facts.header("cookie"), name), granted, denied)

    return answer


def judged(values: Iterable[str], granted: Iterable[str], denied: Iterable[str]) -> bool | None:
    """Return what some values say: no if one of them does, else yes if one does, else None.

    A value that stands for yes does not stand for no, so that `denied: "*"` means all others.
    """
    said = None
    for value in values:
        bare = value.strip('"')
        if any(fits(bare, pattern) for pattern in granted):
            said = True if said is None else said
        elif any(fits(bare, pattern) for pattern in denied):
            said = False
    return said


def fits(value: str, pattern: str) -> bool:
    """Return True if a value is what a pattern says; `*` stands for any characters.

    Its time is linear in the value's length, whatever was sent.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return value == pattern
    *middle, last = rest
    if not value.startswith(first) or len(value) < len(first) + len(last):
        return False
    place, end = len(first), len(value) - len(last)
    for part in middle:
        found = value.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return value.endswith(last)
