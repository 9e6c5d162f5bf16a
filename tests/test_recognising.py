"""Who asks."""

from __future__ import annotations

import pytest

from banditware.recognising import recognised
from tests.support import NOON, stand

pytestmark = pytest.mark.usefixtures("calm")

DAY = 86_400.0


def test_who_has_a_cookie() -> None:
    """The cookie names the subject, as long as it is of an age that a cookie can have."""
    here = stand(cookie={"max_age": "2d"})
    surfer = here.surfer()
    subject = surfer.ask().visit.subject
    ground = here.bandit._ground
    for now, known in ((NOON, True), (NOON + DAY, True), (NOON + 3 * DAY, False), (0.0, False)):
        found = recognised(ground, surfer.cookie, https=False, now=now)
        assert (found.subject == subject, found.fresh) == (known, not known)
        assert found.issued == (NOON if known else now)


@pytest.mark.parametrize("cookies", ["", "bw=forged", "other=1"])
def test_somebody_new(cookies: str) -> None:
    """Who has no cookie of ours, or is not to have one, is somebody new every time."""
    ground = stand().bandit._ground
    first, second = (recognised(ground, cookies, https=False, now=NOON) for _ in range(2))
    assert first.fresh
    assert first.subject != second.subject
    assert not first.by_experiment
