from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit
from banditware.answer import Later, Received
from banditware.dashboard.answers import HEADERS
from banditware.dashboard.limiting import OF_ONE, PERIOD
from banditware.dashboard_settings import DashboardSettings
from banditware.errors import StoreError
from banditware.stores import open_store
from tests.dashboard.desk import HOME, LOOK, WRITE, Browser, OpenDesk
from tests.support import Asked, Stand, Watch, configured

PASSWORD = "the-password-of-the-store"

PLACES = (
    "",
    "experiments/button",
    "changes",
    "change?action=pause&experiment=button",
    "api/overview",
    "api/experiments/button",
    "api/changes",
    "nothing",
)


@pytest.mark.parametrize("place", [*PLACES, "assets/dashboard.css", "sign-in"])
def test_without_a_token_there_is_nothing(open_desk: OpenDesk, place: str) -> None:
    """Where no token is configured, every place is a 404, whatever comes along."""
    browser = open_desk({})
    for method in ("GET", "POST", "HEAD", "DELETE"):
        answer = browser.ask(place, method=method, authorization=f"Bearer {LOOK}")
        assert (answer.status, answer.body) == (404, b"Not found\n")


@pytest.mark.parametrize("place", PLACES[1:])
def test_who_is_not_signed_in_finds_nothing(browser: Browser, place: str) -> None:
    """But for the sign-in page at the path itself, everything is a 404 that tells nothing."""
    answer = browser.ask(place)
    assert answer.status == 404
    assert b"green" not in answer.body
    assert b"Bearer" not in answer.body


def test_the_sign_in_page(browser: Browser) -> None:
    """At the path itself somebody can sign in; the page has no navigation and no experiments."""
    page = browser.page()
    assert 'action="./sign-in"' in page
    assert "button</a>" not in page
    assert "<nav" not in page


def test_signing_in(browser: Browser) -> None:
    """The right token leads to the overview, with a cookie that no script and no site gets."""
    answer = browser.sign_in(who="Ada")
    assert (answer.status, dict(answer.headers)["Location"]) == (303, "./")
    cookie = dict(answer.headers)["Set-Cookie"]
    assert cookie.startswith("bw_dashboard=1!")
    assert cookie.endswith("; Max-Age=43200; Path=/_banditware; HttpOnly; SameSite=Strict")
    assert LOOK not in cookie
    page = browser.page()
    assert "Ada · read only" in page
    assert "experiments/button" in page


def test_signing_in_over_https(browser: Browser) -> None:
    """Over https no other host can set the cookie, and it is not sent without."""
    browser.https = True
    cookie = dict(browser.sign_in().headers)["Set-Cookie"]
    assert cookie.startswith("__Host-bw_dashboard=1!")
    assert "; Path=/; Secure; HttpOnly; SameSite=Strict" in cookie
    assert "experiments/button" in browser.page()


def test_a_wrong_token(browser: Browser) -> None:
    """A wrong token leads to the same page with a complaint that the field refers to."""
    answer = browser.sign_in("look-at-everything-else")
    assert answer.status == 403
    assert b'aria-describedby="problem"' in answer.body
    assert b"This is not the token" in answer.body
    assert browser.cookie == ""


def test_signing_out(browser: Browser) -> None:
    """Who signs out by the form of a page is nobody afterwards; without its key nothing is done."""
    browser.sign_in()
    browser.send("sign-out", {"key": "guessed"})
    key = browser.key()
    answer = browser.send("sign-out", {"key": key})
    assert "Max-Age=0" in dict(answer.headers)["Set-Cookie"]
    assert "sign-in" in browser.page()
    assert browser.send("sign-out", {}).status == 303


def test_a_session_ends(browser: Browser) -> None:
    """After twelve hours somebody has to sign in again."""
    browser.sign_in()
    browser.stand.watch.now += 12 * 3600 - 1
    assert "Sign out" in browser.page()
    browser.stand.watch.now += 2
    assert "Sign out" not in browser.page()


