"""Fixtures for the tests of decisions."""

from __future__ import annotations

import functools
import inspect
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

# A slow machine is no mistake, and what lands must not depend on luck: the examples of the gate are
# always the same. `make test-long` looks for others.
settings.register_profile(
    "banditware",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="BANDITWARE_TEST_TIMES" not in os.environ,
)
settings.load_profile("banditware")


#: So many examples of a property are looked at by coverage; it makes each take twice as long.
_COVERED = 15


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let coverage look at the first examples of a property only: what is lost fails the gate."""
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    test: Any = getattr(item, "obj", None)
    if controller is None or not controller.started or not is_hypothesis_test(test):
        return (yield)
    handle = test.hypothesis
    inner = handle.inner_test
    if inspect.iscoroutinefunction(inner):
        return (yield)
    handle.inner_test = _covered(inner, controller)
    try:
        return (yield)
    finally:
        handle.inner_test = inner
        if not controller.started:
            controller.resume()


def _covered(inner: Callable[..., Any], controller: Any) -> Callable[..., Any]:
    """Return the body of a property that pauses coverage when it was called a few times."""
    calls = 0

    @functools.wraps(inner)
    def body(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > _COVERED and controller.started:
            controller.pause()
        return inner(*arguments, **named)

    return body


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep flushers from starting threads: what is recorded waits until a test flushes."""
    idle = threading.Thread(target=int)
    idle.start()
    idle.join()
    monkeypatch.setattr("banditware.flusher.launch", lambda *arguments: idle)
