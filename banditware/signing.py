"""Signatures of what goes out and comes back: HMAC-SHA-256, in the form of itsdangerous.

That of a new visitor's cookie is a good part of what their request costs, so what itsdangerous
would do with every one of them is done beforehand: what it writes and accepts is the same.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from hashlib import sha256

from itsdangerous import Signer
from itsdangerous.encoding import want_bytes
from itsdangerous.signer import SigningAlgorithm

#: Bytes that SHA-256 takes in at once.
_BLOCK = 64

#: What HMAC makes of every byte of a key, for the inner and for the outer hash.
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))

#: What base64 for addresses has instead of two characters, and what is left out.
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_UNWRITTEN = b"=\n"


def signer(secrets: Sequence[str], salt: str) -> Signer:
    """Return what signs with the last of some secrets, and verifies with all of them.

    Args:
        secrets: the secrets, oldest first.
        salt: the use of it: a value that was signed for another one is not accepted.
    """
    keys = [hmac.digest(secret.encode(), salt.encode(), "sha256") for secret in secrets]
    return _Signer(keys, key_derivation="none", algorithm=_Hmac(keys))


class _Hmac(SigningAlgorithm):
    """HMAC (RFC 2104, section 2) that has taken in its few keys, which is half of the work.

    None of them is longer than a block of the hash.
    """

    def __init__(self, keys: Iterable[bytes]) -> None:
        padded = {key: key.ljust(_BLOCK, b"\0") for key in keys}
        self._inner = {key: sha256(block.translate(_INNER)) for key, block in padded.items()}
        self._outer = {key: sha256(block.translate(_OUTER)) for key, block in padded.items()}

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        inner, outer = self._inner[key].copy(), self._outer[key].copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


class _Signer(Signer):
    """Takes a signature in the one spelling in which we write it.

    Base64 has others for the same bytes (other last characters, padding, characters that a decoder
    skips), and then a changed value would be one of ours.
    """

    def sign(self, value: str | bytes) -> bytes:
        signed = want_bytes(value)
        return b"%b.%b" % (signed, self._signature(self.secret_keys[-1], signed))

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        signed, given = want_bytes(value), want_bytes(sig)
        written = (self._signature(key, signed) for key in reversed(self.secret_keys))
        return any(hmac.compare_digest(each, given) for each in written)

    def _signature(self, key: bytes, signed: bytes) -> bytes:
        signature = self.algorithm.get_signature(key, signed)
        return b2a_base64(signature).translate(_URL_SAFE, _UNWRITTEN)
