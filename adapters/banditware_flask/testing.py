"""Help for the tests of Flask apps that have experiments.

```python
def test_a_click_on_red(app):
    with forced(app, color_btn="red"), captured_visits(app) as visits:
        client = app.test_client()
        assert "#FF0000" in client.get("/").text
        client.post("/btnclick")
    assert visits[0].decisions["color_btn"].arm == "red"
    assert counted(app, "color_btn")["red"].rewards == 1
```
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flask import Flask, request_started

from banditware import Visit, testing
from banditware.testing import Counted
from banditware_flask.apps import bandit_of
from banditware_flask.visits import current_visit

__all__ = ["Counted", "captured_visits", "counted", "forced"]


def forced(app: Flask, **arms: str) -> AbstractContextManager[None]:
    """Let everybody who has no arm yet get these ones; see `banditware.testing.forced`.

    Args:
        app: an app with experiments.
        arms: name of the arm by name of the experiment.
    """
    return testing.forced(bandit_of(app), arms)


def counted(app: Flask, experiment: str) -> dict[str, Counted]:
    """Return what was counted for each arm; see `banditware.testing.counted`."""
    return testing.counted(bandit_of(app), experiment)


@contextmanager
def captured_visits(app: Flask) -> Iterator[list[Visit]]:
    """Yield a list that gets the visit of every request, in their order."""
    visits: list[Visit] = []

    def capture(_sender: Flask, **_more: Any) -> None:
        visits.append(current_visit())

    with request_started.connected_to(capture, app):
        yield visits
