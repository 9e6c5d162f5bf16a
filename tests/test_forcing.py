"""What links force, and who believes them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.contextual.policies.igw import InverseGapWeighting
from banditware.errors import UnknownExperimentError
from banditware.forcing import NO_ARMS, Forced, Forcing
from banditware.http import Cookie
from banditware.model import Context, Schema
from tests.support import HOUR, KEY, NOON, Asked, experiment

EXPERIMENTS = [experiment(), experiment(name="headline")]
END = NOON + HOUR


def forcing(*keys: str, anybody: bool = False, name: str = "bw") -> Forcing:
    """Return what reads links of these keys."""
    return Forcing(keys or [KEY], EXPERIMENTS, Cookie(name), anybody=anybody)


def asked(
    query: str = "",
    cookies: str = "",
    now: float = NOON,
    *,
    anybody: bool = False,
    secure: bool = False,
) -> Forced:
    """Return what a request asks for."""
    return forcing(anybody=anybody).asked(Asked(query=query, secure=secure), cookies, now)


LINK = forcing().written({"button": "green"}, END)


def test_a_link_forces_and_is_kept_for_the_session() -> None:
    """A signed parameter forces its arms, and a cookie without an age keeps it."""
    found = asked(f"a=1&bw_force={LINK}&b=2")
    assert found.arms == {"button": "green"}
    assert found.cookie == f"bw_force={LINK}; Path=/; HttpOnly; SameSite=Lax"
    assert asked(f"bw_force={quote(LINK, safe='')}") == found
    secure = asked(f"bw_force={LINK}", secure=True)
    assert secure.cookie == f"__Host-bw_force={LINK}; Path=/; HttpOnly; SameSite=Lax; Secure"
    kept = asked(cookies=f"bw=1; bw_force={LINK}")
    assert kept == Forced({"button": "green"})


def test_the_name_is_that_of_the_cookie() -> None:
    """Two apps on one host do not take each other's links for theirs."""
    assert forcing(name="shop").name == "shop_force"


def test_links_end() -> None:
    """A link that is over forces nothing, and its cookie is deleted."""
    over = END + 1
    assert asked(f"bw_force={LINK}", now=over) == Forced()
    found = asked(cookies=f"bw_force={LINK}", now=over)
    assert found == Forced(cookie="bw_force=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")


def test_a_link_may_clear() -> None:
    """`none` forces nothing any more, and deletes the cookie if there is one."""
    found = asked("bw_force=none", f"bw_force={LINK}")
    assert found == Forced(cookie="bw_force=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    assert asked("bw_force=none") == Forced()


def test_a_newer_link_goes_before_the_cookie() -> None:
    """What the query says replaces what the session keeps."""
    other = forcing().written({"headline": "red"}, END)
    assert asked(f"bw_force={other}", f"bw_force={LINK}").arms == {"headline": "red"}


@pytest.mark.parametrize(
    "value",
    [
        LINK[:-1],
        LINK.swapcase(),
        LINK.replace("green", "red"),
        LINK.rpartition(".")[0],
        LINK + "A" * 3_000,
        "button~green",
        "",
        "%FF%00",
        forcing("another key").written({"button": "green"}, END),
    ],
)
def test_what_is_not_signed_by_us_is_nothing(value: str) -> None:
    """A changed, cut, foreign or broken value forces nothing, in the query and in the cookie."""
    assert asked(f"bw_force={value}") == Forced()
    assert asked(cookies=f"bw_force={value}").arms == NO_ARMS


def test_keys_may_be_rotated() -> None:
    """A link of an old key works as long as the key verifies."""
    old, new = forcing("old"), forcing("old", "new")
    value = old.written({"button": "green"}, END)
    assert new.asked(Asked(query=f"bw_force={value}"), "", NOON).arms == {"button": "green"}
    assert not forcing("new").asked(Asked(query=f"bw_force={value}"), "", NOON).arms


def test_the_query_forces_in_debugging_only() -> None:
    """Without a signature a query is believed in debugging, and refused elsewhere."""
    query = "bw_force=button:green&bw_force=headline%3Ared"
    assert asked(query) == Forced(refused=("button", "headline"))
    found = asked(query, anybody=True)
    assert found.arms == {"button": "green", "headline": "red"}
    value = found.cookie.partition(";")[0]
    assert asked(cookies=value).arms == found.arms


def test_what_is_not_there_is_refused() -> None:
    """An arm or experiment that is not there is ignored; that of a known experiment is told."""
    found = asked("bw_force=button:blue&bw_force=nope:a&bw_force=headline:red", anybody=True)
    assert (found.arms, found.refused) == ({"headline": "red"}, ("button",))
    assert asked("bw_force=button:blue", anybody=True) == Forced(refused=("button",))
    fewer = Forcing([KEY], [experiment(name="headline")], Cookie())
    assert fewer.asked(Asked(query=f"bw_force={LINK}"), "", NOON) == Forced()
    assert fewer.asked(Asked(), f"bw_force={LINK}", NOON) == Forced()


def test_links_are_written_for_what_there_is() -> None:
    """Who writes a link hears of its mistakes, with the name that is near."""
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        forcing().written({"buton": "green"}, END)
    with pytest.raises(ValueError, match="'button' has no arm 'gren'; did you mean 'green'"):
        forcing().written({"button": "gren"}, END)
    nameless = experiment(
        name="shoe", arms=(), default="", context=Context(Schema(), InverseGapWeighting())
    )
    with pytest.raises(ValueError, match="'shoe' has no arm 'x': the app names its arms"):
        Forcing([KEY], [nameless], Cookie()).written({"shoe": "x"}, END)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_that_is_sent_can_raise(query: str, cookie: str) -> None:
    """Whatever stands in a query or a cookie is arms that there are, or none."""
    for text in (query, f"bw_force={query}", f"bw_force={query}&bw_force=button:{query}"):
        found = asked(text, f"bw_force={cookie}", anybody=True)
        assert set(found.arms.values()) <= {"green", "red"}


def test_long_queries_are_left_alone() -> None:
    """A query longer than servers take is not looked at."""
    assert asked(f"bw_force={LINK}&{'x' * 20_000}") == Forced()
