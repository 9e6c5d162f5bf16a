"""Request methods: those of the IANA registry, so that a slip is told from a rare one."""

from __future__ import annotations

from banditware.beacon import BY_BEACON
from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError
from banditware.errors import suggestion

_REGISTERED = (
    "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY PROPFIND PROPPATCH MKCOL COPY MOVE "
    "LOCK UNLOCK ACL BIND UNBIND REBIND LINK UNLINK SEARCH REPORT MKCALENDAR ORDERPATCH MERGE LABEL"
    " UPDATE CHECKIN CHECKOUT UNCHECKOUT MKWORKSPACE MKACTIVITY MKREDIRECTREF UPDATEREDIRECTREF "
    "BASELINE-CONTROL VERSION-CONTROL PURGE"
)

KNOWN = frozenset(_REGISTERED.split())

#: These ask about a page, nobody sees it: never a pull.
UNSEEN = frozenset({"HEAD", "OPTIONS"})


#: What `count` says instead of methods: which methods these are.
WAYS = {"response": frozenset({"GET"}), "beacon": BY_BEACON}


def method(text: str) -> str:
    """Return a request method.

    Raises:
        RefusedError: there is no such method, or it is not in capitals.
    """
    if text not in KNOWN:
        # The text may be a part of what `${VAR}` read, so it is not repeated.
        near = suggestion(text.upper(), KNOWN)
        raise RefusedError(f"a request method is one that exists, in capitals{near}")
    return text


def counted(value: object) -> str:
    """Return a request method whose decisions can be counted, or a word that stands for some.

    Raises:
        RefusedError: there is no such method, or nobody sees what it answers.
    """
    if not isinstance(value, str):
        raise RefusedError(f"must be a request method such as GET, or beacon, not {WRITTEN}")
    if value in WAYS:
        return value
    near = suggestion(value, WAYS)
    if near:
        raise RefusedError(f"must be request methods, response or beacon, not {WRITTEN}{near}")
    if method(value) in UNSEEN:
        raise RefusedError(f"{value} is never counted: nobody sees its answer")
    return value


def alone(methods: list[str]) -> list[str]:
    """Return the methods of a `count`.

    Raises:
        RefusedError: there is none, or `response` or `beacon` among others.
    """
    if not methods:
        raise RefusedError("is empty: nothing would be counted")
    word = next((each for each in methods if each in WAYS), None)
    if word is not None and len(methods) > 1:
        raise RefusedError(f"{word} says how pulls are counted, so it stands alone")
    return methods


def methods(written: list[str] | None, otherwise: str) -> frozenset[str]:
    """Return the methods whose decisions are counted; `otherwise` is the way of the whole file."""
    words = written or [otherwise]
    return WAYS.get(words[0]) or frozenset(words)
