"""Cloudflare: a Worker, because its cache does not look at `Vary`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from banditware.cdn.plan import Path, Plan
from banditware.sharing import ARMS_SPELT

_WORKER = """\
// Written by `banditware cdn CONFIG --for cloudflare`: a Worker in front of the app. It needs a
// compatibility date from 2024-11-11 on, for `cache: "no-store"`.

const ARMS = "%(header)s";

// Where each experiment is chosen, and how to find its arm in the cookie.
const TESTED = [
%(tested)s];

// Where rewards are credited.
const EARNING = [%(rewarded)s];

// Returns the arms of a page: null if the app has to answer, nothing if it shows none.
function armsOf(path, cookie) {
  if (EARNING.some((each) => each.test(path))) return null;
  const found = [];
  for (const { paths, entry } of TESTED) {
    if (!paths.some((each) => each.test(path))) continue;
    const arm = entry.exec(cookie);
    if (arm === null) return null;
    found.push(arm[1]);
  }
  return found.join("!");
}

// Returns a page that was kept by arm, as nobody else behind us may keep it.
function ownOf(response) {
  const own = new Response(response.body, response);
  own.headers.set("Vary", (own.headers.get("Vary") || "").replace(ARMS, "Cookie"));
  own.headers.append("Cache-Control", "private");
  return own;
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete(ARMS);
    const arms = armsOf(url.pathname, headers.get("Cookie") || "");
    if (arms === "") return fetch(new Request(request, { headers }));
    if (arms === null || request.method !== "GET") {
      return fetch(new Request(request, { headers }), { cache: "no-store" });
    }
    const key = new URL(url);
    key.searchParams.append("bw-arms", arms);
    const kept = await caches.default.match(new Request(key));
    if (kept) return ownOf(kept);
    headers.set(ARMS, arms);
    const fresh = await fetch(new Request(request, { headers }), { cache: "no-store" });
    const keyed = (fresh.headers.get("Vary") || "").includes(ARMS);
    if (fresh.status !== 200 || !keyed || fresh.headers.has("Set-Cookie")) return fresh;
    ctx.waitUntil(caches.default.put(new Request(key), fresh.clone()));
    return ownOf(fresh);
  },
};
"""

_TESTED = """\
  // {name}
  {{
    paths: [{paths}],
    entry: {entry},
  }},
"""


def files(plan: Plan) -> dict[str, str]:
    """Return the file for Cloudflare."""
    tested = "".join(
        _TESTED.format(
            name=each.name,
            paths=_expressions(each.paths),
            entry=_expression(r"(?:^|;\s*)" + each.entry),
        )
        for each in plan.tested
    )
    filled = {
        "header": ARMS_SPELT,
        "tested": tested,
        "rewarded": _expressions(plan.rewarded),
    }
    return {"banditware-worker.mjs": _WORKER % filled}


def _expressions(paths: Iterable[Path]) -> str:
    return ", ".join(_expression(f"^{each.quoted}$") for each in paths)


def _expression(text: str) -> str:
    return f"new RegExp({json.dumps(text)})"
