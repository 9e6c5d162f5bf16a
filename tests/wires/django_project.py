"""The project of Django that tests are in: one a process, with settings to override."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

MIDDLEWARE = "banditware_django.middleware.BanditsMiddleware"

SETTINGS: dict[str, Any] = {
    "ALLOWED_HOSTS": ["*"],
    "BANDITWARE": {
        "CONFIG": {
            "store": "memory://",
            "experiments": {"color": {"arms": {"red": "#f00", "blue": "#00f"}}},
        }
    },
    "DEBUG_PROPAGATE_EXCEPTIONS": True,
    "INSTALLED_APPS": ["django.contrib.staticfiles", "debug_toolbar", "banditware_django"],
    "LOGGING_CONFIG": None,
    "MIDDLEWARE": [MIDDLEWARE],
    "ROOT_URLCONF": "tests.django.urls",
    "SECRET_KEY": "a secret of the project, which only the tests know",
    "TEMPLATES": [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
    ],
    "STATIC_URL": "static/",
    "USE_TZ": True,
}


def set_up() -> None:
    """Begin with the project, unless that was done."""
    if not settings.configured:
        settings.configure(**SETTINGS)
        django.setup()
