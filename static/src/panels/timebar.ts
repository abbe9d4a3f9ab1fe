// The time slider: a native range, so that keys, fingers and screen readers know it.
import { element, icon, iconButton } from "../dom.ts";
import type { State, Store } from "../state.ts";
import { partsOf, timeline, type Step } from "../text/times.ts";
import type { Words } from "../words.ts";

const FRAME_MS = 900;
const NEAR = 2; // hours on each side that are fetched ahead
const SETTLED_MS = 250; // before hours around are fetched
const JUMPS: Record<string, number> = { PageUp: -24, PageDown: 24 };

export interface TimeListener {
  say: (text: string) => void;
  near: (times: string[]) => void; // hours that may be asked for next, nearest first
}

export class TimeBar {
  private readonly root: HTMLElement;
  private readonly store: Store;
  private readonly words: Words;
  private readonly offsetMin: number;
  private readonly listener: TimeListener;
  private readonly range = element("input", { type: "range", min: "0", step: "1" });
  private readonly known = element("div", { class: "known", "aria-hidden": "true" });
  private readonly strip = element("div", { class: "strip", "aria-hidden": "true" });
  private readonly local = element("strong");
  private readonly utc = element("small");
  private readonly play: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly forward: HTMLButtonElement;
  private readonly live: HTMLButtonElement;
  private times: readonly string[] = [];
  private steps: Step[] = [];
  private timer = 0;
  private settling = 0;
  private used = false;

  constructor(root: HTMLElement, store: Store, words: Words, offsetMin: number, listener: TimeListener) {
    this.root = root;
    this.store = store;
    this.words = words;
    this.offsetMin = offsetMin;
    this.listener = listener;
    this.play = iconButton("play", words.text("time.play"), () => (this.timer ? this.stop() : this.start()));
    this.play.classList.add("play");
    this.live = element("button", { type: "button", class: "live", title: words.text("time.follow") }, words.text("time.live"));
    this.live.addEventListener("click", () => {
      this.stop();
      this.store.set({ time: null });
      this.listener.say(this.text);
    });
    this.range.setAttribute("aria-label", words.text("time.title"));
    this.range.addEventListener("input", () => {
      this.stop();
      this.go(Number(this.range.value));
    });
    this.range.addEventListener("keydown", (event) => {
      const jump = JUMPS[event.key];
      if (jump === undefined) return;
      event.preventDefault();
      this.stop();
      this.go(this.index + jump);
    });
    this.back = iconButton("back", words.text("time.back"), () => this.step(-1));
    this.forward = iconButton("forward", words.text("time.forward"), () => this.step(1));
    this.root.append(
      this.play,
      element("div", { class: "slide" }, this.range, this.known, this.strip),
      element("div", { class: "when" }, element("output", { class: "clock" }, this.local, this.utc), element("div", { class: "steps" }, this.back, this.forward, this.live)),
    );
    // A hand on the slider: what it may choose next is fetched before it does.
    for (const hand of ["pointerenter", "focusin"]) this.root.addEventListener(hand, () => this.look(), { once: true });
    new ResizeObserver(() => this.mark()).observe(this.strip);
  }

  show(times: readonly string[]): void {
    const others = times !== this.times; // the same list holds the same times
    if (others) this.steps = timeline(times);
    this.times = times;
    this.root.hidden = this.steps.length === 0;
    if (this.root.hidden) return;
    const index = this.index;
    const last = this.steps.length - 1;
    this.range.max = String(last);
    this.range.value = String(index);
    const { time, known } = this.steps[index]!;
    this.local.textContent = this.words.clock(time);
    this.utc.textContent = known ? this.words.utc(time) : this.words.text("time.gap");
    this.utc.classList.toggle("gap-word", !known);
    this.range.setAttribute("aria-valuetext", this.text);
    this.range.style.setProperty("--done", `${(100 * index) / Math.max(1, last)}%`);
    this.live.setAttribute("aria-pressed", String(this.store.state.time === null));
    this.back.disabled = index === 0;
    this.forward.disabled = index === last;
    if (others) this.mark();
    if (this.used) this.ahead();
  }

  private get text(): string {
    const { time, known } = this.steps[this.index]!;
    const text = this.words.clock(time);
    return known ? text : `${text}, ${this.words.text("time.gap")}`;
  }

