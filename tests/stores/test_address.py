from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.stores.address import FORMS, Address, parse


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://h", Address("redis", "h", 6379)),
        ("redis://h/", Address("redis", "h", 6379)),
        ("redis://h:1/2", Address("redis", "h", 1, db=2)),
        ("redis://:p%2F@h", Address("redis", "h", 6379, password="p/")),
        ("redis://u:p:q@h", Address("redis", "h", 6379, user="u", password="p:q")),
        ("redis://u@[::1]", Address("redis", "::1", 6379, user="u")),
        ("redis://h?db=3&prefix=a:b", Address("redis", "h", 6379, db=3, prefix="a:b")),
        ("redis://h?timeout=.25&spool=/s", Address("redis", "h", 6379, timeout=0.25, spool="/s")),
        (
            "rediss://h?ca=a.pem&cert=b.pem&key=c.pem",
            Address("rediss", "h", 6379, ca="a.pem", cert="b.pem", key="c.pem"),
        ),
        ("unix:///run/a%20b?db=1", Address("unix", path="/run/a b", db=1)),
        ("unix://u:p@/s", Address("unix", path="/s", user="u", password="p")),
        ("redis+cluster://h", Address("redis+cluster", "h", 6379)),
        (
            "rediss+cluster://u:p,q@h,[::1]:7,g:8?ca=a",
            Address(
                "rediss+cluster",
                *("h", 6379),
                user="u",
                password="p,q",
                ca="a",
                others=(("::1", 7), ("g", 8)),
            ),
        ),
        ("redis+sentinel://h/m", Address("redis+sentinel", "h", 26379, master="m")),
        (
            "rediss+sentinel://:p@h:1,g/my%20m/2?sentinel_username=v&sentinel_password=w",
            Address(
                "rediss+sentinel",
                *("h", 1),
                password="p",
                db=2,
                others=(("g", 26379),),
                master="my m",
                sentinel_username="v",
                sentinel_password="w",
            ),
        ),
    ],
)
def test_parts(url: str, address: Address) -> None:
    """Every part of an address is read, and the others are as documented."""
    assert parse(url) == address


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://", "names no host: write redis://HOST"),
        ("rediss://:p@", "names no host: write rediss://HOST"),
        ("redis://h:x", "has a host or port that is none; write special characters"),
        ("redis://h:99999", "has a host or port that is none"),
        ("redis://:hunter/2@h", "has a host or port that is none"),
        ("redis://[h", "has a host or port that is none"),
        ("redis://h/0#hunter2", "has a #; write it as %23"),
        ("redis://h/hunter2", "has a database that is no number"),
        ("redis://h/-1", "has a database that is no number"),
        ("redis://h?db=", "has the option db without a value"),
        ("redis://h/1?db=2", "names the database twice"),
        ("redis://h?db=1&db=2", "has an option twice"),
        ("redis://h?prefiks=x", "has an unknown option; did you mean 'prefix'?"),
        ("redis://h?x=1", "has an unknown option; there are prefix, timeout, spool, db$"),
        ("redis://h?ca=x", "has the option ca, which needs rediss://"),
        ("rediss://h?key=x", "has a key without its certificate"),
        ("redis://h?prefix={a}", "has a prefix with spaces or braces"),
        ("redis://h?prefix=a b", "has a prefix with spaces or braces"),
        ("redis://h?timeout=soon", "has a timeout that is not from 0.001 to 60 seconds"),
        ("redis://h?timeout=0", "has a timeout that is not from"),
        ("redis://h?timeout=nan", "has a timeout that is not from"),
        ("redis://h?timeout=61", "has a timeout that is not from"),
        ("redis://h,g", r"names several hosts: write redis\+cluster:// or redis\+sentinel://"),
        ("redis+cluster://h,", r"names no host: write redis\+cluster://HOST,HOST"),
        ("redis+cluster://h,g:x", "has a host or port that is none"),
        ("redis+cluster://h/1", "names a database; a cluster has only one"),
        ("redis+cluster://h?db=0", "names a database; a cluster has only one"),
        ("redis+cluster://h?ca=x", r"has the option ca, which needs rediss\+cluster://"),
        ("unix:///s?ca=x", "has the option ca, which needs rediss://"),
        ("redis+cluster://h?sentinel_password=hunter2", "has an unknown option"),
        ("redis+sentinel://h", r"names no master: write redis\+sentinel://HOST,HOST/MASTER"),
        ("redis+sentinel://h/m/x", "has a database that is no number"),
        ("redis+sentinel://h/m/1?db=2", "names the database twice"),
        ("redis+sentinel://h/m?sentinel_pasword=hunter2", "did you mean 'sentinel_password'"),
        ("unix://", "needs three slashes and the path of a socket"),
        ("unix:///", "needs three slashes"),
        ("unix://run/s", "needs three slashes"),
    ],
)
def test_mistakes(url: str, message: str) -> None:
    """A mistake is told with its mend, and without a password."""
    with pytest.raises(ValueError, match=message) as raised:
        parse(url)
    assert "hunter" not in str(raised.value)


def test_what_is_shown_has_no_secrets() -> None:
    """The public form has neither user nor password nor options."""
    assert parse("redis://u:hunter2@[::1]/3?prefix=x").public == "redis://[::1]:6379/3"
    assert parse("unix://u:hunter2@/run/s?db=1").public == "unix:///run/s"
    assert parse("redis+cluster://:hunter2@h,[::1]:7").public == "redis+cluster://h:6379,[::1]:7"
    watched = parse("rediss+sentinel://:hunter2@h,g:7/m?sentinel_password=hunter2")
    assert watched.public == "rediss+sentinel://h:26379,g:7/m/0"


def test_folders_of_spools_differ_with_the_counts() -> None:
    """What names other counts has another folder; how to get there makes no difference."""
    urls = ["redis://h", "redis://g", "redis://h:1", "redis://h/1", "redis://h?prefix=x"]
    urls += ["unix:///h", "unix:///h?db=1"]
    urls += ["redis+cluster://h", "redis+cluster://h,g", "redis+cluster://h?prefix=x"]
    urls += ["redis+sentinel://h:6379/m", "redis+sentinel://h/m", "redis+sentinel://h/n"]
    urls += ["redis+sentinel://h/m/1", "redis+sentinel://h/m?prefix=x"]
    assert len({parse(url).folder for url in urls}) == len(urls)
    ways = ["redis://h", "redis://H:6379/0", "redis://u:p@h?timeout=2", "rediss://h?ca=x"]
    assert len({parse(url).folder for url in ways}) == 1
    assert parse("redis://h").folder == "banditware-488fc8b8.spool"
    ways = ["redis+cluster://h,g:7", "rediss+cluster://u:p@G:7,H:6379?timeout=2"]
    assert len({parse(url).folder for url in ways}) == 1


@given(st.sampled_from([f"{scheme}://" for scheme in FORMS]), st.text(max_size=40))
def test_any_text_is_an_address_or_a_mistake(scheme: str, rest: str) -> None:
    """Whatever is written either is read or raises ValueError."""
    try:
        address = parse(scheme + rest)
    except ValueError as error:
        address, mistake = None, str(error)
    if address:
        assert address.public.startswith(scheme)
    else:
        assert mistake.startswith(("has", "names", "needs"))
