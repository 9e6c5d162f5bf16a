from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from banditware.conditions import OPERATORS
from banditware.config import load
from banditware.config.arms import ArmSection
from banditware.config.attributes import KINDS
from banditware.config.base import Section
from banditware.config.beacon import BeaconSection
from banditware.config.consent import ConsentSection
from banditware.config.context import AttributeSection
from banditware.config.cookie import CookieSection
from banditware.config.dashboard import DashboardSection
from banditware.config.debug import DebugSection
from banditware.config.experiment import ExperimentSection
from banditware.config.log import LogSection
from banditware.config.metrics import MetricsSection
from banditware.config.root import Configuration
from banditware.config.route import RewardSection, RouteSection
from banditware.contextual.policies import POLICIES as CONTEXTUAL
from banditware.policies import POLICIES

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_there_are_examples() -> None:
    """The page has examples to try."""
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples(example: str, tmp_path: Path) -> None:
    """Every example of the page is a whole configuration that loads."""
    file = tmp_path / "banditware.yaml"
    file.write_text(example, encoding="utf-8")
    settings = load(file, environ={"BANDITWARE_SECRET_KEY": "new", "OLD_KEY": "old"})
    assert settings.secret_keys[-1] == "new"


@pytest.mark.parametrize(
    "section",
    [
        Configuration,
        CookieSection,
        BeaconSection,
        ExperimentSection,
        RouteSection,
        RewardSection,
        LogSection,
        ConsentSection,
        AttributeSection,
        DebugSection,
        MetricsSection,
        DashboardSection,
    ],
)
def test_every_key(section: type[Section]) -> None:
    """Every key has a row with its default, if that is a word or a number."""
    for name, field in section.model_fields.items():
        (row,) = re.findall(rf"^\| `{name}` \| (.*?) \|", _table(section), re.MULTILINE)
        if field.is_required():
            assert row == "required"
        elif field.default not in (None, [], {}):
            assert row.lower() in {_written(field.default), "see below"}


def _table(section: type[Section]) -> str:
    """Return the part of the page that has the section's table."""
    headings = {
        Configuration: "## The file",
        CookieSection: "## `cookie`",
        BeaconSection: "## `beacon`",
        ExperimentSection: "## `experiments`",
        RouteSection: "## `routes`",
        RewardSection: "### `reward`",
        LogSection: "## `log`",
        ConsentSection: "## `consent`",
        DashboardSection: "## `dashboard`",
        DebugSection: "## `debug`",
        MetricsSection: "## `metrics`",
        AttributeSection: "**Attributes** of `context`",
    }
    return PAGE.partition("\n" + headings[section])[2].partition("\n#")[0]


def _written(default: Any) -> str:
    text = "[" + ", ".join(default) + "]" if isinstance(default, list) else str(default)
    return f"`{text}`".lower()


def test_arms() -> None:
    """The keys of an arm are named."""
    assert all(f"`{name}:`" in PAGE for name in ArmSection.model_fields)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator(operator: str) -> None:
    """Every operator of conditions is explained."""
    assert re.search(rf"^\|[^|]*`{operator}`", PAGE, re.MULTILINE)


@pytest.mark.parametrize("source", KINDS)
def test_every_source(source: str) -> None:
    """Every source of attributes is explained."""
    assert f"\n| `{{{source}: NAME}}` |" in PAGE


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy(name: str) -> None:
    """Every policy has a row with all its parameters and their defaults."""
    fields: Any = dataclasses.fields(POLICIES[name])  # type: ignore[arg-type] # all are dataclasses
    parameters = ", ".join(f"`{field.name}` ({_default(field)})" for field in fields)
    assert f"\n| `{name}` | {parameters} |\n" in PAGE


@pytest.mark.parametrize("name", CONTEXTUAL)
def test_every_contextual_policy(name: str) -> None:
    """Every contextual policy has a row with all its parameters and their defaults, too."""
    table = PAGE.partition("### Contextual experiments\n")[2].partition("\n### ")[0]
    fields: Any = dataclasses.fields(CONTEXTUAL[name])  # type: ignore[arg-type] # all are dataclasses
    parameters = ", ".join(f"`{field.name}` ({_default(field)})" for field in fields)
    assert f"\n| `{name}` | {parameters} |\n" in table


def _default(field: dataclasses.Field[Any]) -> str:
    words = {None: "none", False: "false", dataclasses.MISSING: "equal"}
    if isinstance(field.default, float):
        return f"{field.default:g}"
    return field.default if isinstance(field.default, str) else words[field.default]
