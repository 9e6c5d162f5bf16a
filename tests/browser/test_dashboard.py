"""The dashboard in a real browser: what it asks for, who can use it, and that it steers an app.

The accessibility check needs npm and a network, from which axe-core is fetched by name and never
committed, so it runs by hand alone:

    BANDITWARE_TEST_AXE=1 python -m pytest --no-cov -n 0 tests/browser/test_dashboard.py

Pictures are kept in `artefacts/browser`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banditware.dashboard.assets import with_charts
from tests.browser.chromium import EXECUTABLE, Chromium, Page, patiently
from tests.browser.dashboards import (
    LOOK,
    WRITE,
    Dashboard,
    Watched,
    drawn,
    follow,
    press_enter,
    save,
    serving,
    sign_in,
)
from tests.serving import Server, Visitor, gunicorn

pytestmark = [
    pytest.mark.skipif(
        EXECUTABLE is None, reason="there is no Chromium on this machine: apt-get install chromium"
    ),
    pytest.mark.skipif(
        not with_charts(), reason="this copy was built without npm: install it, and build again"
    ),
]

ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "browser"

#: Every kind of page there is.
PAGES = {
    "overview": "",
    "experiment": "experiments/headline?span=30d",
    "promoted": "experiments/search_ranking",
    "confirm": "change?action=retire&experiment=headline&arm=casual",
    "add": "change?action=add&experiment=headline",
    "stop": "change?action=stop&experiment=headline",
    "changes": "changes",
    "nothing": "nothing",
}

#: Width of a window and whether it is dark.
LOOKS = [(1280, False), (1280, True), (390, False), (390, True)]

AXE = "axe-core@4.10.3"


@pytest.fixture(scope="module")
def dashboard() -> Iterator[Dashboard]:
    """A dashboard of experiments with a month behind them."""
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from npm."""
    if "BANDITWARE_TEST_AXE" not in os.environ:
        pytest.skip("it needs a network: say BANDITWARE_TEST_AXE=1")
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine, from which axe-core comes")
    command = [npm, "pack", AXE, "--silent", "--fetch-retries=0", "--fetch-timeout=60000"]
    fetched = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    packages = list(folder.glob("*.tgz"))
    if not packages:
        pytest.skip(f"npm could not fetch axe-core: {fetched.stderr.decode()[-200:]}")
    subprocess.run(["tar", "xzf", packages[0].name, "package/axe.min.js"], cwd=folder, check=True)
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Page, axe: str) -> list[str]:
    """Return what is a serious hindrance for somebody on this page."""
    page.evaluate(axe + "\n;0")
    found: list[dict[str, Any]] = json.loads(
        page.evaluate("axe.run().then(found => JSON.stringify(found.violations))")
    )
    return [
        f"{each['id']}: {node['html'][:120]}: {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_everybody_can_use_it(
    browser: Chromium, dashboard: Dashboard, axe: str, width: int, dark: bool
) -> None:
    """axe-core finds nothing serious on any page, wide or narrow, light or dark.

    That it would is shown by a picture without a word.
    """
    found: dict[str, list[str]] = {}
    with browser.somebody() as page:
        page.look(width=width, dark=dark)
        page.open(dashboard.url)
        found["sign in"] = serious(page, axe)
        sign_in(page, dashboard.url)
        for name, place in PAGES.items():
            page.open(dashboard.url + place)
            found[name] = serious(page, axe)
            save(page, ARTEFACTS, f"{name}-{width}-{'dark' if dark else 'light'}")
            page.look(width=width, dark=dark)
        page.evaluate("document.body.append(new Image())")
        assert serious(page, axe)[0].startswith("image-alt: <img>")
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_page_is_wider_than_the_window(
    browser: Chromium, dashboard: Dashboard, width: int
) -> None:
    """On a phone nothing has to be moved sideways but tables, each by itself."""
    with browser.somebody() as page:
        page.look(width=width)
        sign_in(page, dashboard.url)
        for place in PAGES.values():
            page.open(dashboard.url + place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_comes_from_elsewhere(browser: Chromium, dashboard: Dashboard) -> None:
    """No page asks another host for anything, breaks its own policy, or makes the console complain.

    That the complaints are heard is shown by a script that the policy refuses.
    """
    host = dashboard.url.rsplit("/", 2)[0]
    with browser.somebody() as page:
        watched = Watched(browser, page)
        sign_in(page, dashboard.url)
        for place in PAGES.values():
            if place != "nothing":  # which is a 404, as the console says
                page.open(dashboard.url + place)
        page.open(dashboard.url + PAGES["experiment"])
        drawn(page)
        page.look(width=700, dark=True)
        drawn(page)
        assert watched.hosts() <= {host, "data:"}
        assert watched.complaints() == []
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'),"
            " {textContent: 'window.ran = 1'}))"
        )
        assert page.evaluate("window.ran") is None
        patiently(watched.complaints, "the browser complains")


