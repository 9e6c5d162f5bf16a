"""The guide, `docs/django.md`, as a project: what it shows is what works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PAGE = (ROOT / "docs" / "django.md").read_text(encoding="utf-8")

BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)

#: What every project has, before the guide's own settings and behind them.
BEFORE = """\
from pathlib import Path
BASE_DIR = Path(__file__).parent
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "urls"
SECRET_KEY = "a secret of the project"
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [BASE_DIR / "templates"]}
]
"""

URLS = """\
from django.urls import path
import views
urlpatterns = [path("", views.home), path("btnclick", views.btnclick)]
"""

MANAGE = """\
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
execute_from_command_line(sys.argv)
"""


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language, in order."""
    return [code for found, code in BLOCK.findall(PAGE) if found == language]


SETTINGS, VIEWS, TESTS = blocks("python")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project with what the guide shows."""
    files = {
        "settings.py": BEFORE + SETTINGS,
        "urls.py": URLS,
        "views.py": VIEWS,
        "tests.py": TESTS,
        "manage.py": MANAGE,
        "banditware.yaml": blocks("yaml")[0],
        "templates/home.html": blocks("html")[0],
    }
    (tmp_path / "templates").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    """Return what Python prints in the folder."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "adapters")])
    ran = subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_the_tests_of_the_guide_pass(folder: Path) -> None:
    """Its settings, views, template and tests make a project whose tests pass."""
    assert "Ran 2 tests" in run(folder, "manage.py", "test")


def test_the_commands_of_the_guide_work(folder: Path) -> None:
    """Its commands run, one after the other, and print a table like the one it shows."""
    lines = [line for block in blocks("console") for line in block.splitlines()]
    commands = [shlex.split(line.removeprefix("$ ")) for line in lines]
    assert {tuple(each[:2]) for each in commands} == {("python", "manage.py")}
    # One process for all of them: each takes a second to begin.
    script = ["import os, django", 'os.environ["DJANGO_SETTINGS_MODULE"] = "settings"']
    script += ["django.setup()", "from django.core.management import call_command"]
    script += ["from banditware_django import get_bandit"]
    script += ['get_bandit().decide("color_btn")', "get_bandit().flush()"]
    script += [f"call_command(*{each[2:]!r})" for each in commands]
    printed = run(folder, "-c", "\n".join(script))
    assert '"pulls": 1' in printed
    title, header, *rows = blocks("text")[0].splitlines()
    seen = [line.split() for line in printed.splitlines()]
    assert [line for line in (title, header) if line.split() not in seen] == []
    assert {row.split()[0] for row in rows} <= {line[0] for line in seen if line}
