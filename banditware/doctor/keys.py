"""Secret keys: could somebody guess them?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from banditware.doctor.findings import Case, Facts, Level, Rule

#: Keys that stand in examples and that everybody knows.
EXAMPLES = frozenset(
    {
        *("any-long-secret", "banditware", "change-me", "change_me", "changeme", "default", "dev"),
        *("development", "example", "insecure", "password", "secret", "secret-key", "secret_key"),
        *("secretkey", "test", "testing", "your-secret-key"),
    }
)

#: Bits below which a key can be guessed at home, and below which it is no good key.
GUESSED, WEAK = 40.0, 80.0


def bits(key: str) -> float:
    """Return about how many bits of surprise a key has, as far as its letters tell."""
    counted = Counter(key)
    return sum(number * math.log2(len(key) / number) for number in counted.values())


def gather(keys: Sequence[str]) -> Iterator[Facts]:
    """Yield the facts of each key; none of them shows it."""
    for number, key in enumerate(keys, 1):
        known = {
            "length": len(key),
            "bits": bits(key),
            "example": key.strip().lower() in EXAMPLES,
        }
        yield Facts(known, about=str(number))


_FORGE = "who knows it forges assignments and tokens, and earns any reward for any arm"
_MAKE = (
    'make one by python -c "import secrets; print(secrets.token_urlsafe(32))", append it, and drop '
    "the old one after the cookie's max_age"
)

RULES = (
    Rule(
        "secret key",
        ("length",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["example"],
                "this key stands in examples",
                _FORGE,
                _MAKE,
            ),
            Case(
                Level.DANGER,
                lambda facts: facts["bits"] < GUESSED,
                "a key of {length} characters with so little surprise can be guessed",
                _FORGE,
                _MAKE,
            ),
            Case(
                Level.WARNING,
                lambda facts: facts["bits"] < WEAK,
                "a key of {length} characters with so little surprise is weak",
                _FORGE,
                _MAKE,
            ),
        ),
        "a key of {length} characters",
    ),
)
