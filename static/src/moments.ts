// Which time is shown, of which layer: what the slider, the cards and both sides of a comparison agree upon.
import type { Config } from "./config.ts";
import type { Current } from "./current.ts";
import type { State } from "./state.ts";
import { addHours } from "./text/times.ts";

export class Moments {
  private readonly current: Current;
  private readonly state: () => State;

  constructor(current: Current, state: () => State) {
    this.current = current;
    this.state = state;
  }

  /** The times of the slider: those of the surface, or of the stations where no surface is shown. */
  get all(): readonly string[] {
    const { filled, overlays } = this.state();
    const leading = [filled, ...overlays].map((id) => (id ? this.current.times(id) : []));
    return leading.find((found) => found.length > 1 || (found[0] && found[0] !== "static")) ?? [];
  }

  /** The chosen time, or the newest of the layer that leads. */
  get shown(): string | null {
    return this.state().time ?? this.all.at(-1) ?? null;
  }

  /** The time of the right side of a comparison of times, null where there is no such side. */
  get other(): string | null {
    const { against } = this.state();
    if (against?.by === "time") return against.time;
    return against?.by === "hours" && this.shown ? addHours(this.shown, -against.hours) : null;
  }

  /** What an address may name: a comparison with what this map has. */
  static sound(against: State["against"], config: Config): State["against"] {
    if (against?.by !== "layer") return against;
    const layer = config.layers.find((each) => each.id === against.layer);
    return layer?.styles.some((style) => style.id === against.style) ? against : null;
  }
}
