from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from banditware import hosting


def host(monkeypatch: pytest.MonkeyPatch, **more: object) -> SimpleNamespace:
    """Let uWSGI run us, as its second worker unless `more` says otherwise."""
    given: dict[str, object] = {
        "version_info": (2, 0, 22, 0, b""),
        "opt": {"master": True},
        "worker_id": lambda: 2,
        "mule_id": lambda: 0,
        "i_am_the_spooler": lambda: False,
        **more,
    }
    uwsgi = SimpleNamespace(**given)
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)
    return uwsgi


def test_no_server_no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of uWSGI threads run, the process serves, and there is no hook to set."""
    monkeypatch.delitem(sys.modules, "uwsgi", raising=False)
    hosting.after_requests(lambda: None)
    assert not hosting.starved()
    assert not hosting.loading()


def test_another_module_of_that_name_is_not_uwsgi(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some install stubs of it for their editors."""
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace())
    assert not hosting.starved()


@pytest.mark.parametrize(
    ("version", "options", "starved"),
    [
        ((2, 0, 26, 0, b""), {}, True),
        ((2, 0, 27, 0, b""), {}, False),
        ((2, 1, 0, 0, b"dev"), {}, False),
        ((2, 0, 22, 0, b""), {"enable-threads": True}, False),
        ((2, 0, 22, 0, b""), {"threads": b"2"}, False),
        ((1, 9, 21, 1, b""), {"processes": b"2"}, True),
    ],
)
def test_an_old_uwsgi_has_to_be_told_of_threads(
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[object, ...],
    options: dict[str, object],
    starved: bool,
) -> None:
    """Before 2.0.27 threads run between requests only if an option says so."""
    host(monkeypatch, version_info=version, opt=options)
    assert hosting.starved() is starved


def test_who_only_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers, mules and spoolers work; the process that forks into them does not."""
    host(monkeypatch)
    assert not hosting.loading()
    host(monkeypatch, worker_id=lambda: 0)
    assert hosting.loading()
    host(monkeypatch, worker_id=lambda: 0, mule_id=lambda: 1)
    assert not hosting.loading()
    host(monkeypatch, worker_id=lambda: 0, i_am_the_spooler=lambda: True)
    assert not hosting.loading()


def test_hooks_are_chained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook that was there before is called too, and its error does not keep ours from it."""
    called = []
    uwsgi = host(monkeypatch)
    hosting.after_requests(lambda: called.append("first"))
    hosting.after_requests(lambda: called.append("second"))
    uwsgi.after_req_hook()
    assert called == ["first", "second"]

    def fail() -> None:
        raise ValueError("theirs")

    uwsgi.after_req_hook = fail
    hosting.after_requests(lambda: called.append("third"))
    with pytest.raises(ValueError, match="theirs"):
        uwsgi.after_req_hook()
    assert called == ["first", "second", "third"]


def test_green_threads_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads are green if gevent or eventlet is there and has replaced them."""
    monkeypatch.delitem(sys.modules, "gevent.monkey", raising=False)
    assert not hosting.cooperative()
    patched = SimpleNamespace(is_module_patched=lambda name: name == "threading")
    monkeypatch.setitem(sys.modules, "gevent.monkey", patched)
    assert hosting.cooperative()
    patched.is_module_patched = lambda name: False
    assert not hosting.cooperative()
    eventlet = SimpleNamespace(is_monkey_patched=lambda name: name == "thread")
    monkeypatch.setitem(sys.modules, "eventlet.patcher", eventlet)
    assert hosting.cooperative()
