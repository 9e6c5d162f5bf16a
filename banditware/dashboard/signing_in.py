"""The page on which somebody signs in, and what is told to who may not see a page."""

from __future__ import annotations

from markupsafe import Markup

from banditware.dashboard.layout import Viewer, page
from banditware.dashboard.markup import tag
from banditware.dashboard.sessions import LONGEST_NAME


def signing_in_page(viewer: Viewer, *, problem: str = "", who: str = "") -> Markup:
    """Return the page; `problem` says what was wrong with the last try."""
    form = tag(
        "form",
        tag("label", "Token", for_="token"),
        tag(
            "input",
            type="password",
            id="token",
            name="token",
            required=True,
            autocomplete="current-password",
            aria_describedby="problem" if problem else None,
            aria_invalid="true" if problem else None,
        ),
        tag("label", "Your name, for the record of changes (may be empty)", for_="who"),
        tag("input", id="who", name="who", value=who, maxlength=LONGEST_NAME, autocomplete="name"),
        tag("button", "Sign in", class_="primary"),
        method="post",
        action=f"{viewer.root}sign-in",
        class_="stacked",
    )
    complaint = tag("p", problem, id="problem", class_="problem", role="alert") if problem else None
    hint = "The token is in the configuration, under dashboard."
    text = tag("p", hint, class_="muted")
    return page(
        "Sign in", viewer, tag("div", tag("h1", "Sign in"), text, complaint, form, class_="card")
    )


def message_page(title: str, text: str, viewer: Viewer) -> Markup:
    """Return a page that says one thing."""
    back = tag("a", "To the overview", href=viewer.root, class_="button")
    return page(title, viewer, tag("div", tag("h1", title), tag("p", text), back, class_="card"))
