"""Snippets with which caches in front of an app keep a page for each arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from banditware.cdn import cloudflare, nginx, vcl
from banditware.cdn.plan import Plan, plan
from banditware.config import Settings

#: What writes the files of a cache, by the cache's name.
_WRITERS: Mapping[str, Callable[[Plan], dict[str, str]]] = {
    "nginx": nginx.files,
    "varnish": vcl.varnish_files,
    "fastly": vcl.fastly_files,
    "cloudflare": cloudflare.files,
}

CACHES = tuple(_WRITERS)


def snippets(settings: Settings, cache: str) -> dict[str, str]:
    """Return the files for one of `CACHES`: their texts by name."""
    return _WRITERS[cache](plan(settings))
