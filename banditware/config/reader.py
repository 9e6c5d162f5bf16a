"""YAML 1.2 text to a `Document`: values as they look, each with its place, nothing silently lost.

Built on the parser's events and not on its nodes: events come one after the other, so that deep
nesting cannot exhaust the stack, and every mark is at hand. Anchors, aliases, merge keys, tags and
further documents are refused: a configuration needs none of them, and each can hide a mistake.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from banditware.config.document import (
    DEEPEST,
    TOO_DEEP,
    Document,
    Path,
    Place,
    dotted,
    echo,
    quote_it,
)
from banditware.config.scalars import plain
from banditware.errors import Problem

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML 1.2.2 section 5.1, c-printable, turned round.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class _Unreadable(Exception):  # noqa: N818 - never leaves this file
    """What follows cannot be read; the problem is already reported."""


def from_text(text: str, file: str) -> Document:
    """Return a document made of YAML text; what is wrong with it stands in its problems."""
    builder = _Builder(Document(file))
    try:
        builder.check_characters(text)
        for event in yaml.parse(text, Loader=LOADER):
            builder.handle(event)
    except yaml.YAMLError as error:
        builder.syntax(error)
    except (ValueError, OverflowError):
        # PyYAML's parser in Python makes characters of escapes without looking.
        builder.escape()
    except _Unreadable:
        builder.document.fatal = True
    builder.document.places.setdefault((), Place((1, 1), (1, 1), ""))
    return builder.document


class _Frame:
    """A mapping or a list that is being read."""

    __slots__ = ("data", "key", "mark", "path")

    def __init__(self, data: dict[str, Any] | list[Any], path: Path) -> None:
        self.data = data
        self.path = path
        self.key: str | None = None
        self.mark: tuple[int, int] = (1, 1)


class _Builder:
    """Turns events into the data of a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.frames: list[_Frame] = []
        self.documents = 0

    def handle(self, event: Event) -> None:
        """Take the next event."""
        if isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
            self._node(event)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            self.frames.pop()
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(_at(event), "a second document starts here; a configuration is one")

    def check_characters(self, text: str) -> None:
        """Refuse characters that YAML does not allow, which parsers place by byte or not at all."""
        found = _UNPRINTABLE.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            self._stop((line, column), f"the character U+{ord(found[0]):04X} is not allowed")

    def syntax(self, error: yaml.YAMLError) -> None:
        """Report what the parser did not understand."""
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = [getattr(error, name, None) for name in ("context", "problem")]
        text = ", ".join(part for part in said if part) or "cannot be read"
        self._add(place, "", f"this is not YAML: {text}")
        self.document.fatal = True

    def escape(self) -> None:
        """Report an escape that stands for no character, at the key whose value has it."""
        place = self.frames[-1].mark if self.frames else (1, 1)
        self._add(place, "", "this is not YAML: an escape in quotes stands for no character")
        self.document.fatal = True

    def _add(self, place: tuple[int, int], path: str, message: str) -> None:
        self.document.problems.append(Problem(self.document.file, *place, path, message))

    def _stop(self, place: tuple[int, int], message: str) -> None:
        self._add(place, "", message)
        raise _Unreadable

    def _node(self, event: Any) -> None:
        top = self.frames[-1] if self.frames else None
        if top is not None and isinstance(top.data, dict) and top.key is None:
            self._key(top, event)
            return
        path: Path = () if top is None else (*top.path, _step(top))
        self._check(event, path)
        value = self._value(event)
        place = _at(event)
        text = echo(value, getattr(event, "value", ""))
        key = top.mark if top is not None and top.key is not None else place
        self._keep(top, path, value, Place(key, place if _is_written(event) else key, text))
        if isinstance(value, dict | list):
            if len(path) >= DEEPEST:
                self._stop(place, TOO_DEEP)
            self.frames.append(_Frame(value, path))

    def _keep(self, top: _Frame | None, path: Path, value: object, place: Place) -> None:
        """Put a value where it belongs, unless its key was there before."""
        if top is None:
            self.document.data = value
        elif isinstance(top.data, list):
            top.data.append(value)
        else:
            top.data.setdefault(path[-1], value)
            top.key = None
        self.document.places.setdefault(path, place)

    def _value(self, event: Any) -> Any:
        if isinstance(event, ScalarEvent):
            return plain(event.value) if event.implicit[0] else event.value
        if isinstance(event, AliasEvent):
            return None
        return {} if isinstance(event, MappingStartEvent) else []

    def _key(self, top: _Frame, event: Any) -> None:
        """Take a key; a repeated one keeps its first value."""
        if not isinstance(event, ScalarEvent):
            self._stop(_at(event), "a key must be a plain name")
        key, place = event.value, _at(event)
        path = (*top.path, key)
        top.key, top.mark = key, place
        if event.implicit[0] and key == "<<":
            self._add(place, dotted(path), "merge keys are not supported: write the keys out")
            self.document.spoiled.add(top.path)
        elif key in top.data:
            first = self.document.places[path].key[0]
            self._add(place, dotted(path), f"this key is already on line {first}")
        elif event.implicit[0] and not isinstance(plain(key), str):
            self._add(place, dotted(path), quote_it(key))
            self.document.spoiled.add(path)
        self._check(event, path)

    def _check(self, event: Any, path: Path) -> None:
        """Refuse what could make the text mean something else than it shows."""
        if isinstance(event, AliasEvent):
            self._add(_at(event), dotted(path), "aliases are not supported: write the value out")
            self.document.spoiled.add(path)
        elif event.anchor is not None:
            self._add(_at(event), dotted(path), "anchors are not supported: remove the &name")
        elif event.tag not in (None, "!"):
            self._add(_at(event), dotted(path), "tags are not supported: remove the !name")


def _step(frame: _Frame) -> str | int:
    """Return the key or the number of the value that comes next."""
    return len(frame.data) if isinstance(frame.data, list) else str(frame.key)


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _is_written(event: Any) -> bool:
    """Tell whether the value has any text of its own: `key:` has none."""
    return not isinstance(event, ScalarEvent) or bool(event.value) or not event.implicit[0]
