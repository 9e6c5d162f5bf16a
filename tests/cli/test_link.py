from __future__ import annotations

import random
import time
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from banditware import Bandit
from banditware.config import load
from tests.cli import commands
from tests.support import Asked

CONFIG = """
secret_keys: [a-secret-for-tests-of-thirty-two-characters]
store: memory://
experiments:
  button: {arms: [green, red]}
  headline: {arms: [casual, formal]}
routes:
  - {match: GET /, choose: [button, headline]}
  - {match: GET /blue, host: blue.example, choose: button}
"""


link = partial(commands.run, "link")


def arms(config: Path, url: str, after: float = 0) -> dict[str, str]:
    """Return the arms that who opens a URL is shown, so many seconds later."""
    clock = lambda: time.time() + after  # noqa: E731  # short
    with Bandit(load(config), clock=clock, generator=random.Random(1)) as bandit:
        visit = bandit.begin(Asked(query=urlsplit(url).query))
        return {name: each.arm for name, each in visit.decisions.items() if each.reason == "forced"}


def test_a_link(config: Path) -> None:
    """The link forces what it says for a week, and keeps the rest of the URL."""
    given = "https://shop.example/?q=a+b&bw_force=old#top"
    result = link(config, given, "--force", "headline=formal", "--force", "button=red")
    assert (result.exit_code, result.stderr) == (0, "")
    url = result.stdout.strip()
    assert url.startswith("https://shop.example/?q=a+b&bw_force=1!")
    assert url.endswith("#top")
    assert len(parse_qs(urlsplit(url).query)["bw_force"]) == 1
    forced = {"headline": "formal", "button": "red"}
    assert arms(config, url) == arms(config, url, 6 * 86_400) == forced
    assert arms(config, url, 8 * 86_400) == {}


def test_a_link_as_json(config: Path) -> None:
    """Programs read the link and what it forces."""
    found = commands.told("link", config, "/", "--force", "button=red")
    assert found["forced"] == {"button": "red"}
    assert arms(config, found["url"]) == {"button": "red"}


def test_how_long_a_link_works(config: Path) -> None:
    """`--expires` says for how long."""
    url = link(config, "/", "--force", "button=red", "--expires", "1h").stdout.strip()
    assert arms(config, url, 3_000) == {"button": "red"}
    assert arms(config, url, 4_000) == {}


def test_clearing(config: Path) -> None:
    """`--clear` makes a link after which nothing is forced."""
    assert link(config, "/page?a=1", "--clear").stdout == "/page?a=1&bw_force=none\n"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("/", False),
        ("/else", True),
        ("https://blue.example/blue", False),
        ("https://red.example/blue", True),
        ("https://shop.example", False),
    ],
)
def test_a_page_that_chooses_nothing_is_told(config: Path, url: str, told: bool) -> None:
    """Where no route chooses the experiment, whoever writes the link hears of it."""
    result = link(config, url, "--force", "button=red")
    assert result.exit_code == 0
    assert ("no route chooses button at /" in result.stderr) is told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["/", "--force", "buton=red"], "no experiment is called 'buton'; did you mean 'button'?"),
        (["/", "--force", "button=rad"], "'button' has no arm 'rad'; did you mean 'red'?"),
        (["/", "--force", "button"], "--force is EXPERIMENT=ARM, not 'button'"),
        (["/"], "say what to --force"),
        (["/", "--force", "button=red", "--clear"], "say what to --force"),
        (["shop", "--force", "button=red"], "'shop' is no URL"),
        (
            ["/", "--force", "button=red", "--expires", "soon"],
            "--expires is a number and a unit, not 'soon'",
        ),
    ],
)
def test_mistakes(config: Path, arguments: list[str], said: str) -> None:
    """A mistake is told with its mend, and with exit status 2."""
    result = link(config, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
