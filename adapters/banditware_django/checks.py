"""System checks: `manage.py check` tells what is wrong before a visitor does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own name
from django.core.exceptions import ImproperlyConfigured
from django.template.backends.django import get_installed_libraries

from banditware.errors import ConfigError
from banditware_django.configuring import SETTING, loaded
from banditware_django.visits import MIDDLEWARE

#: What would see another response than the one our middleware saw, if it came before ours.
_BEHIND_OURS = {
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware": "pages that were not found",
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware": "pages that were not found",
    "django.middleware.http.ConditionalGetMiddleware": "pages that the browser has",
    "django.middleware.locale.LocaleMiddleware": "pages that were not found",
}

#: What keeps pages: it has to know that they depend on an arm.
_CACHE = "django.middleware.cache.UpdateCacheMiddleware"

_TAGS = "banditware_django.templatetags.banditware"


def check_configuration(**_asked: Any) -> list[CheckMessage]:
    """Tell every mistake of the setting and of the configuration it names, each with its place."""
    try:
        loaded()
    except ImproperlyConfigured as error:
        return [Error(str(error), obj=SETTING, id="banditware.E001")]
    except ConfigError as error:
        return [Error(str(each), obj=SETTING, id="banditware.E002") for each in error.problems]
    return []


def check_middleware(**_asked: Any) -> list[CheckMessage]:
    """Tell whether the middleware is missing, or stands where it cannot see what it has to."""
    listed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in listed:
        hint = f"Put {MIDDLEWARE!r} first in MIDDLEWARE, or wrap the whole project."
        return [Warning("requests get no `bandits`", hint, "MIDDLEWARE", "banditware.W001")]
    place = listed.index(MIDDLEWARE)
    return list(_misplaced(listed[:place], listed[place + 1 :]))


def _misplaced(before: list[str], behind: list[str]) -> Iterator[CheckMessage]:
    for name, concerned in _BEHIND_OURS.items():
        if name in before:
            what = f"{name} answers for {concerned} behind the back of {MIDDLEWARE}"
            yield Warning(what, "Put ours first.", "MIDDLEWARE", "banditware.W002")
    if _CACHE in behind:
        what = f"{_CACHE} keeps pages without knowing that they depend on an arm"
        hint = "Put it, and nothing else, before ours."
        yield Error(what, hint, "MIDDLEWARE", "banditware.E003")


def check_tags(**_asked: Any) -> list[CheckMessage]:
    """Tell whether `{% load banditware %}` loads another app's tags."""
    found = get_installed_libraries().get("banditware")
    if found == _TAGS:
        return []
    what = f"{{% load banditware %}} loads {found}, not {_TAGS}"
    hint = "Give ours another name: OPTIONS['libraries'] of the template engine in TEMPLATES."
    return [Warning(what, hint, "TEMPLATES", "banditware.W003")]


def check_store(**_asked: Any) -> list[CheckMessage]:
    """Tell whether every process of a deployment would have counts of its own."""
    if check_configuration() or not loaded().store.startswith("memory:"):
        return []
    what = "counts are kept in memory: each process has its own, and forgets them"
    hint = "Share them: store: sqlite:///PATH or redis://HOST."
    return [Warning(what, hint, SETTING, "banditware.W004")]


CHECKS = (check_configuration, check_middleware, check_tags)

DEPLOY_CHECKS = (check_store,)
