// Which card is open. Focus goes to its heading and, when it closes, back to where it came from.
import { element } from "../dom.ts";
import type { Parts } from "../later.ts";
import { nameOf } from "../map/station.ts";
import type { Card, State } from "../state.ts";
import { card, featureCard, noticeOf, positionText } from "./card.ts";
import { askPoint, pointBody } from "./point.ts";
import { breaking, scenarioPart } from "./scenario.ts";
import { stationCard } from "./stationcard.ts";

const FOLLOWED = ["time", "unit", "filled", "overlays", "span", "threshold", "style", "weights", "scenario"] as const satisfies (keyof State)[];

const PATIENCE_MS = 300; // until a reader is told that the answer is on its way

export class Cards {
  private readonly root: HTMLElement;
  private readonly parts: Parts;
  private shown: Card | null = null;
  private told = ""; // whose heading had the focus
  private seen = ""; // whose place is in sight
  private before: Element | null = null;
  private turn = 0;

  constructor(root: HTMLElement, parts: Parts) {
    this.root = root;
    this.parts = parts;
  }

  follow(changed: ReadonlySet<keyof State> | null): void {
    const now = this.parts.store.state.card;
    if (!now) return this.hide();
    const name = JSON.stringify(now);
    const fresh = name !== JSON.stringify(this.shown);
    if (!fresh && changed && !FOLLOWED.some((key) => changed.has(key))) return;
    if (fresh && this.root.hidden) this.before = document.activeElement;
    this.shown = now;
    void this.fill(now, name).then((filled) => {
      if (!filled) return;
      this.open(name);
      if (this.seen === name) return;
      this.seen = name;
      if (now.kind !== "feature") this.parts.scene.reveal(now.position); // once it is as high as it will be
    });
  }

  /** Show what was put into the card. */
  private open(name: string): void {
    this.root.hidden = false;
    document.body.classList.add("with-card");
    if (this.told === name) return;
    this.told = name;
    this.root.scrollTop = 0;
    this.root.querySelector("h2")?.focus({ preventScroll: true });
  }

  private hide(): void {
    const last = this.shown;
    this.shown = null; // nor does what is still on its way open it
    if (this.root.hidden) return;
    this.told = this.seen = "";
    this.root.hidden = true;
    this.root.replaceChildren();
    document.body.classList.remove("with-card");
    const station = last?.kind === "station" ? this.parts.scene.station(last.layer, last.code) : null;
    if (station && this.parts.scene.focus(station)) return;
    if (this.before instanceof HTMLElement) this.before.focus({ preventScroll: true });
  }

  /** Put a card in the place of another; what had the focus, and what was scrolled to, stay. */
  private put(title: string, kicker: string, notice: string, ...body: Node[]): void {
    const active = document.activeElement;
    const held = active instanceof HTMLElement && this.root.contains(active) ? active : null;
    const turn = held ? this.like(held).indexOf(held) : -1;
    const { scrollTop } = this.root;
    const close = (): void => this.parts.store.set({ card: null });
    this.root.replaceChildren(...card(this.parts.words, title, kicker, notice, close, element("div", { class: "card-body" }, ...body)));
    this.root.scrollTop = scrollTop;
    const again = held && ((held.id ? document.getElementById(held.id) : this.like(held)[turn]) ?? this.root.querySelector("h2"));
    again?.focus({ preventScroll: true });
  }

  /** What is of one kind in the card; not everything has a name of its own. */
  private like({ tagName, className }: HTMLElement): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(tagName)].filter((each) => each.className === className);
  }

  /** False where it came too late: another card, hour or choice has been asked for. */
  private async fill(now: Card, name: string): Promise<boolean> {
    const turn = ++this.turn;
    const late = (): boolean => this.shown !== now || this.turn !== turn;
    const { config, words, scene, store, moments } = this.parts;
    const layer = config.layers.find((each) => each.id === now.layer);
    if (now.kind === "station" && layer) {
      const station = scene.station(now.layer, now.code);
      const kicker = words.text("card.station");
      const body = station && (await stationCard(layer, station, this.parts));
      if (late()) return false;
      if (station && body) this.put(nameOf(station.reading, config.language), kicker, noticeOf(config, words, layer), ...body);
      else this.put(now.code, kicker, "", element("p", {}, words.text("card.no_value")));
    } else if (now.kind === "feature" && layer && now.feature) {
      const { title, body } = featureCard(config, layer, now.feature, words);
      const breaks = breaking(config, layer, now.feature);
      const rest = breaks ? [await scenarioPart(this.parts, breaks)] : [];
      if (late()) return false;
      this.put(title, layer.title, noticeOf(config, words, layer), body, ...rest);
    } else if (now.kind === "point") {
      const title = positionText(now.position, words);
      const kicker = words.text("point.title");
      const time = moments.shown;
      const when = time ? [element("p", { class: "caption" }, words.clock(time))] : [];
      const waiting = window.setTimeout(() => {
        // What stands there of this place and another hour says so itself. Who has pressed nothing, but followed a link, waits for no answer.
        if (late() || this.seen === name || !this.parts.pressed()) return;
        this.put(title, kicker, "", ...when, element("p", {}, words.text("point.coming")));
        this.open(name);
      }, PATIENCE_MS);
      try {
        const filled = config.layers.find((each) => each.id === store.state.filled);
        const found = await askPoint(config.root, now.position, time, filled ?? null, store.state);
        if (late()) return false;
        this.put(title, kicker, noticeOf(config, words), ...when, ...pointBody(found, this.parts));
      } catch {
        if (late()) return false;
        this.put(title, kicker, "", element("p", {}, words.text("point.failed")));
      } finally {
        window.clearTimeout(waiting);
      }
    }
    return true;
  }
}
