"""What the server around us lets a process do: run threads, fork behind our back, block.

Servers are asked only if they are there: nothing is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

#: From this version on uWSGI runs threads unless it is told otherwise.
_THREADED = (2, 0, 27)

#: Options of uWSGI with which threads run between requests.
_THREADS = ("enable-threads", "threads")

#: Who replaces blocking by switching, where it is found, and what tells so.
_COOPERATIVE = (
    ("gevent.monkey", "is_module_patched", "threading"),
    ("eventlet.patcher", "is_monkey_patched", "thread"),
)


def starved() -> bool:
    """Return True if threads of ours do not run between requests: an old uWSGI without threads."""
    uwsgi = _uwsgi()
    if uwsgi is None or tuple(uwsgi.version_info[:3]) >= _THREADED:
        return False
    return not any(uwsgi.opt.get(name) for name in _THREADS)


def loading() -> bool:
    """Return True in the process of uWSGI that only loads the app, and forks into workers."""
    uwsgi = _uwsgi()
    if uwsgi is None:
        return False
    return not (uwsgi.worker_id() or uwsgi.mule_id() or uwsgi.i_am_the_spooler())


def cooperative() -> bool:
    """Return True if threads are green: who blocks in C blocks all requests of the process."""
    return any(
        name in sys.modules and getattr(sys.modules[name], question)(what)
        for name, question, what in _COOPERATIVE
    )


def after_requests(hook: Callable[[], None]) -> None:
    """Have uWSGI call something after each request, when its connection is closed.

    It looks for hooks when it has loaded the app, and not later.
    """
    uwsgi = _uwsgi()
    if uwsgi is None:
        return
    earlier = getattr(uwsgi, "after_req_hook", None)

    def both() -> None:
        try:
            if earlier is not None:
                earlier()
        finally:
            hook()

    uwsgi.after_req_hook = both


def _uwsgi() -> Any:
    """Return the module that uWSGI gives to the apps it runs, or None."""
    module = sys.modules.get("uwsgi")
    return module if hasattr(module, "worker_id") else None
