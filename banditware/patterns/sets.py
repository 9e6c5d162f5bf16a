r"""Sets in brackets: `[a-z_]`, `[^\s]`, `[[:alpha:]]`, `[a-z&&[^aeiou]]`."""

from __future__ import annotations

from collections.abc import Callable

from banditware.patterns.characters import POSIX, SHORT, category, fold, folded
from banditware.patterns.escapes import HEX_LENGTHS, SIMPLE, code_point
from banditware.patterns.nodes import Member
from banditware.patterns.reading import Flags, Reader

#: How deep sets may be nested.
_DEEPEST = 20

_Join = Callable[[Member, Member], Member]


def literal(character: str, flags: Flags) -> Member:
    """Return the set of one character."""
    if flags.any_case:
        low = fold(character)
        return lambda other: fold(other) == low
    return lambda other: other == character


def named_set(reader: Reader, sign: str, flags: Flags) -> Member | None:
    r"""Return the set that a backslash and `sign` mean, as `\d` or `\p{Lu}`; None for others.

    Raises:
        ValueError: it is a property that is not known.
    """
    if sign.lower() in SHORT:
        member = SHORT[sign.lower()]
        return member if sign.islower() else _negated(member)
    if sign not in "pP":
        return None
    name = reader.until("}") if reader.skip("{") else reader.take()
    member = category(name)
    if flags.any_case:
        member = folded(member)
    return _negated(member) if sign == "P" else member


def read_set(reader: Reader, flags: Flags, depth: int = 0) -> Member:
    """Return the set whose opening bracket was read.

    Raises:
        ValueError: it is none.
    """
    if depth > _DEEPEST:
        raise reader.wrong("sets nested too deep")
    negated = reader.skip("^")
    result = _union(reader, flags, depth, first=True)
    while not reader.skip("]"):
        join = next(join for sign, join in _JOINS.items() if reader.skip(sign))
        result = join(result, _union(reader, flags, depth))
    return _negated(result) if negated else result


def _union(reader: Reader, flags: Flags, depth: int, *, first: bool = False) -> Member:
    """Read what is side by side, up to the end or a sign that joins."""
    members: list[Member] = []
    while first and reader.skip("-"):
        members.append(literal("-", flags))
    if first and not members and reader.skip("]"):
        members.append(literal("]", flags))
    while True:
        reader.pass_space(flags)
        if reader.ended:
            raise reader.wrong("a [ that is not closed")
        if reader.ahead("]") or reader.ahead_any(_JOINS):
            return _any_of(members)
        members.append(_item(reader, flags, depth))


def _item(reader: Reader, flags: Flags, depth: int) -> Member:
    if reader.ahead("["):
        return _posix(reader, flags) or _nested(reader, flags, depth)
    low = _one(reader, flags)
    start = reader.place
    reader.pass_space(flags)
    if not reader.skip("-"):
        reader.place = start
        return low if not isinstance(low, str) else literal(low, flags)
    reader.pass_space(flags)
    if reader.ahead("]") or reader.ahead("-"):
        reader.place = start
        return low if not isinstance(low, str) else literal(low, flags)
    high = _one(reader, flags)
    if not isinstance(low, str) or not isinstance(high, str) or low > high:
        raise reader.wrong("a range whose ends are no characters in their order")
    return _range(low, high, flags)


def _nested(reader: Reader, flags: Flags, depth: int) -> Member:
    reader.skip("[")
    return read_set(reader, flags, depth + 1)


def _posix(reader: Reader, flags: Flags) -> Member | None:
    """Return the set of `[:name:]`; None, and nothing read, if this is something else."""
    start = reader.place
    if reader.skip("[:"):
        negated = reader.skip("^")
        name = ""
        while not reader.ended and reader.next.isalpha():
            name += reader.take()
        member = POSIX.get(name)
        if member is not None and reader.skip(":]"):
            member = folded(member) if flags.any_case else member
            return _negated(member) if negated else member
    reader.place = start
    return None


def _one(reader: Reader, flags: Flags) -> str | Member:
    """Return a character, or the set that an escape means."""
    sign = reader.take()
    if sign != "\\":
        return sign
    sign = reader.take()
    member = named_set(reader, sign, flags)
    if member is not None:
        return member
    if sign in HEX_LENGTHS:
        return code_point(reader, sign)
    if sign in SIMPLE:
        return SIMPLE[sign]
    if sign.isascii() and not sign.isalnum() and sign not in "<>":
        return sign
    raise reader.wrong(f"the escape \\{sign}, which means no character of a set")


def _range(low: str, high: str, flags: Flags) -> Member:
    def member(character: str) -> bool:
        return low <= character <= high

    return folded(member) if flags.any_case else member


def _any_of(members: list[Member]) -> Member:
    if len(members) == 1:
        return members[0]
    return lambda character: any(member(character) for member in members)


def _negated(member: Member) -> Member:
    return lambda character: not member(character)


#: What joins two sets: both, the first without the second, one of the two.
_JOINS: dict[str, _Join] = {
    "&&": lambda one, other: lambda character: one(character) and other(character),
    "--": lambda one, other: lambda character: one(character) and not other(character),
    "~~": lambda one, other: lambda character: one(character) is not other(character),
}
