"""Request methods: those of the IANA registry, so that a slip is told from a rare one."""

from __future__ import annotations

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
    """Return a request method whose decisions can be counted.

    Raises:
        RefusedError: there is no such method, or nobody sees what it answers.
    """
    if not isinstance(value, str):
        raise RefusedError(f"must be a request method such as GET, not {WRITTEN}")
    if method(value) in UNSEEN:
        raise RefusedError(f"{value} is never counted: nobody sees its answer")
    return value
