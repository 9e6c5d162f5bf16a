"""Where events go: one sink per file, and one table of them.

Sinks work for one thread at a time. In a child of a fork new ones are made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from banditware.log.settings import To, ToFile, ToFunction, ToLogger, ToStream
from banditware.log.sinks.base import Refuse, Sink, UnusableError
from banditware.log.sinks.function import FunctionSink, resolved
from banditware.log.sinks.logger import LoggerSink

__all__ = ["Refuse", "Sink", "UnusableError", "opener"]


def opener(to: To) -> Callable[[], Sink]:
    """Return what makes the sink of a place, as often as it is called.

    Raises:
        UnusableError: there can be no such sink.
    """
    return _OPENERS[type(to)](to)


def _file(to: ToFile) -> Callable[[], Sink]:
    from banditware.log.sinks.file import FileSink  # noqa: PLC0415 - a sink's own imports wait

    return lambda: FileSink(to)


def _stream(to: ToStream) -> Callable[[], Sink]:
    try:
        from banditware.log.sinks.stream import StreamSink  # noqa: PLC0415 - imports redis
    except ImportError as error:
        mend = 'it needs another package: pip install "banditware[redis]"'
        raise UnusableError(mend) from error
    return lambda: StreamSink(to)


def _logger(to: ToLogger) -> Callable[[], Sink]:
    return lambda: LoggerSink(to.name)


def _function(to: ToFunction) -> Callable[[], Sink]:
    function = resolved(to.function)
    return lambda: FunctionSink(function)


_OPENERS: dict[type, Callable[[Any], Callable[[], Sink]]] = {
    ToFile: _file,
    ToStream: _stream,
    ToLogger: _logger,
    ToFunction: _function,
}
