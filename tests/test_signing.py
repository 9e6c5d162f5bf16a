"""Signatures, beside those of the libraries whose work they do faster."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, Signer

from banditware.signing import signer

SECRETS = ["the first secret", "the second secret"]


def derived(secret: str, salt: str) -> bytes:
    """Return the key that is made of a secret for one use of it."""
    return hmac.digest(secret.encode(), salt.encode(), "sha256")


@given(value=st.text(), secret=st.text(min_size=1), salt=st.text(min_size=1))
def test_a_signature_is_an_hmac(value: str, secret: str, salt: str) -> None:
    """What is written behind the last dot is the HMAC of what stands before it, in base64."""
    signed = signer([secret], salt).sign(value)
    text, _, signature = signed.rpartition(b".")
    expected = hmac.digest(derived(secret, salt), value.encode(), "sha256")
    assert text == value.encode()
    assert base64.urlsafe_b64decode(signature + b"=") == expected
    assert signature == base64.urlsafe_b64encode(expected).rstrip(b"=")


@given(st.text())
def test_itsdangerous_reads_what_is_written(value: str) -> None:
    """Nothing but time is different from what itsdangerous would have written."""
    keys = [derived(secret, "salt") for secret in SECRETS]
    plain = Signer(keys, key_derivation="none", digest_method=hashlib.sha256)
    assert signer(SECRETS, "salt").sign(value) == plain.sign(value)


def test_all_secrets_verify_and_the_last_one_signs() -> None:
    """A secret may be replaced while values that it has signed are out."""
    first, second = ([secret] for secret in SECRETS)
    both = signer(SECRETS, "salt")
    for each in (first, second):
        assert both.unsign(signer(each, "salt").sign("value")) == b"value"
    assert both.sign("value") == signer(second, "salt").sign("value")
    with pytest.raises(BadSignature):
        signer(first, "salt").unsign(both.sign("value"))
    with pytest.raises(BadSignature):
        both.unsign(signer(SECRETS, "pepper").sign("value"))
