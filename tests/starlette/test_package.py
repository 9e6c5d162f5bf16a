"""What the adapter is as a package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import banditware_starlette
from banditware_starlette import fastapi

ALONE = """
import sys
import banditware_starlette
print(sorted({"fastapi", "jinja2", "flask", "django"} & {*sys.modules}))
"""


def test_starlette_alone_is_enough() -> None:
    """Users of Starlette need no FastAPI, and no Jinja2 before they have templates."""
    adapters = Path(banditware_starlette.__file__).parents[1]
    paths = [str(adapters.parent), str(adapters)]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths}\n{ALONE}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", [banditware_starlette, fastapi])
def test_what_is_public(module: object) -> None:
    """Every public name is there, documented, and nothing public is left out of `__all__`."""
    names: list[str] = module.__all__  # type: ignore[attr-defined]  # of both modules
    assert [name for name in names if not getattr(module, name).__doc__] == []
    own = {
        name
        for name, value in vars(module).items()
        if str(getattr(value, "__module__", "")).startswith("banditware_starlette")
    }
    assert own - {"visit_of"} == {*names} - {"visit_of"}
