// Runs a Worker in Node as Cloudflare would: node worker.mjs WORKER PORT APP_PORT.
import http from "node:http";
import { pathToFileURL } from "node:url";

const [, , worker, port, app] = process.argv;

// A cache like Cloudflare's: by URL alone, whatever `Vary` says; it keeps no cookies.
const kept = new Map();
globalThis.caches = {
  default: {
    async match(request) {
      const found = kept.get(request.url);
      if (!found) return undefined;
      const response = found.clone();
      response.headers.set("X-Cache", "HIT");
      return response;
    },
    async put(request, response) {
      if (response.headers.has("Set-Cookie")) throw new Error("a cookie must not be kept");
      kept.set(request.url, new Response(await response.arrayBuffer(), response));
    },
  },
};

const { default: handler } = await import(pathToFileURL(worker));

const server = http.createServer(async (incoming, outgoing) => {
  const waiting = [];
  const ctx = { waitUntil: (promise) => waiting.push(promise) };
  const url = `http://127.0.0.1:${app}${incoming.url}`;
  const { host, connection, ...headers } = incoming.headers;
  const request = new Request(url, { method: incoming.method, headers, redirect: "manual" });
  const response = await handler.fetch(request, {}, ctx);
  const body = Buffer.from(await response.arrayBuffer());
  const cookies = response.headers.getSetCookie();
  const lines = [...response.headers].filter(
    ([name]) => !["set-cookie", "connection", "transfer-encoding"].includes(name),
  );
  outgoing.writeHead(response.status, [...lines, ...cookies.map((each) => ["set-cookie", each])].flat());
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
  await Promise.all(waiting);
});

server.listen(Number(port), "127.0.0.1");
