"""nginx: maps for the http context, and what belongs into a location that proxies to the app."""

from __future__ import annotations

from collections.abc import Iterable

from banditware.cdn.plan import Path, Plan
from banditware.sharing import ARMS_SPELT

_HTTP = f"""\
# Written by `banditware cdn CONFIG --for nginx`: include it in the http context.

%(maps)s
# The arms of this page, for the app to check: nothing if it shows none, or some are not known.
map "%(arms)s" $bw_arms {{
    default "%(arms)s";
    "~\\?" "";
    "~^[-!]*$" "";
}}

# Who has no arm yet goes to the app, and so does what earns.
map "%(arms)s" $bw_newcomer {{
    default "";
    "~\\?" "1";
}}
map $uri $bw_earning {{
    default "";
%(rewarded)s}}

# Nothing is kept by arm unless the app says that it is.
map "$bw_arms|$upstream_http_vary" $bw_unkeyed {{
    default "1";
    "~^\\|" "";
    "~*\\|.*{ARMS_SPELT}" "";
}}

# What is kept by arm here is for nobody else behind us.
map $bw_arms $bw_private {{
    default "private";
    "" "";
}}
map $bw_arms $bw_vary {{
    default "Cookie";
    "" "";
}}
"""

_LOCATION = f"""\
# Written by `banditware cdn CONFIG --for nginx`: include it in the location that has proxy_pass and
# proxy_cache. nginx inherits no proxy_set_header and no add_header into a location that has some:
# repeat those of yours there.

proxy_set_header {ARMS_SPELT} $bw_arms;
proxy_cache_key "$scheme://$host$request_uri $request_method $bw_arms";
# HEAD would reach the app as GET, and be counted.
proxy_cache_convert_head off;
proxy_cache_bypass $bw_newcomer $bw_earning;
proxy_no_cache $bw_newcomer $bw_earning $bw_unkeyed;
add_header Cache-Control $bw_private always;
add_header Vary $bw_vary always;
"""

_MAPS = """\
# {name}: where it is chosen, and the arm in the cookie ("-": not here, "?": not known).
map $uri $bw_here_{number} {{
    default "";
{paths}}}
map "$bw_here_{number} $http_cookie" $bw_arm_{number} {{
    default "?";
    "~^ " "-";
    "~(?:^1 |;\\s*){entry}" $1;
}}
"""


def files(plan: Plan) -> dict[str, str]:
    """Return the files for nginx."""
    maps, arms = [], []
    for number, each in enumerate(plan.tested, 1):
        paths = _lines(each.paths)
        maps.append(_MAPS.format(name=each.name, number=number, paths=paths, entry=each.entry))
        arms.append(f"$bw_arm_{number}")
    joined = "!".join(arms) or "-"
    filled = {"maps": "\n".join(maps), "arms": joined, "rewarded": _lines(plan.rewarded)}
    return {"banditware-http.conf": _HTTP % filled, "banditware-location.conf": _LOCATION}


def _lines(paths: Iterable[Path]) -> str:
    return "".join(f'    "~^{_quoted(each.plain)}$" "1";\n' for each in paths)


def _quoted(expression: str) -> str:
    return expression.replace('"', '\\"')