def test_wrong_tokens_are_limited(browser: Browser) -> None:
    """After some wrong tokens even the right one is refused, for a minute; other clients go on."""
    for _ in range(OF_ONE):
        assert browser.sign_in("wrong").status == 403
    answer = browser.sign_in()
    assert (answer.status, dict(answer.headers)["Retry-After"]) == (429, "60")
    bearer = browser.ask("api/overview", authorization=f"Bearer {LOOK}")
    assert (bearer.status, json.loads(bearer.body)["error"]) == (
        429,
        "Too many wrong tokens: wait a minute.",
    )
    browser.client = "192.0.2.2"
    assert browser.sign_in().status == 303
    browser.client, browser.cookie = "192.0.2.1", ""
    browser.stand.watch.now += PERIOD
    assert browser.sign_in().status == 303


def test_right_tokens_are_not_limited(browser: Browser) -> None:
    """A program may ask as often as it likes."""
    for _ in range(2 * OF_ONE):
        assert browser.data("changes") == {"changes": []}


@pytest.mark.parametrize(
    ("token", "status"), [(LOOK, 200), (WRITE, 200), ("else", 404), ("é", 404)]
)
def test_tokens_of_programs(browser: Browser, token: str, status: int) -> None:
    """`Authorization: Bearer` takes either token, and nothing else."""
    assert browser.ask("api/overview", authorization=f"Bearer {token}").status == status
    assert browser.ask("api/overview", authorization=f"Basic {LOOK}").status == 404


def test_the_writing_token_alone(open_desk: OpenDesk) -> None:
    """Whoever may change may look; without the other token, nobody else may."""
    browser = open_desk({"write_token": WRITE})
    assert browser.sign_in(LOOK).status == 403
    assert browser.sign_in(WRITE, "Ada").status == 303
    assert "may change experiments" in browser.page()


def test_forms_of_other_sites(browser: Browser) -> None:
    """What another site makes a browser send is refused, before anything is looked at."""
    for site in ("cross-site", "same-site"):
        answer = browser.send("sign-in", {"token": LOOK}, sec_fetch_site=site)
        assert answer.status == 403
    assert browser.send("sign-in", {"token": LOOK}, sec_fetch_site="same-origin").status == 303


