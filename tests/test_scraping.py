from __future__ import annotations

import pytest

from banditware.scraping import Scraping

TOKEN = "a token that nobody guesses"


@pytest.mark.parametrize("sent", [f"Bearer {TOKEN}", f"bearer  {TOKEN} "])
def test_who_knows_the_token_may_read(sent: str) -> None:
    """The token is a bearer, as RFC 6750 has it; the scheme's case does not matter."""
    assert Scraping("/metrics", TOKEN).allows(sent)


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", f"Basic  {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \udcff"]
)
def test_who_does_not_know_it_may_not(sent: str) -> None:
    """Anything else is refused, whatever bytes it is of."""
    assert not Scraping("/metrics", TOKEN).allows(sent)


def test_anybody_may_read_without_one() -> None:
    """Without a token, nothing has to be sent."""
    assert Scraping("/metrics").allows("")


def test_the_token_is_not_shown() -> None:
    """What is printed of it does not hold the token."""
    assert repr(Scraping("/metrics", TOKEN)) == "Scraping(path='/metrics')"
