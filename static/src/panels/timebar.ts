// The time slider: a native range, so that keys, fingers and screen readers know it.
import { element, icon, iconButton } from "../dom.ts";
import type { Store } from "../state.ts";
import { partsOf, timeline, type Step } from "../text/times.ts";
import type { Words } from "../words.ts";

const FRAME_MS = 900;

export class TimeBar {
  private readonly root: HTMLElement;
  private readonly store: Store;
  private readonly words: Words;
  private readonly offsetMin: number;
  private readonly range = element("input", { type: "range", min: "0", step: "1" });
  private readonly strip = element("div", { class: "strip", "aria-hidden": "true" });
  private readonly clock = element("output", { class: "clock" });
  private readonly play: HTMLButtonElement;
  private readonly newest: HTMLButtonElement;
  private steps: Step[] = [];
  private timer = 0;

  constructor(root: HTMLElement, store: Store, words: Words, offsetMin: number) {
    this.root = root;
    this.store = store;
    this.words = words;
    this.offsetMin = offsetMin;
    this.play = iconButton("play", words.text("time.play"), () => (this.timer ? this.stop() : this.start()));
    this.play.classList.add("play");
    this.newest = iconButton("newest", words.text("time.newest"), () => this.go(this.steps.length - 1));
    this.range.setAttribute("aria-label", words.text("time.title"));
    this.range.addEventListener("input", () => {
      this.stop();
      this.go(Number(this.range.value));
    });
    const back = iconButton("back", words.text("time.back"), () => this.step(-1));
    const forward = iconButton("forward", words.text("time.forward"), () => this.step(1));
    this.root.append(
      this.play,
      element("div", { class: "slide" }, this.range, this.strip),
      element("div", { class: "when" }, this.clock, element("div", { class: "steps" }, back, forward, this.newest)),
    );
    new ResizeObserver(() => this.mark()).observe(this.strip);
  }

  show(times: readonly string[]): void {
    this.steps = timeline(times);
    this.root.hidden = this.steps.length === 0;
    if (this.root.hidden) return;
    const index = this.index;
    this.range.max = String(this.steps.length - 1);
    this.range.value = String(index);
    const { time, known } = this.steps[index]!;
    const text = this.words.clock(time);
    this.clock.replaceChildren(text, known ? "" : element("small", {}, this.words.text("time.gap")));
    this.range.setAttribute("aria-valuetext", known ? text : `${text}, ${this.words.text("time.gap")}`);
    this.range.style.setProperty("--done", `${(100 * index) / Math.max(1, this.steps.length - 1)}%`);
    this.newest.disabled = index === this.steps.length - 1;
    this.mark();
  }

  private get index(): number {
    const { time } = this.store.state;
    const found = time === null ? -1 : this.steps.findIndex((step) => step.time === time);
    return found < 0 ? this.steps.length - 1 : found;
  }

  private go(index: number): void {
    const last = this.steps.length - 1;
    const step = this.steps[Math.max(0, Math.min(last, index))];
    if (step) this.store.set({ time: index >= last ? null : step.time });
  }

  /** The next hour that has data, in one direction. */
  private step(by: number): void {
    this.stop();
    let index = this.index + by;
    while (this.steps[index] && !this.steps[index]!.known) index += by;
    if (this.steps[index]) this.go(index);
  }

  private start(): void {
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
  }

  private face(name: string, label: string): void {
    this.play.replaceChildren(icon(name));
    this.play.setAttribute("aria-label", this.words.text(label));
    this.play.title = this.words.text(label);
  }

  /** Days and hours under the slider, and the hours that are missing. */
  private mark(): void {
    const width = this.strip.clientWidth;
    const count = this.steps.length;
    if (!width || count < 2) return this.strip.replaceChildren();
    const hourPx = width / (count - 1);
    const every = [3, 6, 12, 24, 48, 96, 168].find((hours) => hours * hourPx >= 52) ?? 336;
    const marks: HTMLElement[] = [];
    this.steps.forEach(({ time, known }, i) => {
      const { day, month, weekday, clock } = partsOf(time, this.offsetMin);
      const hour = Number(clock.slice(0, 2));
      const midnight = hour === 0 && clock.endsWith(":00");
      const days = Math.floor((Date.parse(time) / 3_600_000 + this.offsetMin / 60) / 24);
      const wanted = every < 24 ? hour % every === 0 && clock.endsWith(":00") : midnight && days % (every / 24) === 0;
      const left = `${(100 * i) / (count - 1)}%`;
      if (!known) marks.push(at(element("i", { class: "gap" }), left));
      if (!wanted || i * hourPx < 14 || (count - 1 - i) * hourPx < 14) return;
      const months = this.words.messages.list("date.months");
      const weekdays = this.words.messages.list("date.weekdays");
      const text = !midnight ? clock : every > 24 ? `${day} ${months[month]}` : `${weekdays[weekday]} ${day}`;
      marks.push(at(element("span", midnight ? { class: "midnight" } : {}, text), left));
    });
    this.strip.replaceChildren(...marks);
  }
}

function at(made: HTMLElement, left: string): HTMLElement {
  made.style.left = left;
  return made;
}
