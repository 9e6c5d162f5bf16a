"""What the tests of the configuration share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banditware.config import Settings, load
from banditware.errors import ConfigError

ENVIRON = {"KEY": "from the environment", "EMPTY": ""}


def whole(**parts: Any) -> dict[str, Any]:
    """Return a configuration that is right, with some parts replaced."""
    return {"secret_keys": ["k"], "experiments": {"e": {"arms": ["x", "y"]}}, **parts}


@pytest.fixture
def settle() -> Callable[..., Settings]:
    """Return the settings of a configuration that is right but for the parts that are given."""

    def read(**parts: Any) -> Settings:
        return load(whole(**parts), environ=ENVIRON)

    return read


@pytest.fixture
def complain() -> Callable[..., list[str]]:
    """Return the mistakes of the parts, without the name of the source."""

    def read(**parts: Any) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(whole(**parts), environ=ENVIRON)
        return [str(each).removeprefix("<mapping>: ") for each in caught.value.problems]

    return read
