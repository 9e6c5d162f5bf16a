"""Sets of characters by name, as Unicode (UTS 18) and POSIX have them."""

from __future__ import annotations

import string
import unicodedata

from banditware.patterns.nodes import Member

#: Unicode's property White_Space.
_SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(code) for code in range(0x2000, 0x200B)
}

_WORD_CATEGORIES = frozenset({"Nd", "Pc", "Nl"})

#: Letters by their use that are symbols by their category: circled and squared ones.
_ENCLOSED = ((0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))


def is_digit(character: str) -> bool:
    """Return True for a decimal digit of any script."""
    return character.isdecimal()


def is_space(character: str) -> bool:
    """Return True for white space."""
    return character in _SPACES


def is_word(character: str) -> bool:
    """Return True for letters, marks, decimal digits, connectors and joiners; not for no text."""
    if character.isascii():
        return character.isalnum() or character == "_"
    category = unicodedata.category(character)
    if category[0] in "LM" or category in _WORD_CATEGORIES or character in "\u200c\u200d":
        return True
    return any(low <= ord(character) <= high for low, high in _ENCLOSED)


#: The letters of classes as `\d`; in capitals they mean everything else.
SHORT: dict[str, Member] = {"d": is_digit, "s": is_space, "w": is_word}

_VISIBLE = string.ascii_letters + string.digits + string.punctuation
_ASCII_SETS = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "ascii": "".join(map(chr, range(128))),
    "blank": "\t ",
    "cntrl": "".join(map(chr, range(32))) + "\x7f",
    "digit": string.digits,
    "graph": _VISIBLE,
    "lower": string.ascii_lowercase,
    "print": _VISIBLE + " ",
    "punct": string.punctuation,
    "space": "\t\n\v\f\r ",
    "upper": string.ascii_uppercase,
    "word": string.ascii_letters + string.digits + "_",
    "xdigit": string.hexdigits,
}

#: The sets of `[[:alpha:]]`, all of ASCII.
POSIX: dict[str, Member] = {
    name: frozenset(members).__contains__ for name, members in _ASCII_SETS.items()
}

_CATEGORIES = {
    "L": "letter",
    "Lu": "uppercaseletter",
    "Ll": "lowercaseletter",
    "Lt": "titlecaseletter",
    "Lm": "modifierletter",
    "Lo": "otherletter",
    "M": "mark",
    "Mn": "nonspacingmark",
    "Mc": "spacingmark",
    "Me": "enclosingmark",
    "N": "number",
    "Nd": "decimalnumber",
    "Nl": "letternumber",
    "No": "othernumber",
    "P": "punctuation",
    "Pc": "connectorpunctuation",
    "Pd": "dashpunctuation",
    "Ps": "openpunctuation",
    "Pe": "closepunctuation",
    "Pi": "initialpunctuation",
    "Pf": "finalpunctuation",
    "Po": "otherpunctuation",
    "S": "symbol",
    "Sm": "mathsymbol",
    "Sc": "currencysymbol",
    "Sk": "modifiersymbol",
    "So": "othersymbol",
    "Z": "separator",
    "Zs": "spaceseparator",
    "Zl": "lineseparator",
    "Zp": "paragraphseparator",
    "C": "other",
    "Cc": "control",
    "Cf": "format",
    "Cs": "surrogate",
    "Co": "privateuse",
    "Cn": "unassigned",
}

_BY_NAME = {name: short for short, long in _CATEGORIES.items() for name in (short.lower(), long)}


def category(name: str) -> Member:
    """Return the set of a general category, as `L`, `Lu` or `Uppercase_Letter`.

    Raises:
        ValueError: it is none; scripts and other properties are not known here.
    """
    plain = name.lower().translate({ord(each): None for each in " _-"})
    if plain == "any":
        return lambda _: True
    if plain == "ascii":
        return str.isascii
    short = _BY_NAME.get(plain)
    if short is None:
        raise ValueError(f"the property {name!r} is not known here; write a range of characters")
    return lambda character: unicodedata.category(character).startswith(short)


def fold(character: str) -> str:
    """Return what a character is if case does not matter; nothing for other than one character.

    It is simple case folding, as in CaseFolding.txt of Unicode.
    """
    if character == "\u0131":  # a dotless i is an i in Turkish alone
        return character
    if len(character) != 1:
        return ""
    upper = character.upper()
    lower = (upper if len(upper) == 1 else character).lower()
    return lower if len(lower) == 1 else character


#: Capitals that Python does not make, because SS is the usual one.
_CAPITALS = {"ß": "\u1e9e"}


def folded(member: Member) -> Member:
    """Return the set with every character that differs from one of it in case alone."""

    def either(character: str) -> bool:
        low = fold(character)
        forms = (low, low.upper(), low.title(), _CAPITALS.get(low, low))
        return member(character) or any(fold(form) == low and member(form) for form in forms)

    return either
