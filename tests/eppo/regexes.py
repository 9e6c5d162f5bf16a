"""Random regular expressions for Rust's engine, which Eppo's wheel has inside, and for ours."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import eppo_client

from banditware.patterns import Pattern

#: Parts of expressions, valid and not; classes of properties that only Rust knows are left out.
PARTS = r"""
a b A 0 . \d \w \s \D \W \S \b \B ^ $ [a-c] [^a] [a-] [-a] []a] [^]a] [[:alpha:]] [[:^digit:]x]
[a-z&&[^b]] [a-z--b] [a-c~~b-d] (?:a|b) (a|) (?i:a) (?i) (?-i) (?s:.) (?m:^a$) (?m) \. \x41
\x{e9} \u00e9 é ß \p{L} \pN \P{Lu} (?P<n>a) (?<m>b) | \n \A \z \Z (?=a) (?!a) (?<=a) (?<!a) \1 \0
{ } ] a{2} a{1,2} a{,2} a{2,} b{2,1} (?x:\ a) (?x) # [ ( ) * + ? \< \> \b{start} \b{end-half}
\b{foo} - & \- \& \/ \e \Q \_ [\d-z] [a-\d] [z-a] [\b] [a&&b] [&] [a&] [a-b-c] (?U) (?u) (?i-i)
(?ii) (?-) (?) (?i-) a++ a*+ a?? a** ^* (?i)* (?>a) [^\s\S] [[a]] [[] [a[b]c] [\]] [\w.]+ .*
@example\.com \p{^L} (?i:\p{Lu}) (?i:\P{Lu}) (?i:[^a]) [[:foo:]] [[:alpha] [:alpha:] \pZ
\u{1F600} \x4 \xg1 \U0001F600 (?P=n) (?#c) \v \cA \h \R \X [\pL] [\p{Lu}a] [^\W] [\x41-\x43]
(?i:[k-l]) (?i:s) (?i:k) (?i:\x{3c3}) (?i:[[:upper:]]) (a+)+ a{1,2}{2} \p{Any}
\p{ASCII} \p{Titlecase_Letter}
""".split()  # noqa: SIM905  # a list of them would need a quote for each

SIGNS = [*"aabbAB01 .-_]\n\t@é\r\x85\x1c²Ⓐ&{}x#", "\u017f", "\u212a", "ß", "ς", "Σ", "́", "\u200d"]
SIGNS += ["ª", "٣", "À", "😀", "ab", "aab", "@example.com"]
COUNTS = ["", "", "", "*", "+", "?", "{2}", "{0,2}?"]


def disagreements(count: int, seed: int) -> list[str]:
    """Return the expressions that find other texts, or are refused by one of both."""
    random = Random(seed)
    made = [
        "".join(random.choice(PARTS) + random.choice(COUNTS) for _ in range(random.randint(1, 4)))
        for _ in range(count)
    ]
    sources = [*PARTS, *made]
    client = rusts(sources)
    found = []
    for index, source in enumerate(sources):
        for _ in range(10):
            text = "".join(random.choice(SIGNS) for _ in range(random.randrange(6)))
            if theirs(client, index, text) != ours(source, text):
                found.append(f"{source!r} in {text!r}: {theirs(client, index, text)}")
    return found


def rusts(sources: list[str]) -> Any:
    """Return a client of the wheel with a flag for each expression."""
    flags = {str(index): flag(source) for index, source in enumerate(sources)}
    file = {"createdAt": "2024-01-01T00:00:00Z", "environment": {"name": "t"}, "flags": flags}
    config = eppo_client.ClientConfig(
        api_key="none",
        assignment_logger=eppo_client.AssignmentLogger(),
        poll_interval_seconds=None,
        initial_configuration=eppo_client.Configuration(
            flags_configuration=json.dumps(file).encode()
        ),
    )
    return eppo_client.init(config)


def flag(source: str) -> dict[str, Any]:
    """Return a flag that says whether the expression matches, and neither if it is refused."""
    allocations: list[dict[str, Any]] = [
        {
            "key": operator,
            "rules": [{"conditions": [{"attribute": "x", "operator": operator, "value": source}]}],
            "splits": [{"variationKey": operator, "shards": []}],
            "doLog": False,
        }
        for operator in ("MATCHES", "NOT_MATCHES")
    ]
    variations = {each["key"]: {"key": each["key"], "value": each["key"]} for each in allocations}
    return {
        "key": "f",
        "enabled": True,
        "variationType": "STRING",
        "variations": variations,
        "allocations": allocations,
        "totalShards": 10_000,
    }


def theirs(client: Any, index: int, text: str) -> str:
    """Return what Rust says: `MATCHES`, `NOT_MATCHES`, or nothing where it refuses."""
    found: str = client.get_string_assignment(str(index), "s", {"x": text}, "")
    return found


def ours(source: str, text: str) -> str:
    """Return what we say, likewise."""
    try:
        return "MATCHES" if Pattern(source).found_in(text) else "NOT_MATCHES"
    except ValueError:
        return ""
