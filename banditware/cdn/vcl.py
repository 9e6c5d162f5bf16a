"""Varnish and Fastly: VCL."""

from __future__ import annotations

from collections.abc import Iterable

from banditware.cdn.plan import Path, Plan, Tested
from banditware.sharing import ARMS_SPELT

_RECV = """\
    # The arms of this page, for the app to check.
    unset req.http.X-BW-Arms;
    unset req.http.X-BW-Pass;
%(tested)s\
    # Who has no arm yet goes to the app, and so does what earns.
%(rewarded)s\
    if (req.http.X-BW-Pass) {
        unset req.http.X-BW-Pass;
        unset req.http.X-BW-Arms;
        return (pass);
    }
"""

#: Varnish passes requests with cookies by itself; of these, what was kept by arm may answer.
_VARNISH_HASH = """\
    if (req.http.X-BW-Arms && req.method == "GET") {
        return (hash);
    }
"""

_TESTED = """\
    # {name}
    if ({here}) {{
        if (req.http.Cookie ~ {{"(?:^|;\\s*){entry}"}}) {{
            {found}
        }} else {{
            set req.http.X-BW-Pass = "1";
        }}
    }}
"""

_VARNISH_FOUND = (
    'set req.http.X-BW-Arms = req.http.X-BW-Arms + "!" + regsub(req.http.Cookie, '
    '{{"^(?:.*?;\\s*)??{entry}.*$"}}, "\\1");'
)

_FASTLY_FOUND = 'set req.http.X-BW-Arms = req.http.X-BW-Arms "!" re.group.1;'

_EARNING = """\
    if ({here}) {{
        set req.http.X-BW-Pass = "1";
    }}
"""

_VARNISH = """\
# Written by `banditware cdn CONFIG --for varnish`: include it behind your own vcl_recv.

sub vcl_recv {
%(recv)s}

sub vcl_backend_response {
    # Nothing is kept by arm unless the app says that it is.
    if (bereq.http.X-BW-Arms && beresp.http.Vary !~ "X-BW-Arms") {
        set beresp.uncacheable = true;
        return (deliver);
    }
}

sub vcl_deliver {
    # What is kept by arm here is for nobody else behind us.
    if (req.http.X-BW-Arms) {
        set resp.http.Vary = regsub(resp.http.Vary, "X-BW-Arms", "Cookie");
        set resp.http.Cache-Control = resp.http.Cache-Control + ", private";
    }
}
"""

_FASTLY = {
    "banditware-recv.vcl": """\
# Written by `banditware cdn CONFIG --for fastly`: a VCL snippet of the type recv.
%(recv)s""",
    "banditware-fetch.vcl": """\
# Written by `banditware cdn CONFIG --for fastly`: a VCL snippet of the type fetch.
    # Nothing is kept by arm unless the app says that it is.
    if (req.http.X-BW-Arms && beresp.http.Vary !~ "X-BW-Arms") {
        return (pass);
    }
""",
    "banditware-deliver.vcl": """\
# Written by `banditware cdn CONFIG --for fastly`: a VCL snippet of the type deliver.
    # What is kept by arm here is for nobody else behind us; a shield hands it on as it is.
    if (req.http.X-BW-Arms && fastly.ff.visits_this_service == 0) {
        set resp.http.Vary = regsub(resp.http.Vary, "X-BW-Arms", "Cookie");
        set resp.http.Cache-Control = resp.http.Cache-Control ", private";
    }
""",
}


def varnish_files(plan: Plan) -> dict[str, str]:
    """Return the file for Varnish."""
    recv = _recv(plan, _VARNISH_FOUND) + _VARNISH_HASH
    return {"banditware.vcl": _named(_VARNISH % {"recv": recv})}


def fastly_files(plan: Plan) -> dict[str, str]:
    """Return the snippets for Fastly."""
    recv = _recv(plan, _FASTLY_FOUND)
    return {name: _named(text.replace("%(recv)s", recv)) for name, text in _FASTLY.items()}


def _recv(plan: Plan, found: str) -> str:
    rewarded = _EARNING.format(here=_here(plan.rewarded)) if plan.rewarded else ""
    tested = "".join(_tested(each, found) for each in plan.tested)
    return _RECV % {"tested": tested, "rewarded": rewarded}


def _tested(tested: Tested, found: str) -> str:
    entry, here = tested.entry, _here(tested.paths)
    return _TESTED.format(name=tested.name, here=here, entry=entry, found=found.format(entry=entry))


def _here(paths: Iterable[Path]) -> str:
    return " || ".join(f'req.url ~ {{"^{each.quoted}(?:\\?|$)"}}' for each in paths)


def _named(text: str) -> str:
    return text.replace("X-BW-Arms", ARMS_SPELT)
