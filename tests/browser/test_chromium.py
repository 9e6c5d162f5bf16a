"""What a real browser makes of the beacon. Screenshots are kept in `artefacts/browser`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import EXECUTABLE, Chromium, patiently
from tests.browser.site import Site, serving

pytestmark = pytest.mark.skipif(
    EXECUTABLE is None, reason="there is no Chromium on this machine: apt-get install chromium"
)

SHOTS = Path(__file__).parents[2] / "artefacts" / "browser"

BEACON = "/.banditware"


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that nobody has visited."""
    with serving() as opened:
        yield opened


def test_a_visit_in_a_browser(browser: Chromium, site: Site) -> None:
    """A page that loads is one pull, a click on it one reward, and a reload changes nothing."""
    with browser.somebody() as page:
        page.open(f"{site.url}/")
        patiently(lambda: site.counts() == (1, 0), "the page is a pull")
        page.screenshot(SHOTS / "1-seen.png")
        headline = page.evaluate("document.querySelector('#headline').textContent")
        page.click("#buy")
        patiently(lambda: site.counts() == (1, 1), "the click is a reward")
        page.screenshot(SHOTS / "2-clicked.png")
        page.click("#buy")
        patiently(lambda: site.times("POST", BEACON) == 3, "the second click arrives")
        page.reload()
        assert page.evaluate("document.querySelector('#headline').textContent") == headline
        assert page.evaluate("document.querySelector('[data-decisions]')") is None
        page.screenshot(SHOTS / "3-reloaded.png")
        page.click("#buy")
        patiently(lambda: site.times("POST", BEACON) == 4, "the click after the reload arrives")
    assert site.times("GET", "/") == 2
    assert site.counts() == (1, 1)
    assert site.excluded()["unseen"] == 1


def test_a_page_that_is_prerendered_and_never_shown(browser: Chromium, site: Site) -> None:
    """A page that the browser prepares, script and all, and never shows, counts nothing."""
    with browser.unwatched(f"{site.url}/start") as watch:
        patiently(lambda: site.times("GET", "/page.js"), "the page is prerendered")
        patiently(lambda: site.times("GET", f"{BEACON}/beacon.js"), "its script is loaded")
        before = site.times("GET", "/go")
        patiently(lambda: site.times("GET", "/go") > before + 5, "some time goes by")
        watch().screenshot(SHOTS / "4-prerendering.png")
    ((_, _, purpose),) = [each for each in site.asked if each[:2] == ("GET", "/")]
    assert "prerender" in purpose
    assert site.times("POST", BEACON) == 0
    assert site.counts() == (0, 0)
    assert site.excluded() == {"prefetch": 1}


def test_a_prerendered_page_that_is_shown(browser: Chromium, site: Site) -> None:
    """The page that was prepared is the pull when it is shown, without another request."""
    with browser.unwatched(f"{site.url}/start") as watch:
        patiently(lambda: site.times("GET", f"{BEACON}/beacon.js"), "the script is prerendered")
        site.go = "go"
        patiently(lambda: site.counts() == (1, 0), "the page is shown")
        watch().screenshot(SHOTS / "5-shown.png")
    assert site.times("GET", "/") == 1
    assert site.times("POST", BEACON) == 1
    assert site.excluded() == {"prefetch": 1}


def test_an_error_page_sends_no_beacon(browser: Chromium, site: Site) -> None:
    """An error page shows the arm that a visitor has, and tells nobody that it was seen."""
    with browser.somebody() as page:
        page.open(f"{site.url}/plain")
        page.open(f"{site.url}/broken")
        assert page.evaluate("document.querySelector('[data-decisions]') !== null")
        assert page.evaluate("typeof banditware.reward") == "function"
        assert site.times("POST", BEACON) == 0
        page.open(f"{site.url}/")
        patiently(lambda: site.counts() == (1, 0), "the page is a pull")
    assert site.times("POST", BEACON) == 1


def test_a_page_in_a_tab_behind_another(browser: Chromium, site: Site) -> None:
    """A page counts nothing while its tab is behind another, and is a pull when it is shown."""
    with browser.behind(f"{site.url}/") as page:
        patiently(lambda: page.tries("!!window.banditware"), "the script has run")
        assert page.evaluate("document.visibilityState") == "hidden"
        page.evaluate("fetch('/go').then(() => true)")
        assert site.times("POST", BEACON) == 0
        page.call("Page.bringToFront")
        patiently(lambda: site.counts() == (1, 0), "the page is shown")
    assert site.times("POST", BEACON) == 1
