"""Shards: a hash that puts the same text into the same of n places, in every language."""

from __future__ import annotations

from hashlib import md5


def shard(text: str, total: int) -> int:
    """Return the place of the text among `total`: the first 32 bits of its MD5, modulo `total`."""
    # Not for security: SDKs of every language have to agree.
    digest = md5(text.encode(errors="surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % total
