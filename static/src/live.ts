// How an open page learns that something new is there: it is told by the server, and asks once a minute where it cannot be.

/** What is followed: the document that is asked for, and the stream that tells its entity tag. */
export interface Followed {
  ask: () => Promise<void>;
  known: () => string; // the entity tag of what is known
}

export interface Pace {
  askMs: number; // between two questions where nobody tells
  laterMs: number; // before a stream is opened: it would take one of six connections from the first view
  againMs: number; // before a full server is asked for a stream again
  staleMs: number[]; // before asking once more where a cache on the way still had the old answer
}

export const PACE: Pace = { askMs: 60_000, laterMs: 10_000, againMs: 300_000, staleMs: [2_000, 11_000] };

export class Live {
  private readonly address: string;
  private readonly followed: Followed;
  private readonly pace: Pace;
  private stream: EventSource | null = null;
  private told = ""; // the entity tag that was told last
  private asking = 0;
  private opening = 0;

  constructor(address: string, followed: Followed, pace: Pace = PACE) {
    this.address = address;
    this.followed = followed;
    this.pace = pace;
  }

  /** Whether the server tells, so that nothing needs to be asked. */
  get listening(): boolean {
    return this.stream?.readyState === 1;
  }

  /** Follow from now on. */
  start(): void {
    this.poll();
    this.later(this.pace.laterMs);
  }

  /** Give the place at the server free, for a page that nobody looks at. */
  stop(): void {
    clearInterval(this.asking);
    clearTimeout(this.opening);
    this.stream?.close();
    this.stream = null;
  }

  private poll(): void {
    clearInterval(this.asking);
    this.asking = setInterval(() => void this.followed.ask(), this.pace.askMs) as unknown as number;
  }

  private later(ms: number): void {
    clearTimeout(this.opening);
    if (typeof EventSource !== "undefined") this.opening = setTimeout(() => this.open(), ms) as unknown as number;
  }

  private open(): void {
    const stream = new EventSource(this.address);
    this.stream = stream;
    stream.addEventListener("open", () => clearInterval(this.asking));
    stream.addEventListener("current", (event) => void this.hear((event as MessageEvent).lastEventId));
    stream.addEventListener("error", () => {
      if (this.stream !== stream) return;
      this.poll();
      // A stream that broke off is opened again by the browser; one that was refused is not.
      if (stream.readyState === 2) this.later(this.pace.againMs * (0.8 + 0.4 * Math.random()));
    });
  }

  private async hear(tag: string): Promise<void> {
    this.told = tag;
    for (const wait of [0, ...this.pace.staleMs]) {
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
      if (this.told !== tag || this.followed.known() === tag) return;
      await this.followed.ask();
    }
  }
}
