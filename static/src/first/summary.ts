// The state of the network in words stays that of the newest hour while a page is open.

interface Summary {
  level: string;
  when: string;
  text: string;
  offline: string;
}

const EVERY_MS = 60_000;

export function followState(address: string): void {
  const said = document.getElementById("state");
  if (!said) return;
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    const answer = await fetch(address, { cache: "no-cache" }).catch(() => null);
    if (!answer?.ok) return; // what is said names its hour, and the banner tells of the rest
    show(said, (await answer.json()) as Summary);
  };
  window.setInterval(() => void ask(), EVERY_MS);
  document.addEventListener("visibilitychange", () => void ask());
}

function show(said: HTMLElement, summary: Summary): void {
  put(said.querySelector(".of-hour"), summary.when);
  put(said.querySelector(".said"), summary.text);
  said.dataset.level = summary.level;
  put(document.getElementById("stale"), summary.offline);
}

/** A text that has not changed is not put again: it would be read aloud again. */
function put(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
