from __future__ import annotations

import sys
from typing import Any

import pytest

from banditware.errors import ConfigError
from banditware.extras import extra
from tests.support import configured, stand

pytestmark = pytest.mark.usefixtures("calm")


def test_a_module_that_is_there() -> None:
    """The module is returned."""
    assert (
        extra("banditware.scraping", "none", "metrics", "f") is sys.modules["banditware.scraping"]
    )


@pytest.mark.parametrize(
    ("key", "value", "package", "name"),
    [
        ("metrics", {"path": "/metrics", "token": False}, "prometheus_client", "prometheus"),
        ("opentelemetry", True, "opentelemetry", "opentelemetry"),
    ],
)
def test_a_package_that_is_missing(
    key: str, value: Any, package: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a configuration asks for and cannot have is told when the bandit is opened."""
    for module in [each for each in sys.modules if each.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, module)
    for ours in ("banditware.prometheus", "banditware.tracing"):
        for module in [each for each in sys.modules if each.startswith(ours)]:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ConfigError) as caught:
        stand(None, **{key: value})
    (problem,) = caught.value.problems
    assert str(problem) == (
        f'<mapping>: {key}: needs another package: pip install "banditware[{name}]"'
    )


def test_nothing_is_imported_that_is_not_asked_for() -> None:
    """Metrics without a path need no package: they are kept for a collector of the app."""
    assert configured(metrics={}).metrics is not None
