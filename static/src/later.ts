// What the first view does not need: cards, choices, lists, comparison, sharing. One script, loaded on first use.
import type { Shared } from "./address.ts";
import type { Config } from "./config.ts";
import type { Current } from "./current.ts";
import type { Files } from "./files.ts";
import type { MapView } from "./map/leaflet.ts";
import type { Moments } from "./moments.ts";
import { Cards } from "./panels/cards.ts";
import { Comparison } from "./panels/comparison.ts";
import { Keeping } from "./panels/keeping.ts";
import { showLayers } from "./panels/layers.ts";
import { nameScenario } from "./panels/scenario.ts";
import { Sheets } from "./panels/sheets.ts";
import { Tables } from "./panels/tables.ts";
import type { Scene } from "./scene.ts";
import type { State, Store } from "./state.ts";
import type { Words } from "./words.ts";

/** What the page has made by then, and shares. */
export interface Parts {
  config: Config;
  map: MapView;
  store: Store;
  scene: Scene;
  current: Current;
  files: Files;
  words: Words;
  moments: Moments;
  say: (text: string) => void; // to those who do not see it
  shared: () => Shared; // the state as an address has it
  pressed: () => boolean; // whether the reader has pressed anything yet
}

export type Tool = "layers" | "table" | "compare" | "keep";

export interface Later {
  press(tool: Tool, button: HTMLElement): void;
  escape(): void;
  follow(state: State, changed: ReadonlySet<keyof State> | null): void;
}

export function begin(parts: Parts): Later {
  const { config, store, words } = parts;
  const sheets = new Sheets(document.getElementById("layers")!, words);
  const cards = new Cards(document.getElementById("card")!, parts);
  const tables = new Tables(parts);
  const comparison = new Comparison(parts, sheets.add("compare", words.text("compare.title")));
  const keeping = new Keeping(parts, sheets.add("keep", words.text("keep.title")));
  const layers = sheets.add("layers", words.text("layers.title"));
  sheets.onClosed = (name) => {
    if (name === "compare" && store.state.against) store.set({ against: null });
  };

  return {
    press(tool, button) {
      if (tool === "table") return store.set({ table: true });
      sheets.toggle(tool, button);
      if (tool === "keep") keeping.show();
      if (tool === "compare" && sheets.isOpen("compare")) comparison.begin();
    },
    escape() {
      if (store.state.card) store.set({ card: null });
      else sheets.close();
    },
    follow(state, changed) {
      const any = (...keys: (keyof State)[]): boolean => changed === null || keys.some((key) => changed.has(key));
      // A slider that is being moved must not be made anew under the hand.
      const moving = changed?.size === 1 && (changed.has("threshold") || changed.has("weights")) && layers.contains(document.activeElement);
      if (any("filled", "style", "threshold", "weights", "overlays", "unit") && !moving) showLayers(layers, config, store, words);
      if (any("against") && state.against && !sheets.isOpen("compare")) sheets.open("compare", null);
      if (any("against") && !state.against && sheets.isOpen("compare")) sheets.close();
      comparison.follow(state);
      if (sheets.isOpen("keep")) keeping.show();
      nameScenario(parts);
      tables.follow(state, changed);
      cards.follow(changed);
    },
  };
}
