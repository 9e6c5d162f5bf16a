from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from tests.wires.django_project import MIDDLEWARE
from tests.wires.shop import OpenShop

WRONG = "store: memory://\nexperiments:\n  color: {arms: [red, blue], polcy: thompson}\n  text: 3\n"

CACHE = "django.middleware.cache.UpdateCacheMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"


def found(*, deploy: bool = False) -> list[str]:
    """Return what the checks of the project find, as `ID: message`."""
    messages = run_checks(tags=["banditware"], include_deployment_checks=deploy)
    return [f"{each.id}: {each.msg}" for each in messages]


def test_a_right_project_is_right() -> None:
    """A project as the guide has it passes."""
    assert found() == []


def test_every_mistake_of_the_file_is_told_with_its_place(tmp_path: Path) -> None:
    """Mistakes of the configuration are errors, each with file, line and column."""
    file = tmp_path / "banditware.yaml"
    file.write_text(WRONG)
    with override_settings(BANDITWARE={"CONFIG": file}):
        first, second = found()
    assert first.startswith(f"banditware.E002: {file}:3:30: experiments.color.polcy: ")
    assert second.startswith(f"banditware.E002: {file}:4:9: experiments.text: ")


def test_a_missing_setting_is_told() -> None:
    """A project without the setting gets one error, also of a deployment."""
    with override_settings(BANDITWARE=None):
        (error,) = found(deploy=True)
    assert error.startswith("banditware.E001: the setting BANDITWARE is a mapping, as in ")


@pytest.mark.parametrize(
    ("middleware", "ids"),
    [
        ([], ["banditware.W001"]),
        ([MIDDLEWARE, SESSIONS, CONDITIONAL], []),
        ([SESSIONS, MIDDLEWARE], []),
        ([CONDITIONAL, MIDDLEWARE], ["banditware.W002"]),
        ([CACHE, MIDDLEWARE], []),
        ([MIDDLEWARE, CACHE], ["banditware.E003"]),
    ],
)
def test_the_order_of_middleware_is_looked_at(middleware: list[str], ids: list[str]) -> None:
    """Ours is there, before what changes responses, and behind what keeps them."""
    with override_settings(MIDDLEWARE=middleware):
        assert [each.partition(":")[0] for each in found()] == ids


def test_tags_of_another_app_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another app's tags of our name are noticed."""
    libraries: Any = lambda: {"banditware": "shop.templatetags.banditware"}  # noqa: E731
    monkeypatch.setattr("banditware_django.checks.get_installed_libraries", libraries)
    (warning,) = found()
    assert warning.startswith(
        "banditware.W003: {% load banditware %} loads shop.templatetags.banditware, not banditware_"
    )


def test_a_deployment_shares_its_counts(open_shop: OpenShop, tmp_path: Path) -> None:
    """Counts in memory are a warning of `check --deploy`, shared ones are none."""
    assert [each.partition(":")[0] for each in found(deploy=True)] == ["banditware.W004"]
    shared = open_shop(store=f"sqlite:///{tmp_path}/counts.db")
    with override_settings(BANDITWARE={"CONFIG": shared}):
        assert found(deploy=True) == []
