"""From the text of an expression to its parts."""

from __future__ import annotations

from banditware.patterns import looks
from banditware.patterns.escapes import HEX_LENGTHS, SIMPLE, code_point
from banditware.patterns.nodes import Character, Choice, Look, Node, Repeat, Sequence
from banditware.patterns.reading import Flags, Reader
from banditware.patterns.sets import literal, named_set, read_set

#: How deep groups may be nested.
DEEPEST = 50

#: The largest count of a repetition.
_MOST = 1_000


def parsed(source: str) -> Node:
    """Return the parts of an expression.

    Raises:
        ValueError: it is none; the message says where and why.
    """
    reader = Reader(source)
    node = _choice(reader, Flags(), 0)
    if not reader.ended:
        raise reader.wrong("a ) that closes nothing")
    return node


def _choice(reader: Reader, flags: Flags, depth: int) -> Node:
    """Read alternatives up to the end of a group."""
    if depth > DEEPEST:
        raise reader.wrong("groups nested too deep")
    options: list[Node] = []
    while True:
        option, flags = _sequence(reader, flags, depth)
        options.append(option)
        if not reader.skip("|"):
            return options[0] if len(options) == 1 else Choice(tuple(options))


def _sequence(reader: Reader, flags: Flags, depth: int) -> tuple[Node, Flags]:
    """Read what stands side by side; return it with the flags that hold behind it."""
    parts: list[Node] = []
    repeatable = False
    while True:
        reader.pass_space(flags)
        if reader.ended or reader.ahead("|") or reader.ahead(")"):
            return Sequence(tuple(parts)), flags
        if reader.next in "*+?{":
            if not repeatable:
                raise reader.wrong("a repetition of nothing")
            parts[-1] = _repeated(reader, parts[-1], flags)
            continue
        inner = _set_flags(reader, flags)
        repeatable = inner is None
        if inner is None:
            parts.append(_atom(reader, flags, depth))
        else:
            flags = inner


def _repeated(reader: Reader, part: Node, flags: Flags) -> Node:
    """Read a repetition; a lazy one finds the same texts."""
    least, most = _counts(reader)
    reader.pass_space(flags)
    reader.skip("?")
    return Repeat(part, least, most)


def _counts(reader: Reader) -> tuple[int, int | None]:
    sign = reader.take()
    if sign != "{":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
    least = _count(reader)
    most: int | None = least
    if reader.skip(","):
        most = None if reader.ahead("}") else _count(reader)
    if not reader.skip("}"):
        raise reader.wrong("a count that does not end with }")
    if most is not None and least > most:
        raise reader.wrong("a count whose limits are the wrong way round")
    return least, most


def _count(reader: Reader) -> int:
    digits = ""
    while not reader.ended and reader.next in "0123456789":
        digits += reader.take()
    if not digits:
        raise reader.wrong("a { without a number; write \\{ for a brace")
    if int(digits[:9]) > _MOST:
        raise reader.wrong(f"a count above {_MOST}")
    return int(digits)


def _set_flags(reader: Reader, flags: Flags) -> Flags | None:
    """Read flags that hold from here on, as `(?i)`; None if there are none."""
    start = reader.place
    if reader.skip("(?") and not reader.ended and reader.next not in "P<:":
        changed = flags.changed(reader)
        if reader.skip(")"):
            return changed
    reader.place = start
    return None


def _atom(reader: Reader, flags: Flags, depth: int) -> Node:
    sign = reader.take()
    if sign == "(":
        return _group(reader, flags, depth)
    if sign == "[":
        return Character(read_set(reader, flags))
    if sign == "\\":
        return _escape(reader, flags)
    if sign == ".":
        return Character(looks.any_character if flags.dot_all else looks.not_line_break)
    if sign in "^$":
        return Look(looks.ENDS[sign, flags.multi_line])
    return Character(literal(sign, flags))


def _group(reader: Reader, flags: Flags, depth: int) -> Node:
    if reader.skip("?"):
        if reader.skip("P<") or reader.skip("<"):
            _skip_name(reader)
        elif not reader.skip(":"):
            flags = flags.changed(reader)
            if not reader.skip(":"):
                raise reader.wrong("look-around or another group that the dialect lacks")
    node = _choice(reader, flags, depth + 1)
    if not reader.skip(")"):
        raise reader.wrong("a ( that is not closed")
    return node


def _skip_name(reader: Reader) -> None:
    if not reader.ended and reader.next in "=!":
        raise reader.wrong("look-around, which takes more than one look at a text")
    name = reader.until(">")
    first, rest = name[:1], name[1:]
    fits = all(each.isalnum() or each in "_.[]" for each in rest)
    if not (first.isalpha() or first == "_") or not fits or name in reader.names:
        raise reader.wrong("a group without a name of its own")
    reader.names.add(name)


def _escape(reader: Reader, flags: Flags) -> Node:
    sign = reader.take()
    if sign in "0123456789":
        raise reader.wrong("a backreference, which takes more than one look at a text")
    if sign in looks.PLACES:
        name = sign
        if sign == "b" and reader.ahead("{") and reader.ahead_any(looks.HALVES):
            name = reader.until("}") + "}"
        return Look(looks.PLACES[name])
    member = named_set(reader, sign, flags)
    if member is not None:
        return Character(member)
    if sign in HEX_LENGTHS:
        return Character(literal(code_point(reader, sign), flags))
    if sign in SIMPLE:
        return Character(literal(SIMPLE[sign], flags))
    if sign.isascii() and not sign.isalnum():
        return Character(literal(sign, flags))
    raise reader.wrong(f"the escape \\{sign}, which means nothing")
