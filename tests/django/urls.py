"""The pages of the project that tests are in."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
