"""What to think of the facts of a running site."""

from __future__ import annotations

from banditware.doctor.findings import Case, Level, Rule
from banditware.sharing import ARMS_SPELT

#: The lowest status of a page that shows no arm.
WORST = 400

_MIXED = "visitors get each other's arms, and are not counted"
_PRIVATE = "let it obey Cache-Control: private, and keep no answer with Set-Cookie"

RULES = (
    Rule(
        "site",
        ("status", "error"),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["error"],
                "{url} cannot be reached: {error}",
                "nothing can be said about it",
                "see that it runs, and that this host may reach it",
            ),
            Case(
                Level.WARNING,
                lambda facts: facts["status"] >= WORST,
                "{url} answers {status}",
                "such a page shows no arm",
                "name a page that visitors see",
            ),
        ),
        "{url} answers {status}",
    ),
    Rule(
        "page",
        ("chosen",),
        (
            Case(
                Level.WARNING,
                lambda facts: not facts["chosen"],
                "no route of the configuration chooses on this page",
                "caches are free to keep it",
                "name a page of a route that chooses",
            ),
        ),
        "routes choose {chosen} here",
    ),
    Rule(
        "cookie",
        ("cookies", "guests", "foreign"),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["cookies"] < facts["guests"],
                "of {guests} newcomers {cookies} got a cookie",
                "without one every visit is a new visitor, and nothing is credited",
                "look for a proxy that strips Set-Cookie, or a cache that answers newcomers",
            ),
            Case(
                Level.DANGER,
                lambda facts: facts["foreign"],
                "{foreign} of {guests} cookies are not signed by the keys of this configuration",
                "the app has other keys, or another app answers: nothing is credited",
                "check this page with the configuration that the app runs with",
            ),
        ),
        "all of {guests} newcomers got a cookie of ours",
    ),
    Rule(
        "shared cookies",
        ("twins",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["twins"],
                "{twins} newcomers got the cookie of another one",
                f"a cache keeps Set-Cookie: {_MIXED}",
                _PRIVATE,
            ),
        ),
        "everybody got a cookie of their own",
    ),
    Rule(
        "newcomers",
        ("kept",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["kept"],
                "a cache answered a newcomer ({kept})",
                _MIXED,
                f"{_PRIVATE}; purge what it kept from before the experiment",
            ),
        ),
        "the app answered every newcomer",
    ),
    Rule(
        "Cache-Control",
        ("caching",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["caching"],
                "a newcomer's page says Cache-Control: {caching}",
                "something behind the app drops `private`, so that other caches may share the page",
                "let proxies keep the app's Cache-Control",
            ),
        ),
        "the pages of newcomers are private",
    ),
    Rule(
        "Vary",
        ("vary",),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["vary"],
                "a newcomer's page says Vary: {vary}",
                "something behind the app drops `Cookie`: browsers may show a page of another arm",
                "let proxies keep the app's Vary",
            ),
        ),
        "pages vary by cookie",
    ),
    Rule(
        "returning",
        ("lost", "kept_cookies"),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["lost"],
                "{lost} visitors who sent their cookie were taken for somebody else",
                "something strips Cookie, or a cache hands out cookies: nothing is credited",
                "let the cookie through to the app",
            ),
            Case(
                Level.DANGER,
                lambda facts: facts["kept_cookies"],
                "a cache answered with Set-Cookie",
                _MIXED,
                _PRIVATE,
            ),
        ),
        "who comes back is known",
    ),
    Rule(
        "arms",
        ("arms",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["arms"] == "wrong",
                "a visitor got the page of another arm",
                "a cache shares pages of arms: what is learnt from them is wrong",
                "configure it by `banditware cdn`, or let it obey Cache-Control: private",
            ),
            Case(
                Level.NOTE,
                lambda facts: facts["arms"] == "untold",
                "the page does not tell which arms it shows",
                "so nobody can see from outside whether they are right",
                "say debug: {{header: true}} for the time of the test",
            ),
        ),
        "every visitor got the page of their arms",
    ),
    Rule(
        "pages by arm",
        ("hits", "open"),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["open"],
                "a page that is kept by arm is not private behind the cache",
                "the next cache, which knows no arms, may hand it to anybody",
                "use all of what `banditware cdn` writes",
            ),
            Case(
                Level.NOTE,
                lambda facts: not facts["hits"],
                "no page came from a cache, although caching says by_arm",
                "the app answers every visit",
                "use what `banditware cdn` writes, and let the app say Cache-Control: public",
            ),
        ),
        "{hits} pages came from a cache",
    ),
    Rule(
        "forged arms",
        ("forged",),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["forged"],
                f"a client may say {ARMS_SPELT} by itself",
                "a cache further out, which knows nothing of it, may keep the page for everybody",
                "let the outermost proxy remove that header",
            ),
        ),
        f"{ARMS_SPELT} of clients does not reach the app",
    ),
)
