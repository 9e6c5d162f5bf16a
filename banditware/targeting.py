"""Who is in an experiment."""

from __future__ import annotations

from hashlib import blake2b

from banditware.model import Experiment


def in_holdout(subject: str, experiment: Experiment) -> bool:
    """Return True if the subject is one of those who always get the default.

    A hash of experiment and subject decides, so that the answer never changes, needs no memory
    and is independent from one experiment to the next.
    """
    if not experiment.holdout:
        return False
    named = f"{experiment.name}\0{subject}".encode(errors="surrogatepass")
    digest = blake2b(named, digest_size=8).digest()
    return int.from_bytes(digest, "big") < experiment.holdout * 2**64
