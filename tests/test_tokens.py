from __future__ import annotations

import hmac
import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer

from banditware.contextual.features import attribute_key, level_key, text
from banditware.counts import HOLDOUT
from banditware.errors import TokenError
from banditware.model import Basis, Decision
from banditware.tokens import MAX_COOKIE, SKEW, Assignment, Assignments, Tokens, remembered
from tests.support import HOUR, KEY, NOON, stand

keys = st.builds(level_key, st.builds(attribute_key, st.text(max_size=8)), st.text(max_size=8))
values = st.one_of(st.just(1.0), st.floats(-1e75, 1e75))

names = st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True)

assignments = st.builds(
    Assignment,
    experiment=names,
    version=names,
    arm=st.one_of(names, st.just(HOLDOUT)),
    propensity=st.floats(0, 1, exclude_min=True),
    time=st.integers(0, 2**40),
    id=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    counted=st.booleans(),
    features=st.dictionaries(keys, values, max_size=4).map(text),
)


def entry(number: int, *, time: int = 0, width: int = 12) -> Assignment:
    """Return an assignment whose names are as long as people make them."""
    name = f"exp_{number:03}".ljust(width, "x")
    return Assignment(name, "1", "variant", 1 / 3, int(NOON) + time, "0123456789abcdef")


def cookie(*entries: Assignment) -> Assignments:
    """Return a cookie's content."""
    return Assignments("5" * 24, int(NOON), {each.experiment: each for each in entries})


def seal(decision: Decision) -> str:
    """Return no token."""
    return ""


def decision(reason: str = "drawn", *, counted: bool = True) -> Decision:
    """Return a decision."""
    return Decision("button", "green", 1, 0.25, reason, counted, "ab", NOON + 0.9, "1", seal)


@settings(deadline=None)
@given(
    subject=st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
    issued=st.integers(0, 2**40),
    entries=st.lists(assignments, max_size=6, unique_by=lambda each: each.experiment),
)
def test_a_cookie_comes_back_as_it_was_written(
    subject: str, issued: int, entries: list[Assignment]
) -> None:
    """Whatever names experiments have, reading a cookie gives what was written."""
    tokens = Tokens([KEY])
    written = Assignments(subject, issued, {each.experiment: each for each in entries})
    assert tokens.open(tokens.write(written)) == written


@settings(deadline=None)
@given(given_=assignments)
def test_a_token_comes_back_as_it_was_sealed(given_: Assignment) -> None:
    """A token holds the whole decision, to the last bit of its propensity."""
    reason = "holdout" if given_.arm == HOLDOUT else "drawn"
    made = Decision(
        given_.experiment,
        given_.arm,
        None,
        given_.propensity,
        reason,
        given_.counted,
        given_.id,
        given_.time,
        given_.version,
        seal,
        basis=Basis(features=given_.features),
    )
    assert Tokens([KEY]).unseal(Tokens([KEY]).seal(made)) == remembered(made)


def test_a_value_is_safe_in_cookies_and_urls() -> None:
    """Neither cookies nor tokens hold a character that either would have to quote."""
    tokens = Tokens([KEY])
    value = tokens.write(cookie(entry(1), entry(2)._replace(propensity=1e-7, arm="a.b-c_d")))
    # RFC 6265, cookie-octet, without the separators of URLs.
    assert set(value) <= set(string.ascii_letters + string.digits + "!~.-_")
    assert set(tokens.seal(decision())) <= set(string.ascii_letters + string.digits + "~.-_")


def test_the_last_key_signs_and_all_verify() -> None:
    """Keys rotate: what an older key signed is still read, as something to write anew."""
    value = Tokens(["old"]).write(cookie(entry(1)))
    rotated = Tokens(["old", "new"])
    read = rotated.open(value)
    assert read is not None
    assert read.stale_key
    renewed = rotated.write(read)
    newest = Tokens(["new"]).open(renewed)
    assert newest == cookie(entry(1))
    assert rotated.open(renewed) == newest
    assert Tokens(["new"]).open(value) is None


def test_a_token_of_an_older_key_is_read() -> None:
    """A token outlives the rotation of its key, and ends with the key."""
    token = Tokens(["old"]).seal(decision())
    assert Tokens(["old", "new"]).unseal(token) == remembered(decision())
    with pytest.raises(TokenError, match="secret_keys"):
        Tokens(["new"]).unseal(token)


def test_a_cookie_is_no_token_and_a_token_no_cookie() -> None:
    """What was signed for one use is refused in the other."""
    tokens = Tokens([KEY])
    assert tokens.open(tokens.seal(decision())) is None
    with pytest.raises(TokenError):
        tokens.unseal(tokens.write(cookie(entry(1))))


def _plain_hmac(value: str) -> str:
    return value + "." + hmac.new(KEY.encode(), value.encode(), "sha256").hexdigest()


