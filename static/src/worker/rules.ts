// What the service worker keeps, and how long it believes it.

export type Rule = "page" | "current" | "fixed" | "pass";

export const LANGUAGES = ["kk", "uz", "ru", "en"] as const;
const KEPT_PAGES = new Set(["lite", "meaning", "words"]);
const FIXED_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$|^static$/;
const VERSION = /^[0-9a-f]{1,40}(-[0-9a-f]{1,16})?$/;
const HASHED = /-[0-9A-Za-z]{8,12}\.\w+$/;

/**
 * How an address below the root is answered.
 *
 * "page" and "current" are asked of the server first and come from the cache only without a line; "fixed" never
 * changes under its name, so that what is kept is as good as what would come; all else passes by.
 */
export function ruleFor(path: string): Rule {
  if (path === "/current.json") return "current";
  const words = path.split("/").slice(1);
  const [first = "", second = "", third = ""] = words;
  if (path === "/") return "page";
  if ((LANGUAGES as readonly string[]).includes(first)) return words.length === 1 || KEPT_PAGES.has(second) ? "page" : "pass";
  if (first === "static") return HASHED.test(path) ? "fixed" : second === "basemap" ? "page" : "pass";
  if (first === "words" && words.length === 2) return HASHED.test(path) ? "fixed" : "pass";
  if (first === "tiles" && words.length === 8) return VERSION.test(words[3]!) && FIXED_TIME.test(words[4]!) ? "fixed" : "pass";
  if (first === "files" && words.length === 4) {
    const time = words[3]!.replace(/\.[a-z0-9]+$/, "");
    return third !== "latest" && VERSION.test(third) && FIXED_TIME.test(time) ? "fixed" : "pass";
  }
  // A first picture with a fixed time shows that hour, and nothing else on the page does.
  if (path === "/map.webp" || path === "/map.jpeg") return "page";
  return "pass";
}

/** The addresses to give up so that at most `most` are kept: those that were kept first. */
export function surplus<T>(kept: readonly T[], most: number): T[] {
  return kept.slice(0, Math.max(0, kept.length - most));
}

/** A kept page says by itself that it is one: its banner, which the server has written, is no longer hidden. */
export function marked(html: string): string {
  return html.replace(/(<p id="stale"[^>]*?) hidden(>)/, "$1$2");
}
