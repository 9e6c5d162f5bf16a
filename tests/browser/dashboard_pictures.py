"""The pictures of the dashboard in the docs.

Overview and experiment with a month behind them, on a desktop and on a phone, light and dark, as
`PYTHONPATH=. python tests/browser/dashboard_pictures.py` takes them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.browser.chromium import Chromium
from tests.browser.dashboards import drawn, save, serving, sign_in

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"

#: Width of a window, by what it is called.
WIDTHS = {"desktop": 1280, "phone": 390}

PAGES = {"overview": "", "experiment": "experiments/headline?span=30d"}


def main() -> None:
    """Take all pictures."""
    with tempfile.TemporaryDirectory() as folder, serving() as dashboard:
        browser = Chromium(Path(folder) / "profile")
        try:
            with browser.somebody() as page:
                sign_in(page, dashboard.url)
                for size, width in WIDTHS.items():
                    for dark in (False, True):
                        for name, place in PAGES.items():
                            page.look(width=width, dark=dark)
                            page.open(dashboard.url + place)
                            if name == "experiment":
                                drawn(page)
                            scheme = "dark" if dark else "light"
                            save(page, FOLDER, f"dashboard-{name}-{size}-{scheme}")
        finally:
            browser.close()


if __name__ == "__main__":
    main()
