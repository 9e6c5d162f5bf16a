"""Who visits: what they see decides whether they click."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from banditware.cli.demonstration.browser import Browser
from banditware.cli.demonstration.errors import DemoError

#: What each thing that the button may be adds to the chance of a click. Only visitors know this.
APPEAL: Mapping[str, Mapping[str, float]] = {
    "color_btn": {"red": 0.14, "green": 0.07, "blue": 0.04},
    "txt_btn": {"formal": 0.14, "neutral": 0.08, "casual": 0.04},
}

#: The same for arms of one's own.
OTHER = 0.06

#: How visitors share out on one, two and three visits, and on one or two clicks if they click.
_VISITS = (50, 30, 20)
_CLICKS = (80, 20)

_BUTTON = re.compile(r'<button style="--button: ([^"]*)">(.*?)</button>')


def appeal(experiment: str, arm: str) -> float:
    """Return what an arm adds to the chance of a click."""
    return APPEAL[experiment].get(arm, OTHER)


@dataclass(slots=True)
class Visitor:
    """Somebody who comes once to thrice, and clicks or does not.

    Attributes:
        browser: theirs, with their cookies.
        reluctance: they click if the chance of a click is above this; uniform in [0, 1).
        visits: how often they come.
        click_on: the visit on which they click, if they do.
        clicks: how often they press the button then.
        seen: the arms of the button on their first visit, by experiment.
        came: visits so far.
        clicked: presses so far.
        surprises: visits on which the button was another one.
    """

    browser: Browser
    reluctance: float
    visits: int
    click_on: int
    clicks: int
    seen: Mapping[str, str] = field(default_factory=dict)
    came: int = 0
    clicked: int = 0
    surprises: int = 0
    _busy: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def new(cls, address: tuple[str, int], generator: random.Random) -> Visitor:
        """Return a visitor as they come."""
        visits = generator.choices((1, 2, 3), _VISITS)[0]
        return cls(
            browser=Browser(address, generator),
            reluctance=generator.random(),
            visits=visits,
            click_on=generator.randint(1, visits),
            clicks=generator.choices((1, 2), _CLICKS)[0],
        )

    @property
    def chance(self) -> float:
        """The chance that somebody clicks who sees what this visitor sees."""
        return sum(appeal(experiment, arm) for experiment, arm in self.seen.items())

    def visit(self, values: Mapping[str, Mapping[str, str]]) -> None:
        """Look at the page, and press the button if it appeals.

        Args:
            values: by experiment, which arm it is that shows a value.

        Raises:
            DemoError: this is not the page that was expected.
        """
        with self._busy:
            self.came += 1
            try:
                self._look(values)
                if self.came == self.click_on and self.reluctance < self.chance:
                    for _ in range(self.clicks):
                        self.browser.press("/btnclick")
                        self.clicked += 1
            finally:
                self.browser.leave()

    def _look(self, values: Mapping[str, Mapping[str, str]]) -> None:
        seen = read_page(self.browser.open("/"), values)
        if self.came == 1:
            self.seen = seen
        elif seen != self.seen:
            self.surprises += 1


def read_page(page: str, values: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return which arms a page shows, by experiment.

    Raises:
        DemoError: it has no such button.
    """
    button = _BUTTON.search(page)
    if button is None:
        raise DemoError("the page has no button")
    shown = dict(zip(("color_btn", "txt_btn"), map(unescape, button.groups()), strict=True))
    try:
        return {experiment: values[experiment][value] for experiment, value in shown.items()}
    except KeyError as error:
        raise DemoError(f"the button shows {error}, which is the value of no arm") from error
