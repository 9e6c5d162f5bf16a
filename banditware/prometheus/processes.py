"""How a process is as samples, with its id as the label `pid`."""

from __future__ import annotations

from banditware.costs import INFINITY, Costs
from banditware.health import Health
from banditware.prometheus.families import COST, HEALTH, Samples


def tell_health(samples: Samples, health: Health) -> None:
    """Add how this process is; what it does not know yet is left out."""
    pid = (str(health.pid),)
    for family, field in HEALTH:
        found = getattr(health, field)
        if found is not None:
            number = bool(found) if isinstance(found, (str, tuple)) else found
            samples.metrics[family.name].add_metric(pid, float(number))


def tell_costs(samples: Samples, costs: Costs, pid: int) -> None:
    """Add what its requests cost."""
    spent = costs.spent()
    buckets = [("+Inf" if end == INFINITY else repr(end), times) for end, times in spent.buckets]
    samples.metrics[COST.name].add_metric((str(pid),), buckets, spent.total)
