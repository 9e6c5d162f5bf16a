from __future__ import annotations

import pytest

from banditware.patterns import Pattern
from banditware.patterns.automaton import MOST_STATES
from banditware.patterns.syntax import DEEPEST

#: expression, texts in which it is found, texts in which it is not.
FOUND: list[tuple[str, list[str], list[str]]] = [
    ("", ["", "x"], []),
    ("ab", ["ab", "xabx"], ["", "ba", "a"]),
    ("^ab$", ["ab"], ["xab", "abx", "ab\n"]),
    ("(?m)^b$", ["a\nb\nc"], ["ab"]),
    ("a|^b|", [""], []),
    ("x(a|bc)y", ["xay", "xbcy"], ["xaby", "xy"]),
    ("a*b+c?", ["b", "aabbc"], ["a", "c"]),
    ("^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]),
    ("^a{2}$", ["aa"], ["a", "aaa"]),
    ("^a{2,}$", ["aa", "aaaaa"], ["a"]),
    ("^a++$", ["a", "aa"], [""]),
    ("^a??b$", ["b", "ab"], ["aab"]),
    ("^.$", ["a", "é", "😀", "\r"], ["\n", ""]),
    ("(?s)^.$", ["\n"], [""]),
    ("(?i)straße|ς", ["STRASSE ΣΟ", "Σ", "STRAßE"], ["s"]),
    ("(?i:[k-l])", ["K", "\u212a", "L"], ["a"]),
    ("a(?i)b(?-i)c", ["aBc"], ["AbC", "aBC"]),
    ("(?i:\u0131)", ["\u0131"], ["i", "I"]),
    ("(?i)\\p{Lu}", ["a", "A", "ß"], ["1", "\u0131"]),
    ("(?i)[[:upper:]]", ["a", "A"], ["1"]),
    ("(?x) a b # both\n c", ["abc"], ["a b c"]),
    ("(?x)[ a - c ]# nothing else", ["b"], [" ", "-"]),
    ("(?P<one>a)(?<two_2>b)(?:c)", ["abc"], ["ab"]),
    (r"\d\s\w", ["1 a", "٣\u2003é"], ["² a", "1\x1ca"]),
    (r"\D\S\W", ["a-."], ["1-.", "a ."]),
    (r"^\w$", ["_", "Ⓐ", "\u200d", "ª", "\u0301"], ["²", "-", "💧"]),
    (r"\bab\b", ["x ab.", "ab"], ["xab", "ab1", "éab"]),
    (r"\Bb", ["ab"], ["b", " b"]),
    (r"\<b", [" b", "b"], ["ab"]),
    (r"b\>", ["b ", "ab"], ["ba"]),
    (r"\b{start}b\b{end}", ["a b c"], ["ab", "ba"]),
    (r"\b{start-half}b\b{end-half}", ["b", "-b-"], ["ab", "ba"]),
    (r"\Aa\z", ["a"], ["ba", "ab", "a\n"]),
    (r"\.\-\&\ \/", [".-& /"], [""]),
    (r"\a\f\t\n\r\v", ["\a\f\t\n\r\v"], [""]),
    (r"\x41\x{e9}\u00e9\U0001F600\u{1F600}", ["Aéé😀😀"], [""]),
    ("[a-c_]", ["b", "_"], ["d", "-"]),
    ("[^a-c]", ["d", "\n"], ["a"]),
    ("^[]a]$", ["]", "a"], ["b"]),
    ("^[^]a]$", ["b"], ["]", "a"]),
    ("^[-a]$", ["-", "a"], ["b"]),
    ("^[a-]$", ["-", "a"], ["b"]),
    ("^[a-b-d]$", ["a", "b", "-", "d"], ["c"]),
    (r"^[\]\\\n\x41\d]$", ["]", "\\", "\n", "A", "5"], ["x"]),
    (r"^[\pL\P{L}]$", ["a", "1"], [""]),
    ("^[[:alpha:][:^ascii:]]$", ["a", "é"], ["1"]),
    ("^[a[b-c]]$", ["a", "b"], ["d"]),
    ("^[a-z&&[^aeiou]]$", ["b"], ["a", "B"]),
    ("^[a-z--[aeiou]]$", ["b"], ["a"]),
    ("^[a-c~~b-d]$", ["a", "d"], ["b", "c"]),
    ("^[a&]$", ["a", "&"], ["b"]),
    (r"^[^\s\S]$", [], ["a", ""]),
    (r"^\p{Lu}\pN\p{Other_Number}\p{Any}\p{ASCII}$", ["A1²éx"], ["a1²éx"]),
    ("}]", ["}]"], [""]),
    ("(?u)(?U)a", ["a"], ["b"]),
    (r".*@example\.com", ["a@example.com.uk"], ["a@example-com"]),
]


@pytest.mark.parametrize(("source", "present", "absent"), FOUND, ids=lambda each: str(each)[:20])
def test_what_an_expression_finds(source: str, present: list[str], absent: list[str]) -> None:
    """Every part of the dialect finds what it finds in Rust, and nothing else."""
    pattern = Pattern(source)
    assert [text for text in present if not pattern.found_in(text)] == []
    assert [text for text in absent if pattern.found_in(text)] == []


REFUSED: list[tuple[str, str]] = [
    ("(?=a)b", "look-around"),
    ("(?!a)b", "look-around"),
    ("(?<=a)b", "look-around"),
    ("(?<!a)b", "look-around"),
    ("(?>a)", "look-around"),
    ("(?#c)", "look-around"),
    (r"(a)\1", "backreference"),
    ("*", "repetition of nothing"),
    ("a|+", "repetition of nothing"),
    ("(?i)*", "repetition of nothing"),
    ("(", "not closed"),
    ("(?:a", "not closed"),
    (")", "closes nothing"),
    ("[a", "not closed"),
    ("[a&&", "not closed"),
    ("^[[:alpha]$", "not closed"),
    ("[z-a]", "ends are no characters"),
    (r"[a-\d]", "ends are no characters"),
    (r"[\b]", "no character of a set"),
    ("a{", "without a number"),
    ("a{,2}", "without a number"),
    ("a{2", "does not end"),
    ("a{2,1}", "wrong way round"),
    ("a{1001}", "above 1000"),
    ("a{99999999999}", "above 1000"),
    ("\\", "an end in the middle"),
    (r"\Z", "means nothing"),
    (r"\é", "means nothing"),
    (r"\p{Klingon}", "'Klingon' is not known"),
    (r"\p{L", "missing }"),
    (r"\x4", "an end in the middle"),
    (r"\xg1", "not hexadecimal"),
    (r"\x{}", "not hexadecimal"),
    (r"\x{110000}", "no character has"),
    (r"\ud800", "no character has"),
    ("(?<1a>x)", "name of its own"),
    ("(?P<n>a)(?P<n>b)", "name of its own"),
    ("(?P<n", "missing >"),
    ("(?P=n)", "look-around"),
    ("(?-)a", "without flags"),
    ("(?)a", "without flags"),
    ("(?ii)a", "not known"),
    ("(?i-u)a", "for bytes"),
    ("(?R)a", "flag R"),
    ("(?i", "another group"),
    ("(" * (DEEPEST + 2), "too deep"),
    ("[" * 30, "too deep"),
    ("(a{1000}){1000}", "too large"),
]


@pytest.mark.parametrize(("source", "message"), REFUSED, ids=lambda each: each[:20])
def test_what_is_no_expression_of_the_dialect(source: str, message: str) -> None:
    """What Rust refuses, and what would be too large, is refused with the reason."""
    with pytest.raises(ValueError, match=message):
        Pattern(source)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)+$", "(a|a)*b", "(.*a){12}$", r"^(\w+\s?)*$"])
def test_no_expression_needs_more_than_linear_time(source: str) -> None:
    """Expressions that keep backtracking engines busy for ages answer at once."""
    assert not Pattern(source).found_in("a" * 20_000 + "!")


def test_what_is_remembered_is_bounded() -> None:
    """A text of ever other characters does not make an automaton grow without end."""
    pattern = Pattern(r"(\w[^x]){3}$")
    for start in range(0, 20_000, 500):
        text = "".join(chr(code) for code in range(start, start + 500) if code >> 11 != 0x1B)
        assert pattern.found_in(text + "abcdef")
    assert pattern._automaton._known <= 10_000


def test_a_large_expression() -> None:
    """An expression of many states works."""
    pattern = Pattern("a{400}b{300}")
    assert pattern.found_in("a" * 401 + "b" * 300)
    assert not pattern.found_in("a" * 401 + "b" * 299)
    with pytest.raises(ValueError, match="too large"):
        Pattern(f"(a{{1000}}){{2}}b{{{MOST_STATES // 2}}}")