OTHERS: dict[str, Callable[[str], str]] = {
    "itsdangerous Signer": lambda value: Signer(KEY).sign(value).decode(),
    "Starlette sessions": lambda value: TimestampSigner(KEY).sign(value).decode(),
    "Flask sessions": lambda value: str(
        URLSafeTimedSerializer(
            KEY, salt="cookie-session", signer_kwargs={"key_derivation": "hmac"}
        ).dumps(value)
    ),
    "our salt, their derivation": lambda value: (
        Signer(KEY, salt="banditware.assign.v1").sign(value).decode()
    ),
    "the bare secret": _plain_hmac,
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_others_sign_with_the_same_secret_is_refused(other: str) -> None:
    """A cookie that the app signed with our secret for its own purposes is none of ours."""
    tokens = Tokens([KEY])
    content = tokens.write(cookie(entry(1))).rpartition(".")[0]
    assert tokens.open(OTHERS[other](content)) is None


def test_fifty_experiments_fit() -> None:
    """Fifty experiments with names of twelve letters, months after the first, are all kept."""
    entries = [entry(number, time=int(2_000 * HOUR) + number) for number in range(50)]
    tokens = Tokens([KEY])
    value = tokens.write(cookie(*entries))
    assert len(value) <= MAX_COOKIE
    assert tokens.open(value) == cookie(*entries)


def test_of_two_hundred_experiments_the_oldest_are_dropped() -> None:
    """What does not fit into a cookie is the oldest, whatever the order it came in."""
    entries = [entry(number, time=number) for number in range(200)]
    random.Random(1).shuffle(entries)
    tokens = Tokens([KEY])
    value = tokens.write(cookie(*entries))
    assert MAX_COOKIE - 80 < len(value) <= MAX_COOKIE
    read = tokens.open(value)
    assert read is not None
    kept = len(read.by_experiment)
    assert 50 <= kept < 200
    assert set(read.by_experiment) == {entry(number).experiment for number in range(200)[-kept:]}


def test_of_equally_old_assignments_the_newly_made_are_kept() -> None:
    """Assignments of the same second are kept from the last: those of this very request."""
    tokens = Tokens([KEY])
    read = tokens.open(tokens.write(cookie(*(entry(number) for number in range(200)))))
    assert read is not None
    assert entry(199).experiment in read.by_experiment
    assert entry(0).experiment not in read.by_experiment


def test_a_value_that_is_too_long_is_not_looked_at() -> None:
    """Even with a good signature, more than 3,500 characters are no cookie."""
    tokens = Tokens([KEY])
    assert tokens.open(tokens._cookies.sign("1!" + "s" * 3_400 + "!1").decode()) is not None
    assert tokens.open(tokens._cookies.sign("1!" + "s" * 3_500 + "!1").decode()) is None


@pytest.mark.parametrize(
    "content",
    ["", "1", "1!s", "2!s!1", "1!s!xyz", "1!s!1!a~b", "1!s!1!a~1~x~often~1~id", "1!s!1!", "\udcff"],
)
def test_a_signed_value_of_another_form_is_nothing(content: str) -> None:
    """What another release signed in another form is no cookie and no error."""
    tokens = Tokens([KEY])
    assert (
        tokens.open(
            tokens._cookies.sign(content.encode(errors="surrogateescape")).decode(
                errors="surrogateescape"
            )
        )
        is None
    )


@pytest.mark.parametrize("text", ["", ".", "a.b", "é.é", "\udcff", "a" * 5_000, "a~b~c.d\n"])
def test_what_was_not_signed_is_no_token(text: str) -> None:
    """Anything else than a token of ours raises TokenError and nothing else."""
    with pytest.raises(TokenError):
        Tokens([KEY]).unseal(text)


def test_a_signed_token_of_another_form_is_refused() -> None:
    """A good signature over something else is no token either."""
    tokens = Tokens([KEY])
    with pytest.raises(TokenError):
        tokens.unseal(tokens._decisions.sign("a~b").decode())


@pytest.mark.parametrize(
    ("reason", "counted", "arm", "earns"),
    [
        ("drawn", True, "green", True),
        ("sticky", False, "green", True),
        ("sticky", True, "green", True),
        ("holdout", False, HOLDOUT, True),
        ("prefetch", False, "green", False),
        ("bot", False, "green", False),
    ],
)
def test_what_is_remembered_of_a_decision(
    reason: str, counted: bool, arm: str, earns: bool
) -> None:
    """Pulls, now or earlier, and the holdout may earn; what was only served may not."""
    expected = Assignment("button", "1", arm, 0.25, int(NOON), "ab", earns)
    assert remembered(decision(reason, counted=counted)) == expected


def test_the_first_cookie_that_is_ours_is_read() -> None:
    """Of several cookies of our name, as a sibling domain may plant them, ours is found."""
    tokens = Tokens([KEY])
    value = tokens.write(cookie(entry(1)))
    header = f'bw=forged; x={{"a":1}}; bw={value}; bw=again'
    assert tokens.read(header, "bw") == cookie(entry(1))
    assert tokens.read("bw=forged; y=1", "bw") is None
    assert tokens.read(header, "other") is None


ALPHABETS = (
    string.ascii_letters + string.digits + "-_",
    "!~.=+/",
    string.printable,
    "éÿ\u0660\u212a\uff21\U0001d7d8\udcff\x00\x7f",
)


def _flipped(generator: random.Random, value: str) -> str:
    at = generator.randrange(len(value))
    return value[:at] + chr(ord(value[at]) ^ (1 << generator.randrange(7))) + value[at + 1 :]


def _replaced(generator: random.Random, value: str) -> str:
    at = generator.randrange(len(value))
    return value[:at] + generator.choice(generator.choice(ALPHABETS)) + value[at + 1 :]


def _last(generator: random.Random, value: str) -> str:
    return value[:-1] + generator.choice(generator.choice(ALPHABETS))


def _inserted(generator: random.Random, value: str) -> str:
    at = generator.randrange(len(value) + 1)
    more = generator.choices(generator.choice(ALPHABETS), k=generator.randrange(1, 4))
    return value[:at] + "".join(more) + value[at:]


def _cut(generator: random.Random, value: str) -> str:
    start, end = sorted(generator.choices(range(len(value) + 1), k=2))
    return generator.choice([value[:end], value[start:], value[:start] + value[end:]])


def _swapped(generator: random.Random, value: str) -> str:
    characters = list(value)
    one, other = generator.choices(range(len(value)), k=2)
    characters[one], characters[other] = characters[other], characters[one]
    return "".join(characters)


def _spelt(generator: random.Random, value: str) -> str:
    head, _, signature = value.rpartition(".")
    spellings = (
        signature.replace("-", "+").replace("_", "/"),
        signature + "=" * generator.randrange(1, 4),
        signature.swapcase(),
        signature.encode(errors="surrogatepass").hex(),
        f'"{signature}"',
        f"{signature[:1]}%{signature[1:]}",
    )
    return f"{head}.{generator.choice(spellings)}"


MUTATIONS = (_flipped, _replaced, _last, _inserted, _cut, _swapped, _spelt)


def test_no_mutated_cookie_is_accepted() -> None:
    """Of 100,000 changed cookies none is accepted, and none raises."""
    generator = random.Random(7)
    tokens = Tokens(["old", KEY])
    values = [tokens.write(cookie(*map(entry, range(number)))) for number in (0, 1, 2, 5)]
    tried = 0
    accepted: list[str] = []
    while tried < 100_000:
        value = generator.choice(values)
        mutated = generator.choice(MUTATIONS)(generator, value)
        if generator.random() < 0.2:
            mutated = generator.choice(MUTATIONS)(generator, mutated or "x")
        if mutated in values:
            continue
        tried += 1
        if tokens.open(mutated) is not None:
            accepted.append(mutated)
    assert accepted == []


def test_the_last_character_of_a_signature_counts() -> None:
    """Base64 leaves two bits of the last character unused, and we take it in one spelling only."""
    tokens = Tokens([KEY])
    value = tokens.write(cookie(entry(1)))
    others = set(string.printable) - {value[-1]}
    assert [each for each in others if tokens.open(value[:-1] + each)] == []


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(
    ("seconds", "known"),
    [(0.0, True), (SKEW, True), (SKEW + 1, False)],
)
def test_a_cookie_of_another_hosts_clock(seconds: float, known: bool) -> None:
    """A cookie from the future is accepted up to five minutes ahead, and no further."""
    here = stand()
    surfer = here.surfer()
    first = surfer.ask()
    here.watch.now -= seconds
    again = surfer.ask()
    assert (again.visit.subject == first.visit.subject) is known
    assert again.reason == ("sticky" if known else "drawn")


@pytest.mark.usefixtures("calm")
def test_a_cookie_that_is_too_old_is_none() -> None:
    """A cookie that a browser should have forgotten names nobody."""
    here = stand(cookie={"max_age": "1h"})
    surfer = here.surfer()
    first = surfer.ask()
    here.watch.now += HOUR
    assert surfer.ask().visit.subject == first.visit.subject
    here.watch.now += 1
    assert surfer.ask().visit.subject != first.visit.subject


@pytest.mark.usefixtures("calm")
def test_https_has_a_cookie_of_its_own() -> None:
    """Over https the cookie is `__Host-` and `Secure`, and one without the prefix is not read."""
    here = stand()
    plain = here.surfer()
    plain.ask()
    assert plain.cookie.startswith("bw=")
    secure = here.surfer()
    header = secure.ask(secure=True).effects.set_cookie
    assert header.startswith("__Host-bw=")
    assert header.endswith("; HttpOnly; SameSite=Lax; Secure")
    assert secure.ask(secure=True).reason == "sticky"
    assert here.surfer(plain.cookie).ask(secure=True).reason == "drawn"


@pytest.mark.usefixtures("calm")
def test_a_cookie_of_an_older_key_is_signed_anew() -> None:
    """After a rotation the next page that decides writes the cookie with the new key, once."""
    old = stand(secret_keys=["old"]).surfer()
    old.ask()
    surfer = stand(secret_keys=["old", "new"]).surfer(old.cookie)
    seen = surfer.ask()
    assert seen.reason == "sticky"
    assert seen.effects.set_cookie
    assert not surfer.ask().effects.set_cookie
    assert stand(secret_keys=["new"]).surfer(surfer.cookie).ask().reason == "sticky"
