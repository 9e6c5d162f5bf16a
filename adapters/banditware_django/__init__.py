"""Experiments at home in Django.

`INSTALLED_APPS = ["banditware_django", ...]`, `MIDDLEWARE = [
"banditware_django.middleware.BanditsMiddleware", ...]`, `BANDITWARE = {"CONFIG":
"banditware.yaml"}`: then views have `request.bandits`, the request's `Visit`.
"""

from __future__ import annotations

from banditware_django.bandits import get_bandit
from banditware_django.views import choose, reward

__all__ = ["choose", "get_bandit", "reward"]
