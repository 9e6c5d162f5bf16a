from __future__ import annotations

import secrets

import pytest

from banditware.doctor.findings import judged
from banditware.doctor.keys import EXAMPLES, RULES, gather


@pytest.mark.parametrize(
    ("key", "level"),
    [
        *((example, "danger") for example in sorted(EXAMPLES)),
        (" Secret ", "danger"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "danger"),
        ("hunter2", "danger"),
        ("correct horse battery", "warning"),
        ("0123456789abcdef", "warning"),
        ("pS3n_XkW0mT4vQ8zR1bY6cJ9dL2fH5gK7aE0iU3oN1s", "fine"),
        ("9f86d081884c7d659a2feaa0c55ad015", "fine"),
    ],
)
def test_how_good_a_key_is(key: str, level: str) -> None:
    """Keys of examples, short keys and keys of few letters are found, and no finding shows them."""
    (facts,) = gather([key])
    (finding,) = judged(RULES, facts)
    assert (finding.level.value, finding.check) == (level, "secret key 1")
    assert level == "fine" or finding.mend
    # A word of an example may be a word of a sentence.
    assert key in EXAMPLES or key.strip() not in f"{finding} {facts}"


def test_every_key_is_looked_at() -> None:
    """An old key verifies as well as a new one, so each has a finding."""
    found = [
        f for facts in gather(["secret", secrets.token_urlsafe(32)]) for f in judged(RULES, facts)
    ]
    assert [(each.check, each.level.value) for each in found] == [
        ("secret key 1", "danger"),
        ("secret key 2", "fine"),
    ]
