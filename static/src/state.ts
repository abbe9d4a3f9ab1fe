// What the reader chose. Panels change it, the map and the panels follow it.
import type { DoseUnit } from "./text/numbers.ts";

export type Theme = "light" | "dark";

export interface Card {
  kind: "station" | "feature" | "point";
  layer: string; // id; "" for a point
  code: string; // of a station, id of a feature
  position: readonly [lon: number, lat: number];
  feature: GeoJSON.Feature | null;
}

/** What the right side of a comparison shows; the left side is the map as it is. */
export type Against = { by: "hours"; hours: number } | { by: "time"; time: string } | { by: "layer"; layer: string; style: string };

export type Span = "48h" | "30d" | "1y";

/** An earthquake as the server is asked for it: its words of a query. null: what the layer itself says. */
export type Scenario = Partial<Record<(typeof SCENARIO)[number], string>>;
export const SCENARIO = ["rupture", "magnitude", "model", "at", "vs30", "rake", "dip", "depth"] as const;

export interface State {
  filled: string | null;
  style: string; // of the filled layer
  threshold: number | null;
  weights: string | null; // of what suitability is weighed by, as addresses have it; null: as the preset says
  scenario: Scenario | null; // of a filled layer that shows one
  overlays: readonly string[];
  time: string | null; // null follows the newest
  unit: DoseUnit;
  theme: Theme;
  card: Card | null;
  span: Span; // of the chart of a station
  table: boolean;
  against: Against | null;
  swipe: number; // where the two sides meet, 0 to 1
  failing: boolean; // the server did not answer
  lost: boolean; // something that is shown did not come, nor when it was asked for again
}

type Listener = (state: State, changed: ReadonlySet<keyof State> | null) => void;

export class Store {
  private readonly listeners: Listener[] = [];
  private now: State;

  constructor(state: State) {
    this.now = state;
  }

  get state(): State {
    return this.now;
  }

  set(patch: Partial<State>): void {
    const changed = new Set(
      (Object.keys(patch) as (keyof State)[]).filter((key) => JSON.stringify(patch[key]) !== JSON.stringify(this.now[key])),
    );
    if (!changed.size) return;
    this.now = { ...this.now, ...patch };
    for (const listener of this.listeners) listener(this.now, changed);
  }

  /** Have the same state followed anew. */
  again(): void {
    for (const listener of this.listeners) listener(this.now, null);
  }

  follow(listener: Listener): void {
    this.listeners.push(listener);
  }
}
