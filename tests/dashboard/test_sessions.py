from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.dashboard.sessions import (
    LASTING,
    LONGEST_NAME,
    Session,
    Sessions,
    cookie_header,
    plain_name,
)
from banditware.dashboard_settings import DashboardSettings
from banditware.tokens import Assignments, Tokens
from tests.dashboard.desk import LOOK, WRITE
from tests.support import NOON

SETTINGS = DashboardSettings(token=LOOK, write_token=WRITE)

SESSIONS = Sessions(["old", "new"], SETTINGS)


def signed_in(sessions: Sessions, value: str, now: float = NOON) -> Session | None:
    """Return who a cookie says somebody is."""
    return sessions.by_cookie(f"bw_dashboard={value}", now, https=False)


@given(st.text(max_size=LONGEST_NAME), st.booleans())
def test_a_session_goes_round(who: str, writes: bool) -> None:
    """Who signed in, with which token and under which name, is what the cookie says."""
    value = SESSIONS.sealed(Session(writes, who), NOON)
    assert signed_in(SESSIONS, value) == Session(writes, who, value)


@given(st.text())
def test_a_cookie_of_anybody_else(value: str) -> None:
    """Whatever else stands in the cookie, nobody is signed in, and nothing fails."""
    assert signed_in(SESSIONS, value) is None


def test_a_changed_cookie() -> None:
    """A cookie of which one character was changed is worth nothing."""
    value = SESSIONS.sealed(Session(writes=True), NOON)
    for place, old in enumerate(value[:-1]):  # the last one has spare bits
        changed = value[:place] + ("A" if old != "A" else "B") + value[place + 1 :]
        assert signed_in(SESSIONS, changed) is None


def test_other_tokens_and_keys() -> None:
    """Another token or another key ends all sessions; a key that is added does not."""
    value = SESSIONS.sealed(Session(writes=False), NOON)
    assert signed_in(Sessions(["old", "new", "newest"], SETTINGS), value)
    assert signed_in(Sessions(["old"], SETTINGS), value) is None
    other = Sessions(["new"], DashboardSettings(token="another-one", write_token=WRITE))
    assert signed_in(other, value) is None
    assert signed_in(Sessions(["new"], DashboardSettings(write_token=LOOK)), value) is None


@pytest.mark.parametrize(
    ("later", "lasts"), [(0, True), (LASTING - 1, True), (LASTING, False), (-9, False)]
)
def test_how_long_it_lasts(later: float, lasts: bool) -> None:
    """A session ends after `LASTING`, and one of the future is not believed."""
    value = SESSIONS.sealed(Session(writes=False), NOON)
    assert (signed_in(SESSIONS, value, NOON + later) is not None) == lasts


def test_what_else_is_signed_with_the_same_key() -> None:
    """The cookie of arms is no session, though it is signed with the same secret."""
    tokens = Tokens(["old", "new"])
    assert signed_in(SESSIONS, tokens.write(Assignments("s", int(NOON)))) is None


def test_an_old_form() -> None:
    """A cookie of another version, and one that is too long, say nothing."""
    signer = SESSIONS._signers[False]
    for text in ("2!ffffffff!", f"1!{int(NOON + 9):x}!{'A' * 600}", f"1!{int(NOON + 9):x}!gA=="):
        assert signed_in(SESSIONS, signer.sign(text).decode()) is None


def test_names() -> None:
    """A name is one line, without what cannot be shown, and not too long."""
    assert plain_name(" A\nd\ta\u202e \x00") == "Ada"
    assert plain_name("x" * 200) == "x" * LONGEST_NAME


def test_the_cookie_ends() -> None:
    """An empty value makes browsers forget it, at the same place."""
    assert cookie_header("", "", https=False) == (
        "bw_dashboard=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    )
