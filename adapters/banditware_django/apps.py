"""What Django knows of this app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.core.signals import setting_changed

from banditware_django.bandits import forget_bandit
from banditware_django.checks import CHECKS, DEPLOY_CHECKS


class BanditwareConfig(AppConfig):  # type: ignore[misc]  # Django has no type information
    """Registers the checks, and follows settings that tests change."""

    name = "banditware_django"
    verbose_name = "banditware"

    def ready(self) -> None:
        """Do so."""
        for check in CHECKS:
            checks.register(check, self.verbose_name)
        for check in DEPLOY_CHECKS:
            checks.register(check, self.verbose_name, deploy=True)
        setting_changed.connect(forget_bandit, dispatch_uid=self.name)
