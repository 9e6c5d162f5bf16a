"""What all pages have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from banditware.dashboard.assets import CHARTS, assets
from banditware.dashboard.markup import Child, tag
from banditware.dashboard.sessions import Session


class Viewer(NamedTuple):
    """Who looks at a page, and from where.

    Attributes:
        session: who is signed in; None for nobody.
        root: the relative way from the page to the overview: `./`, `../` and so on.
        key: what forms carry that change something.
        refreshes: the page is loaded anew from time to time, where scripts run.
    """

    session: Session | None
    root: str
    key: str = ""
    refreshes: bool = False

    @property
    def writes(self) -> bool:
        """True if they may change experiments."""
        return self.session is not None and self.session.writes


def page(title: str, viewer: Viewer, *content: Child, charts: bool = False) -> Markup:
    """Return a whole page.

    Args:
        title: what it shows; the first heading is the content's.
        viewer: who looks at it.
        content: what it shows.
        charts: it has charts.
    """
    body = tag(
        "body",
        tag("a", "Skip to content", href="#content", class_="skip"),
        _header(viewer) if viewer.session is not None else None,
        tag("main", content, id="content", data_refreshes=viewer.refreshes),
    )
    return tag("html", _head(title, viewer.root, charts=charts), body, lang="en")


def _head(title: str, root: str, *, charts: bool) -> Markup:
    files: list[Markup] = []
    for name, asset in assets().items():
        if name in CHARTS and not charts:
            continue
        url = f"{root}assets/{asset.name}"
        files.append(
            tag("link", rel="stylesheet", href=url)
            if name.endswith(".css")
            else tag("script", src=url, defer=True)
        )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex, nofollow"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{title} · banditware"),
        tag("link", rel="icon", href=_ICON),
        files,
    )


#: Three bars, one of them taller.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cg fill='%234f46e5'%3E%3Crect x='1' y='8' width='3.5' height='7' rx='1'/%3E"
    "%3Crect x='6.25' y='1' width='3.5' height='14' rx='1'/%3E"
    "%3Crect x='11.5' y='10' width='3.5' height='5' rx='1'/%3E%3C/g%3E%3C/svg%3E"
)


def _logo() -> Markup:
    bars = ((1, 8, 7), (6.25, 1, 14), (11.5, 10, 5))
    return tag(
        "svg",
        [tag("rect", x=x, y=y, width=3.5, height=height, rx=1) for x, y, height in bars],
        viewBox="0 0 16 16",
        class_="logo",
        aria_hidden="true",
    )


def _header(viewer: Viewer) -> Markup:
    session, root = viewer.session, viewer.root
    who = session.who if session is not None else ""
    role = "may change experiments" if viewer.writes else "read only"
    return tag(
        "header",
        tag("a", _logo(), tag("span", "banditware"), href=root, class_="brand"),
        tag(
            "nav",
            tag("a", "Experiments", href=root),
            tag("a", "Changes", href=f"{root}changes"),
            aria_label="Pages",
        ),
        tag(
            "form",
            tag("span", f"{who} · {role}" if who else role, class_="who"),
            hidden(viewer),
            tag("button", "Sign out", class_="quiet"),
            method="post",
            action=f"{root}sign-out",
        ),
    )


def hidden(viewer: Viewer, **fields: str) -> Markup:
    """Return what a form carries without showing it: its key, and these fields."""
    named = {"key": viewer.key, **fields}
    return Markup().join(
        tag("input", type="hidden", name=name, value=value) for name, value in named.items()
    )


def badge(text: str, kind: str = "") -> Markup:
    """Return a word that stands out; `kind` says how: `good`, `bad`, `warn` or not at all."""
    return tag("span", text, class_=f"badge {kind}".strip())


#: How states stand out.
_STATES = {
    "running": "good",
    "paused": "warn",
    "stopped": "",
    "promoted": "accent",
    "archived": "",
    "open": "good",
    "retired": "",
    "removed": "",
}


def state(name: str) -> Markup:
    """Return a state of an experiment or an arm."""
    return badge(name, f"state {_STATES.get(name, '')}".strip())


def alarm_list(alarms: Iterable[dict[str, object]], root: str, *, named: bool) -> Markup | None:
    """Return alarms as a list, or None if there are none; `named` says of which experiment."""
    items = []
    for alarm in alarms:
        name = alarm["experiment"]
        where = None
        if named and name:
            where = tag("a", str(name), href=f"{root}experiments/{name}")
        message = tag("strong", str(alarm["message"]))
        mend = tag("span", str(alarm["mend"]), class_="muted")
        items.append(tag("li", where, " " if where else None, message, " ", mend))
    if not items:
        return None
    return tag(
        "section",
        tag("h2", "Alarms", class_="visually-hidden"),
        tag("ul", items),
        class_="alarms",
    )


def table(heads: Iterable[Child], rows: Iterable[Child], *, label: str, kind: str = "") -> Markup:
    """Return a table that scrolls by itself where a screen is narrow.

    Args:
        heads: the cells of its head.
        rows: its rows.
        label: what it shows, for who does not see it.
        kind: classes.
    """
    inner = tag(
        "table",
        tag("caption", label, class_="visually-hidden"),
        tag("thead", tag("tr", heads)),
        tag("tbody", rows),
        class_=kind or None,
    )
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=label)


def head(text: Child, kind: str = "", **more: str) -> Markup:
    """Return the head of a column."""
    return tag("th", text, scope="col", class_=kind or None, **more)


def cell(content: Child, kind: str = "") -> Markup:
    """Return a cell."""
    return tag("td", content, class_=kind or None)
