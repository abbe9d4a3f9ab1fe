// The last state is kept for a time without a line; a banner says that it is the last one, and of when.

export interface Told {
  offline: boolean;
}

const LATER_MS = 4_000;

export function keepOffline(root: string): void {
  if (!("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  const stale = document.getElementById("stale");
  const show = (offline: boolean): void => {
    if (stale && stale.hidden === offline) stale.hidden = !offline;
  };
  workers.addEventListener("message", (event: MessageEvent<Told>) => show(event.data.offline));
  workers.startMessages();
  window.addEventListener("offline", () => show(true));
  // The worker looks whether the line is back by asking; it tells what it found.
  window.addEventListener("online", () => workers.controller?.postMessage({ ask: "line" }));
  window.addEventListener("load", () =>
    // The first view has the line to itself.
    window.setTimeout(() => {
      void workers
        .register(`${root}/sw.js`, { scope: `${root}/` })
        .then(() => workers.ready)
        .then((ready) => ready.active?.postMessage({ keep: seen() }))
        .catch(() => undefined); // without a worker the page is what it was
    }, LATER_MS),
  );
}

/** What this page was made of: its own address and all that it has asked for so far. */
function seen(): string[] {
  const asked = performance.getEntriesByType("resource").map((entry) => entry.name);
  return [location.pathname, ...asked];
}
