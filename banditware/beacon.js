// banditware: says when a page is seen, and what happens on it. See docs/visitors.md.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return;
  const url = script.src.replace(/\/[^/]*$/, "");
  const perRequest = 8; // their tokens fit into a URL of 4,000 characters

  const send = (query) => {
    const target = `${url}?${query}`;
    if (navigator.sendBeacon && navigator.sendBeacon(target)) return;
    const request = { method: "POST", keepalive: true, credentials: "same-origin" };
    fetch(target, request).catch(() => {});
  };

  const whenSeen = (call) => {
    const look = () => {
      if (document.prerendering) {
        document.addEventListener("prerenderingchange", look, { once: true });
      } else if (document.visibilityState === "visible") {
        call();
      } else {
        document.addEventListener("visibilitychange", look, { once: true });
      }
    };
    look();
  };

  const tokens = (script.dataset.decisions || "").split(" ").filter(Boolean);
  const [page] = performance.getEntriesByType("navigation");
  if (tokens.length && !(page && page.responseStatus >= 400)) {
    whenSeen(() => {
      for (let first = 0; first < tokens.length; first += perRequest) {
        const some = tokens.slice(first, first + perRequest);
        send(new URLSearchParams(some.map((token) => ["seen", token])));
      }
    });
  }

  window.banditware = window.banditware || {
    reward: (experiment, { goal, amount } = {}) => {
      const query = new URLSearchParams({ reward: experiment });
      if (goal !== undefined) query.set("goal", goal);
      if (amount !== undefined) query.set("amount", amount);
      whenSeen(() => send(query));
    },
  };
})();