  private get index(): number {
    const { time } = this.store.state;
    const found = time === null ? -1 : this.steps.findIndex((step) => step.time === time);
    return found < 0 ? this.steps.length - 1 : found;
  }

  private go(index: number): void {
    const last = this.steps.length - 1;
    const step = this.steps[Math.max(0, Math.min(last, index))];
    const patch: Partial<State> = step ? { time: index >= last ? null : step.time } : {};
    this.store.set(patch);
  }

  /** The next hour that has data, in one direction; said, since the focus stays on the button. */
  private step(by: number): void {
    this.stop();
    let index = this.index + by;
    while (this.steps[index] && !this.steps[index]!.known) index += by;
    if (!this.steps[index]) return;
    this.go(index);
    this.listener.say(this.text);
  }

  private look(): void {
    this.used = true;
    this.ahead();
  }

  /** Tell which hours may be asked for next, once the slider rests. */
  private ahead(): void {
    window.clearTimeout(this.settling);
    const wait = this.timer ? 0 : SETTLED_MS;
    this.settling = window.setTimeout(() => {
      const around = Array.from({ length: 2 * NEAR }, (_, i) => this.index + (i % 2 ? 1 : -1) * (1 + Math.floor(i / 2)));
      this.listener.near(around.flatMap((at) => (this.steps[at]?.known ? [this.steps[at]!.time] : [])));
    }, wait);
  }

  private start(): void {
    this.look();
    if (this.index === this.steps.length - 1) this.go(Math.max(0, this.steps.length - 25)); // the last day
    this.timer = window.setInterval(() => {
      const next = this.index + 1;
      if (next >= this.steps.length) this.stop();
      else this.go(next);
    }, FRAME_MS);
    this.face("pause", "time.pause");
  }

  private stop(): void {
    if (!this.timer) return;
    window.clearInterval(this.timer);
    this.timer = 0;
    this.face("play", "time.play");
    if (this.steps.length) this.listener.say(this.text);
  }

  private face(name: string, label: string): void {
    this.play.replaceChildren(icon(name));
    this.play.setAttribute("aria-label", this.words.text(label));
    this.play.title = this.words.text(label);
  }

  /** Days and hours under the slider, and a line where there are data: a gap in it is a gap in them. */
  private mark(): void {
    const width = this.strip.clientWidth;
    const count = this.steps.length;
    this.known.replaceChildren(...this.runs());
    if (!width || count < 2) return this.strip.replaceChildren();
    const hourPx = width / (count - 1);
    const every = [3, 6, 12, 24, 48, 96, 168].find((hours) => hours * hourPx >= 52) ?? 336;
    const marks: HTMLElement[] = [];
    this.steps.forEach(({ time }, i) => {
      const { day, month, weekday, clock } = partsOf(time, this.offsetMin);
      const hour = Number(clock.slice(0, 2));
      const midnight = hour === 0 && clock.endsWith(":00");
      const days = Math.floor((Date.parse(time) / 3_600_000 + this.offsetMin / 60) / 24);
      const wanted = every < 24 ? hour % every === 0 && clock.endsWith(":00") : midnight && days % (every / 24) === 0;
      if (!wanted || i * hourPx < 14 || (count - 1 - i) * hourPx < 14) return;
      const months = this.words.messages.list("date.months");
      const weekdays = this.words.messages.list("date.weekdays");
      const text = !midnight ? clock : every > 24 ? `${day} ${months[month]}` : `${weekdays[weekday]} ${day}`;
      const mark = element("span", midnight ? { class: "midnight" } : {}, text);
      mark.style.left = `${(100 * i) / (count - 1)}%`;
      marks.push(mark);
    });
    this.strip.replaceChildren(...marks);
  }

  private runs(): HTMLElement[] {
    const count = this.steps.length;
    const made: HTMLElement[] = [];
    for (let i = 0; i < count; i++) {
      if (!this.steps[i]!.known) continue;
      let end = i;
      while (this.steps[end + 1]?.known) end++;
      const run = element("i");
      // Each hour is as wide as a step, half of it on each side of its place.
      const share = (at: number): number => Math.min(100, Math.max(0, (100 * at) / Math.max(1, count - 1)));
      run.style.left = `${share(i - 0.5)}%`;
      run.style.width = `${share(end + 0.5) - share(i - 0.5)}%`;
      made.push(run);
      i = end;
    }
    return made;
  }
}
