"""What Django knows of this app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import setting_changed

from banditware_django.bandits import forget_bandit


class BanditwareConfig(AppConfig):  # type: ignore[misc]  # Django has no type information
    """Registers the checks, and follows settings that tests change."""

    name = "banditware_django"
    verbose_name = "banditware"

    def ready(self) -> None:
        """Do so."""
        setting_changed.connect(forget_bandit, dispatch_uid="banditware_django")
