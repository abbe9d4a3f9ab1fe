// What a map did not get: asked for until it comes, said once asking again did not help, and told to all once it came.
import { pause, wait } from "./map/again.ts";
import type { Store } from "./state.ts";

const LOST_MS = 60_000; // between two tries once the first ones did not help

export class Lost {
  private readonly store: Store;
  private readonly again: () => void;
  private tries = 0; // how often it was asked for again
  private missed = false; // something that is shown did not come
  private news = false; // something came since
  private turn = 0;

  /** `again` asks for all that is shown. */
  constructor(store: Store, again: () => void) {
    this.store = store;
    this.again = again;
  }

  /** All is asked for; by somebody who chose something, or once more. */
  begin(chosen: boolean): void {
    this.turn += 1;
    if (chosen) this.tries = 0;
  }

  /** Something has come; `isNew` where it was not there before. */
  came(isNew: boolean): void {
    this.news ||= isNew;
  }

  /** All that will come has come. */
  end(missed: boolean): void {
    const late = this.missed && this.news;
    this.missed = missed;
    this.news = false;
    if (!missed) {
      this.tries = 0;
      this.store.set({ lost: false });
    }
    if (late) this.store.again(); // lists and cards did without it
    else if (missed) void this.retry();
  }

  private async retry(): Promise<void> {
    const { turn } = this;
    // That the server does not answer at all is said already.
    if (this.tries > 0 && !this.store.state.failing) this.store.set({ lost: true });
    if (!(await pause(this.tries))) await wait(LOST_MS);
    if (this.turn !== turn) return;
    this.tries += 1;
    this.again();
  }
}
