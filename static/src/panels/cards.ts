// Which card is open. Focus goes to its heading and, when it closes, back to where it came from.
import type { Config } from "../config.ts";
import { element } from "../dom.ts";
import type { Scene } from "../scene.ts";
import type { Card, State, Store } from "../state.ts";
import type { Words } from "../words.ts";
import { card, featureCard, noticeOf, positionText, stationCard, titleOfStation } from "./card.ts";
import { askPoint, pointBody } from "./point.ts";

export class Cards {
  private readonly root: HTMLElement;
  private readonly config: Config;
  private readonly store: Store;
  private readonly scene: Scene;
  private readonly words: Words;
  private readonly time: () => string | null;
  private shown: Card | null = null;
  private before: Element | null = null;

  constructor(root: HTMLElement, config: Config, store: Store, scene: Scene, words: Words, time: () => string | null) {
    this.root = root;
    this.config = config;
    this.store = store;
    this.scene = scene;
    this.words = words;
    this.time = time;
  }

  openStation(code: string): void {
    const station = this.scene.anyStation(code);
    if (station) this.store.set({ card: { kind: "station", layer: station.layer, code, position: station.position, feature: null } });
  }

  follow(changed: ReadonlySet<keyof State> | null): void {
    const now = this.store.state.card;
    if (!now) return this.hide();
    const fresh = JSON.stringify(now) !== JSON.stringify(this.shown);
    if (!fresh && changed && !["time", "unit", "filled", "overlays"].some((key) => changed.has(key as keyof State))) return;
    if (fresh && this.root.hidden) this.before = document.activeElement;
    this.shown = now;
    void this.fill(now).then(() => {
      if (this.shown !== now) return;
      this.root.hidden = false;
      document.body.classList.add("with-card");
      if (!fresh) return;
      this.root.querySelector("h2")?.focus({ preventScroll: true });
      if (now.kind !== "feature") this.scene.reveal(now.position);
    });
  }

  private hide(): void {
    if (this.root.hidden) return;
    const last = this.shown;
    this.shown = null;
    this.root.hidden = true;
    this.root.replaceChildren();
    document.body.classList.remove("with-card");
    const station = last?.kind === "station" ? this.scene.station(last.layer, last.code) : null;
    if (station && this.scene.focus(station)) return;
    if (this.before instanceof HTMLElement) this.before.focus({ preventScroll: true });
  }

  private async fill(now: Card): Promise<void> {
    const close = (): void => this.store.set({ card: null });
    const { config, words } = this;
    const put = (title: string, kicker: string, notice: string, ...body: Node[]): void =>
      this.root.replaceChildren(...card(words, title, kicker, notice, close, element("div", { class: "card-body" }, ...body)));
    const layer = config.layers.find((each) => each.id === now.layer);
    if (now.kind === "station" && layer) {
      const station = this.scene.station(now.layer, now.code);
      if (station) put(titleOfStation(station, config), words.text("card.station"), noticeOf(config, words, layer), ...stationCard(layer, station, words));
      else put(now.code, words.text("card.station"), "", element("p", {}, words.text("card.no_value")));
    } else if (now.kind === "feature" && layer && now.feature) {
      const { title, body } = featureCard(config, layer, now.feature, words);
      put(title, layer.title, noticeOf(config, words, layer), body);
    } else if (now.kind === "point") {
      const title = positionText(now.position, words);
      const time = this.time();
      const kicker = words.text("point.title");
      const notice = noticeOf(config, words);
      try {
        const found = await askPoint(config.root, now.position[0], now.position[1], time);
        if (this.shown !== now) return;
        const state = this.store.state;
        const layers = [...(state.filled ? [state.filled] : []), ...state.overlays];
        const when = time ? [element("p", { class: "caption" }, words.clock(time))] : [];
        put(title, kicker, notice, ...when, ...pointBody(config, found, layers, words));
      } catch {
        if (this.shown === now) put(title, kicker, "", element("p", {}, words.text("point.failed")));
      }
    }
  }
}
