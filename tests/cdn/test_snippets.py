from __future__ import annotations

from typing import Any

import pytest

from banditware.cdn import CACHES, snippets
from banditware.config import load
from banditware.sharing import ARMS_SPELT

CONFIG: dict[str, Any] = {
    "secret_keys": "a secret of the tests",
    "caching": "by_arm",
    "experiments": {"color": {"arms": ["red"]}, "unused": {"arms": ["x"]}},
    "routes": [
        {"match": "GET /caf\xe9/<int:n>", "choose": "color"},
        {"match": "GET /thanks", "reward": "color"},
    ],
}

FILES = {
    "nginx": {"banditware-http.conf", "banditware-location.conf"},
    "varnish": {"banditware.vcl"},
    "fastly": {"banditware-recv.vcl", "banditware-fetch.vcl", "banditware-deliver.vcl"},
    "cloudflare": {"banditware-worker.mjs"},
}


def test_every_cache_has_its_files() -> None:
    """Each cache gets the files that its documentation asks for."""
    assert {cache: {*snippets(load(CONFIG), cache)} for cache in CACHES} == FILES


@pytest.mark.parametrize("cache", CACHES)
def test_what_they_say(cache: str) -> None:
    """Every snippet says where arms are, where rewards are, and the header for the app."""
    text = "\n".join(snippets(load(CONFIG), cache).values())
    assert ARMS_SPELT in text
    assert "bw=1!" in text
    assert "color~" in text
    assert "/thanks" in text
    assert ("/café/" if cache == "nginx" else "/caf%C3%A9/") in text
    assert "unused" not in text
    assert "%(" not in text


@pytest.mark.parametrize("cache", CACHES)
def test_nothing_to_look_for(cache: str) -> None:
    """Without routes a snippet finds no arms anywhere."""
    text = "\n".join(snippets(load({**CONFIG, "routes": []}), cache).values())
    assert "color" not in text
