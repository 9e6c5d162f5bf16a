from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from banditware.dashboard import assets
from tests.dashboard.desk import OpenDesk


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pretend that the package was built without npm."""
    files = {name: path for name, path in assets.FILES.items() if name not in assets.CHARTS}
    gone = dict.fromkeys(assets.CHARTS, "static/uplot/gone")
    monkeypatch.setattr(assets, "FILES", {**files, **gone})
    assets.assets.cache_clear()
    yield
    assets.assets.cache_clear()


@pytest.fixture
def with_charts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pretend that it was built with npm, as it need not have been."""
    both = {"uplot.css": "static/dashboard.css", "uplot.js": "static/dashboard.js"}
    monkeypatch.setattr(assets, "FILES", {**assets.FILES, **both})
    assets.assets.cache_clear()
    yield
    assets.assets.cache_clear()


def loaded(page: str) -> list[str]:
    """Return the files that a page loads."""
    return re.findall(r'(?:href|src)="\.\./(assets/[^"]+)"', page)


def test_with_charts(with_charts: None, open_desk: OpenDesk) -> None:
    """Where charts are installed, pages with charts load them, under names of their content."""
    browser = open_desk()
    browser.sign_in()
    page = browser.page("experiments/button")
    assert [re.sub("-[0-9a-f]{16}", "", name) for name in loaded(page)] == [
        "assets/uplot.css",
        "assets/dashboard.css",
        "assets/uplot.js",
        "assets/dashboard.js",
    ]
    assert page.count('class="plot"') == 2
    assert "<details><summary>" in page
    assert "uplot" not in browser.page()
    for name in loaded(page):
        answer = browser.ask(name)
        found = dict(answer.headers)
        assert (answer.status, len(answer.body) > 0) == (200, True)
        assert found["Cache-Control"] == "public, max-age=31536000, immutable"
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found["Content-Type"].startswith(("text/css", "text/javascript"))


def test_without_charts(without_charts: None, open_desk: OpenDesk) -> None:
    """Without them the page says so and shows the tables at once."""
    browser = open_desk()
    browser.sign_in()
    page = browser.page("experiments/button")
    assert "Charts are not installed" in page
    assert 'class="plot"' not in page
    assert page.count("<details open><summary>") == 2
    assert len(loaded(page)) == 2


@pytest.mark.parametrize(
    "name", ["", "dashboard.css", "../dashboard.css", "dashboard-0.css", "a/b"]
)
def test_other_files(open_desk: OpenDesk, name: str) -> None:
    """No other file is served, whatever it is called."""
    assert open_desk().ask(f"assets/{name}").status == 404