BAD: dict[str, tuple[bytes | None, str]] = {
    "too much": (None, ""),
    "no text": (b"\xff\xfe", ""),
    "too many fields": (b"&".join(b"a%d=1" % n for n in range(99)), ""),
    "no object": (b"[]", "application/json"),
    "no JSON": (b"{", "application/json; charset=utf-8"),
    "deep": (b"[" * 5000, "application/json"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_forms(browser: Browser, case: str) -> None:
    """What is no form, or too much of one, is refused."""
    body, kind = BAD[case]
    assert browser.ask("sign-in", method="POST", body=body, content_type=kind).status == 413


def test_every_answer_is_guarded(browser: Browser) -> None:
    """Every page and every JSON has the whole policy, and is kept nowhere."""
    policy = dict(HEADERS)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    for token in ("", LOOK, WRITE):
        for place in PLACES:
            headers: Any = {"authorization": f"Bearer {token}"} if token else {}
            found = dict(browser.ask(place, **headers).headers)
            assert {name: found[name] for name, _ in HEADERS} == dict(HEADERS)
            assert found["Referrer-Policy"] == "no-referrer"
            assert found["Cache-Control"] == "no-store"


def test_no_page_has_anything_inline(browser: Browser) -> None:
    """No page has a script, a style or a handler that the policy would refuse."""
    browser.sign_in(WRITE, "Ada")
    for place in PLACES:
        text = browser.ask(place).body.decode()
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick=" not in text
        assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text


SECRETS: dict[str, Any] = {
    "secret_keys": ["the-first-key-of-this-test", "the-last-key-of-this-test"],
}


def test_no_secret_is_shown(open_desk: OpenDesk) -> None:
    """No page, no JSON and no header holds a key or a token, for whoever looks."""
    browser = open_desk(**SECRETS)
    hidden = [*SECRETS["secret_keys"], LOOK, WRITE]
    for token in ("", LOOK, WRITE):
        browser.cookie = ""
        if token:
            browser.sign_in(token)
        for place in [*PLACES, "?archived=1&q=but", "experiments/button?span=30d"]:
            answer = browser.ask(place)
            shown = f"{answer.headers}{answer.body.decode()}"
            assert [secret for secret in hidden if secret in shown] == []


def test_what_goes_wrong_is_told(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of ours is a page that says so, and is counted like others."""
    browser.sign_in()
    monkeypatch.setattr("banditware.dashboard.site.overview", lambda *given, **more: 1 / 0)
    answer = browser.ask()
    assert answer.status == 500
    assert b"Something went wrong" in answer.body
    assert browser.stand.bandit.hidden.number == 1


def test_a_url_with_a_token(open_desk: OpenDesk) -> None:
    """Only where a terminal has shown it does a token in the URL sign anybody in."""
    browser = open_desk()
    assert b"sign-in" in browser.ask(f"?token={LOOK}").body
    assert browser.cookie == ""


def test_the_path_itself_leads_below_its_slash(browser: Browser) -> None:
    """Without the slash at its end the path leads there, relative to wherever it is found."""
    visit = browser.stand.bandit.begin(Asked(path=HOME.rstrip("/")))
    assert visit.answer is not None
    assert not isinstance(visit.answer, Later)
    assert dict(visit.answer.headers)["Location"] == "_banditware/"


def test_below_a_mount_point_the_cookie_knows_it(open_desk: OpenDesk) -> None:
    """The cookie is for where browsers find the dashboard: below the mount point, or at `url`."""
    for more, place in (
        ({"below_mount": True}, "/shop/_banditware"),
        ({}, "/_banditware"),
    ):
        browser = open_desk(**more)
        body = f"token={LOOK}".encode()
        visit = browser.stand.bandit.begin(Asked("POST", f"{HOME}sign-in"))
        assert isinstance(visit.answer, Later)
        answer = visit.answer.respond(Received(body, "", "/shop"))
        assert f"; Path={place};" in dict(answer.headers)["Set-Cookie"]
    browser = open_desk({"token": LOOK, "url": "/behind/a/proxy"})
    assert "; Path=/behind/a/proxy;" in dict(browser.sign_in().headers)["Set-Cookie"]


def test_no_password_of_a_store_is_shown(open_desk: OpenDesk, tmp_path: Path) -> None:
    """A store that is away is told of on every page without the password that its address has."""
    address = f"redis://somebody:{PASSWORD}@127.0.0.1:1/0?timeout=0.1&spool={tmp_path}"
    browser = open_desk(store=open_store(address, tmp_path))
    with pytest.raises(StoreError):
        browser.stand.bandit.flush()
    browser.sign_in(WRITE)
    texts = []
    for place in (*PLACES, "api/experiments/button"):
        answer = browser.ask(place)
        texts.append(answer.body.decode())
    assert browser.ask("experiments/button").status == 503
    assert "unreachable" in texts[0]
    assert "redis://127.0.0.1:1/0" in "".join(texts)
    assert [text for text in texts if PASSWORD in text] == []


def test_the_url_of_a_terminal(calm: None) -> None:
    """Where a terminal has shown a URL with the token, whoever follows it is signed in."""
    shown = DashboardSettings(token=LOOK, by_url=True)
    settings = configured(store="memory://")._replace(dashboard=shown)
    watch = Watch()
    with Bandit(settings, clock=watch) as bandit:
        browser = Browser(Stand(bandit, watch))
        assert browser.ask("?token=another-token-than-ours").status == 403
        assert browser.ask(f"changes?token={LOOK}").status == 404
        answer = browser.ask(f"?token={LOOK}")
        assert (answer.status, dict(answer.headers)["Location"]) == (303, "./")
        assert "Sign out" in browser.page()
