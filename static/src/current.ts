// The moving part: which versions and times exist now. The browser keeps the ETag.
import { Live } from "./live.ts";

export interface Entry {
  time: string; // "static" for a layer without time
  data: string; // version of the data: address of files
  versions: Record<string, string>; // style -> version: address of tiles
}

interface Document {
  generated: string;
  context: string;
  layers: { id: string; count?: number; times: Entry[] }[];
}

export class Current {
  private readonly entries = new Map<string, Map<string, Entry>>();
  private readonly hours = new Map<string, readonly string[]>(); // the times of each, the same list until there are others
  private readonly counts = new Map<string, number>();
  private readonly address: string;
  private readonly events: string;
  private seen = "";
  private made = 0;
  private tag = "";
  /** Ask now. */
  again: () => Promise<void> = async () => undefined;

  constructor(root: string) {
    this.address = `${root}/current.json`;
    this.events = `${root}/api/v1/events`;
  }

  /** Ask once, then be told or ask every minute; `changed` is called when something new is there, `failed` when asking fails. */
  async start(changed: () => void, failed: (failing: boolean) => void): Promise<void> {
    let asked = 0;
    let taken = 0;
    const ask = async (cache: RequestCache = "no-cache"): Promise<void> => {
      const turn = ++asked;
      try {
        const answer = await fetch(this.address, { cache });
        if (!answer.ok) throw new Error(`${this.address}: ${answer.status}`);
        const text = await answer.text();
        if (turn < taken) return; // one that was asked for later came before
        taken = turn;
        const tag = /^(?:W\/)?"(.*?)(?:-gz)?"$/.exec(answer.headers.get("ETag") ?? "")?.[1] ?? "";
        const same = text === this.seen || (tag !== "" && tag === this.tag); // the moment of the answer is no news
        this.tag = tag;
        failed(false);
        if (same) return;
        this.seen = text;
        this.take(JSON.parse(text) as Document);
      } catch {
        return failed(true);
      }
      changed();
    };
    this.again = ask;
    await ask("default"); // the answer that the page's head has asked for; later, nothing that the browser has kept
    const live = new Live(this.events, { ask, known: () => this.tag });
    if (!document.hidden) live.start();
    document.addEventListener("visibilitychange", () => {
      live.stop();
      if (document.hidden) return;
      void ask();
      live.start();
    });
  }

  /** Whether the server has said what there is. */
  get answered(): boolean {
    return this.seen !== "";
  }

  /** When the server said so, ms: its clock, not the reader's. */
  get generated(): number {
    return this.made;
  }

  times(layer: string): readonly string[] {
    return this.hours.get(layer) ?? [];
  }

  count(layer: string): number {
    return this.counts.get(layer) ?? 0;
  }

  /** Whether it is known that a layer has nothing to show. */
  empty(layer: string): boolean {
    return this.counts.get(layer) === 0;
  }

  /** The entry of exactly that time, the only entry of a timeless layer; null time is the newest. */
  entry(layer: string, time: string | null): Entry | null {
    const times = this.entries.get(layer);
    if (!times?.size) return null;
    const timeless = times.get("static");
    if (timeless) return timeless;
    return time === null ? [...times.values()].at(-1)! : (times.get(time) ?? null);
  }

  private take(found: Document): void {
    this.made = Date.parse(found.generated);
    this.entries.clear();
    this.hours.clear();
    this.counts.clear();
    for (const layer of found.layers) {
      const times = new Map(layer.times.map((entry) => [entry.time, entry]));
      this.entries.set(layer.id, times);
      this.hours.set(layer.id, [...times.keys()]);
      if (layer.count !== undefined) this.counts.set(layer.id, layer.count);
    }
  }
}
