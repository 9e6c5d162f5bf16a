"""The page about metrics names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from banditware.config import load
from banditware.prometheus.counting import MOST
from banditware.prometheus.families import COST, HEALTH, SHARED, Family
from tests.support import stand

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")

FAMILIES = [*SHARED, *(family for family, _ in HEALTH), COST]


@pytest.mark.parametrize("family", FAMILIES, ids=[family.name for family in FAMILIES])
def test_every_metric_has_a_row(family: Family) -> None:
    """Every metric is told, a counter by the name that Prometheus knows."""
    name = f"{family.name}_total" if family.kind.__name__.startswith("Counter") else family.name
    assert re.search(rf"^\|[^|]*`{name}`", PAGE, re.MULTILINE)


def test_nothing_is_told_that_is_not_there() -> None:
    """No name of a metric on the page is without a metric."""
    told = set(re.findall(r"`(banditware_\w+?)(?:_total)?`", PAGE))
    assert told == {family.name for family in FAMILIES}
    assert f"the first {MOST} of each" in PAGE


def test_the_configuration_is_right(tmp_path: Path) -> None:
    """The file of the page loads."""
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "banditware.yaml").write_text(text)
    settings = load(tmp_path / "banditware.yaml", environ={"BANDITWARE_SECRET_KEY": "k"})
    assert settings.metrics is not None
    assert settings.metrics.path == "/metrics"


@pytest.mark.usefixtures("calm")
def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of Python do what the page says: the totals are in the registry."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))

    class App:
        bandit = stand().bandit

    names = {"app": App, "REGISTRY": CollectorRegistry()}
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for block in blocks:
        exec(block.replace("from prometheus_client import REGISTRY\n", ""), names)
    labels = {"experiment": "button", "version": "1", "arm": "red"}
    for name in ("REGISTRY", "registry"):
        registry = names[name]
        assert isinstance(registry, CollectorRegistry)
        assert registry.get_sample_value("banditware_pulls_total", labels) == 0


@pytest.mark.usefixtures("calm")
def test_every_attribute_is_told() -> None:
    """What spans carry is on the page."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    here = stand(opentelemetry=True)
    with provider.get_tracer("app").start_as_current_span("job"):
        here.bandit.reward(here.bandit.decide("button"))
        here.surfer().ask()
    (span,) = kept.get_finished_spans()
    found = {name for event in span.events for name in event.attributes or ()}
    found |= {event.name for event in span.events}
    found |= {name.replace("button", "NAME") for name in span.attributes or ()}
    assert {name for name in found if f"`{name}`" not in PAGE} == set()


def test_links() -> None:
    """Every link of the page leads to a file."""
    links = [link for link in re.findall(r"\]\(([^)]*)\)", PAGE) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link.partition("#")[0]).exists()] == []
