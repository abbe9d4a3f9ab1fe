// What the first view does not need comes when somebody first reaches for it: one script, one style sheet, one list of words.
// A module that is imported cannot name its integrity, so it is preloaded under it: a file that differs fails there.
import type { Later, Parts } from "./later.ts";

export interface LaterFiles {
  script: Pinned;
  style: Pinned;
  words: string;
}

interface Pinned {
  address: string;
  integrity: string;
}

type Module = { begin: (parts: Parts) => Later };

export async function load({ script, style, words }: LaterFiles, parts: Parts): Promise<Later> {
  const [texts] = await Promise.all([
    parts.files.json<Record<string, string>>(words),
    arrived(link("modulepreload", script)),
    arrived(link("stylesheet", style)),
  ]);
  parts.words.messages.add(texts);
  const { begin } = (await import(script.address)) as Module;
  return begin(parts);
}

function link(rel: string, { address, integrity }: Pinned): HTMLLinkElement {
  const made = document.createElement("link");
  Object.assign(made, { rel, integrity, href: address });
  return made;
}

function arrived(made: HTMLLinkElement): Promise<void> {
  return new Promise((resolve, reject) => {
    made.addEventListener("load", () => resolve());
    made.addEventListener("error", () => {
      made.remove();
      reject(new Error(`${made.href} did not come`));
    });
    document.head.append(made);
  });
}
