// The service worker: the last state without a line, always said to be the last one.
import { marked, ruleFor, surplus } from "./rules.ts";

declare const self: ServiceWorkerGlobalScope;

const EDITION = "1";
const PAGES = `kyzylkum-pages-${EDITION}`;
const FIXED = `kyzylkum-fixed-${EDITION}`;
const MOST_PAGES = 24;
const MOST_FIXED = 500;
const PATIENCE_MS = 8_000; // a line that does not answer for so long is none
const ROOT = new URL(self.registration.scope).pathname.replace(/\/$/, "");

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(forget()));
self.addEventListener("message", (event) => {
  const { keep: wanted, ask } = event.data as { keep?: string[]; ask?: string };
  if (wanted) event.waitUntil(keepAll(wanted));
  if (ask) event.waitUntil(fromServer(new Request(`${ROOT}/current.json`)).then(() => tell(false), () => tell(true)));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const rule = ruleFor(url.pathname.slice(ROOT.length) || "/");
  if (rule === "fixed") event.respondWith(fixed(request));
  else if (rule !== "pass") event.respondWith(newest(request, rule === "current"));
});

/** What never changes under its name: kept, else asked for. */
async function fixed(request: Request): Promise<Response> {
  const cache = await caches.open(FIXED);
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) await put(cache, request, answer.clone(), MOST_FIXED);
  return answer;
}

/** What changes: asked for; only without a line what was kept, and then everybody is told. */
async function newest(request: Request, tells: boolean): Promise<Response> {
  const cache = await caches.open(PAGES);
  const key = keyOf(request);
  try {
    const answer = await fromServer(request, tells);
    // A redirected or broken answer is not the last state.
    if (answer.status === 200 && !answer.redirected) await put(cache, key, answer.clone(), MOST_PAGES);
    if (tells) await tell(false);
    return answer;
  } catch (reason) {
    const kept = await cache.match(key, { ignoreVary: true });
    if (!kept) throw reason;
    await tell(true);
    return request.mode === "navigate" ? said(kept) : kept;
  }
}

/** Page addresses are kept without their query: what is shared is read by the page itself. */
function keyOf(request: Request): Request {
  if (request.mode !== "navigate") return request;
  const url = new URL(request.url);
  return new Request(url.origin + url.pathname);
}

/**
 * Ask the server. What tells whether there is a line is asked of the server itself, for the browser's own cache would
 * answer for a minute without one; and it comes soon or not at all, while a picture may be drawn first.
 */
async function fromServer(request: Request, tells = true): Promise<Response> {
  const answer = await fetch(request, tells ? { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) } : undefined);
  // A proxy that has lost the server is no line either; for a page, neither is a server that starts or is full.
  if (answer.status === 502 || answer.status === 504 || (answer.status === 503 && request.mode === "navigate")) throw new Error(`${request.url}: ${answer.status}`);
  return answer;
}

/** A kept page with its banner shown. */
async function said(kept: Response): Promise<Response> {
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(marked(await kept.text()), { status: 200, headers });
}

async function put(cache: Cache, request: Request, answer: Response, most: number): Promise<void> {
  try {
    await cache.delete(request, { ignoreVary: true }); // what is kept anew is the youngest
    await cache.put(request, answer);
    for (const old of surplus(await cache.keys(), most)) await cache.delete(old);
  } catch {
    // A full disk keeps nothing; the answer is there all the same.
  }
}

/** Keep what an open page was made of: the worker was not there when it asked. */
async function keepAll(addresses: readonly string[]): Promise<void> {
  for (const address of new Set(addresses)) {
    const url = new URL(address, self.location.origin);
    if (url.origin !== self.location.origin) continue;
    const rule = ruleFor(url.pathname.slice(ROOT.length) || "/");
    if (rule === "pass") continue;
    const cache = await caches.open(rule === "fixed" ? FIXED : PAGES);
    if (await cache.match(url.href, { ignoreVary: true })) continue;
    const answer = await fetch(url.href).catch(() => null);
    if (answer?.status === 200) await put(cache, new Request(url.href), answer, rule === "fixed" ? MOST_FIXED : MOST_PAGES);
  }
}

/** Tell every page, each time: a worker is ended between two questions and remembers nothing. */
async function tell(offline: boolean): Promise<void> {
  for (const client of await self.clients.matchAll()) client.postMessage({ offline });
}

/** Give up what earlier editions kept. */
async function forget(): Promise<void> {
  const mine = new Set([PAGES, FIXED]);
  const names = (await caches.keys()).filter((name) => name.startsWith("kyzylkum-") && !mine.has(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}
