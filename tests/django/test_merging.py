from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from banditware.http import Cookie
from banditware_django.merging import cookie_of

COOKIES = [
    Cookie(),
    Cookie(secure=True),
    Cookie("shop", 60, secure=None, same_site="strict", path="/shop", domain="shop.example"),
]


@pytest.mark.parametrize("cookie", COOKIES)
@pytest.mark.parametrize("https", [True, False])
def test_a_cookie_is_what_the_standard_library_reads(cookie: Cookie, https: bool) -> None:
    """Name, value and all attributes of what we write are those that `SimpleCookie` reads."""
    header = cookie.header("1!ab!cd!color~1~red~0.5~0~ef.Gh-i_j", https=https, max_age=90)
    (expected,) = SimpleCookie(header).values()
    assert cookie_of(header) == expected
    assert cookie_of(header).OutputString() == expected.OutputString()
    assert {*cookie_of(header).OutputString().split("; ")} == {*header.split("; ")}
