"""Eppo's configuration files, evaluated identically, with the names of Eppo's Python SDK.

```python
from banditware.eppo import EppoClient

client = EppoClient.from_files("flags-v1.json", "bandit-models-v1.json")
client.get_string_assignment("new-checkout", "user-1", {"country": "GB"}, "control")
```

`docs/eppo.md` has the names side by side, and what differs and why.
"""

from __future__ import annotations

from banditware.eppo.attributes import Attribute, Attributes, ContextAttributes
from banditware.eppo.client import EppoClient
from banditware.eppo.configuration import Configuration
from banditware.eppo.errors import ConfigurationError, EvaluationError
from banditware.eppo.instance import ClientConfig, get_instance, init
from banditware.eppo.loggers import AssignmentCacheLogger, AssignmentLogger
from banditware.eppo.results import BanditResult, EvaluationResult

__all__ = [
    "AssignmentCacheLogger",
    "AssignmentLogger",
    "Attribute",
    "Attributes",
    "BanditResult",
    "ClientConfig",
    "Configuration",
    "ConfigurationError",
    "ContextAttributes",
    "EppoClient",
    "EvaluationError",
    "EvaluationResult",
    "get_instance",
    "init",
]