def test_charts_say_what_their_tables_say(browser: Chromium, dashboard: Dashboard) -> None:
    """Each chart has its table behind it, which opens by the keyboard."""
    with browser.somebody() as page:
        sign_in(page, dashboard.url)
        page.open(dashboard.url + PAGES["experiment"])
        drawn(page)
        assert page.evaluate("document.querySelectorAll('figure tbody tr').length") == 2 * 31
        page.evaluate("document.querySelector('summary').focus()")
        press = {"key": " ", "code": "Space", "text": " "}
        for kind in ("keyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, **press)
        patiently(lambda: page.evaluate("document.querySelector('details').open"), "it opens")


def test_without_scripts(browser: Chromium, dashboard: Dashboard) -> None:
    """Where no script runs, everything can be read and changed all the same."""
    with browser.somebody() as page:
        sign_in(page, dashboard.url, who="Plain")
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(dashboard.url + "experiments/checkout_button")
        assert page.evaluate("document.querySelector('.scripted')") is None
        assert page.evaluate("document.querySelectorAll('figure tbody tr').length") > 40
        follow(page, "a[href*='action=pause&experiment=checkout_button&arm=blue']")
        follow(page, "button.primary")
        assert "Done: pause blue" in page.evaluate("document.body.innerText")
    assert dashboard.bandit.controls().of("checkout_button").paused_arms == ("blue",)
    dashboard.bandit.control("resume", "checkout_button", arm="blue")


def test_who_may_only_look(browser: Chromium, dashboard: Dashboard) -> None:
    """With the reading token there is nothing to click on that changes anything."""
    with browser.somebody() as page:
        sign_in(page, dashboard.url, LOOK, "")
        for place in ("", PAGES["experiment"]):
            page.open(dashboard.url + place)
            assert page.evaluate("document.querySelector('a[href*=\"change?\"]')") is None


APP = """\
from banditware import current_visit

def app(environ, start_response):
    text = current_visit()["headline"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text.encode()]
"""

YAML = f"""\
secret_keys: [a secret of the tests]
store: sqlite:///counts.db
refresh: 500ms
dashboard: {{token: {LOOK}, write_token: {WRITE}}}
experiments:
  headline: {{arms: [casual, formal, neutral], default: neutral, policy: uniform}}
routes:
  - {{match: GET /, choose: headline}}
"""

REFRESH = 0.5


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Server]:
    """A shop with a dashboard under gunicorn, with four workers."""
    (tmp_path / "banditware.yaml").write_text(YAML, encoding="utf-8")
    (tmp_path / "shop.py").write_text(APP, encoding="utf-8")
    with gunicorn(tmp_path, "shop:app", workers=4) as server:
        patiently(lambda: len(server.workers()) == 4, "all workers run")
        yield server


def arms_of(server: Server, visitors: int) -> list[str]:
    """Return the arms that new visitors get."""
    return [Visitor(server.port).get("/").body.decode() for _ in range(visitors)]


def last_of(server: Server, arm: str) -> float:
    """Return when somebody who got an arm last asked for it; nobody of the 200 after them does."""
    last, others = time.monotonic(), 0

    def gone() -> bool:
        nonlocal last, others
        asked = time.monotonic()
        others += 1
        if arms_of(server, 1) == [arm]:
            last, others = asked, 0
        return others >= 200

    patiently(gone, f"nobody gets {arm}")
    return last


def test_an_arm_is_paused_in_the_browser(browser: Chromium, shop: Server) -> None:
    """Who pauses an arm sees its traffic stop on all four workers within two refreshes."""
    returning = Visitor(shop.port)
    while returning.get("/").body != b"formal":
        returning = Visitor(shop.port)
    assert set(arms_of(shop, 60)) == {"casual", "formal", "neutral"}
    with browser.somebody() as page:
        watched = Watched(browser, page)
        sign_in(page, f"http://127.0.0.1:{shop.port}/_banditware/")
        follow(page, "a[href='experiments/headline']")
        follow(page, "a[href$='action=pause&experiment=headline&arm=formal']")
        page.evaluate("document.querySelector('#note').focus()")
        page.call("Input.insertText", text="too stiff")
        press_enter(page)
        paused = time.monotonic()
        assert last_of(shop, "formal") - paused <= 2 * REFRESH
        assert returning.get("/").body in {b"casual", b"neutral"}
        shown = page.evaluate("document.body.innerText")
        assert watched.complaints() == []
        save(page, ARTEFACTS, "paused")
    assert "Done: pause formal" in shown
    assert "too stiff" in shown
