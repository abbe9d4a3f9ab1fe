// Names on the map: those of stations and places, in the language of the page, never one over the other.
import type { Language } from "../config.ts";
import { Occupied, placeName, type Side } from "../declutter.ts";
import { element } from "../dom.ts";
import type { Handle, MapView, Position } from "./leaflet.ts";

export interface Place {
  id: string;
  kind: string;
  country: string;
  min_zoom: number;
  lon: number;
  lat: number;
  [name: `name_${string}`]: string | undefined;
}

interface Wanted {
  key: string;
  text: string;
  position: Position;
  kind: string;
  gap: number; // pixels from the position to the name; 0 puts the name on it
  dot?: boolean; // the position has no mark of its own
}

const HOME = new Set(["KZ", "UZ"]);
const SETTLED = new Set(["capital", "city", "town", "village"]);
const WATER = new Set(["lake", "sea", "river", "reservoir"]);
const LINE_PX = 17;

export class Names {
  private readonly map: MapView;
  private readonly shown = new Map<string, { side: string; text: string; handle: Handle }>();
  private readonly widths = new Map<string, number>(); // by kind and text
  private readonly ruler = document.createElement("canvas").getContext("2d")!;

  constructor(map: MapView) {
    this.map = map;
  }

  /** Show as many of the wanted names as fit beside what is already taken, in their order. */
  show(wanted: readonly Wanted[], occupied: Occupied): void {
    const { x: width, y: height } = this.map.size;
    const keep = new Set<string>();
    for (const name of wanted) {
      const at = this.map.pixel(name.position);
      if (at.x < -40 || at.y < -40 || at.x > width + 40 || at.y > height + 40 || keep.has(name.key)) continue;
      const sides: readonly Side[] = name.gap ? ["right", "left", "below", "above"] : ["below"];
      // A name without a mark stands in the middle of its position.
      const y = name.gap ? at.y : at.y - LINE_PX / 2;
      const side = placeName(occupied, at.x, y, name.gap, this.width(name), LINE_PX, sides);
      if (side === null) continue;
      keep.add(name.key);
      this.put(name, name.gap ? side : "middle");
    }
    for (const [key, { handle }] of this.shown) {
      if (keep.has(key)) continue;
      handle.remove();
      this.shown.delete(key);
    }
  }

  private put(name: Wanted, side: string): void {
    const old = this.shown.get(name.key);
    if (old?.side === side && old.text === name.text) return;
    old?.handle.remove();
    const made = element("span", { class: "name", "data-kind": name.kind, "data-side": side, "data-dot": name.dot, "aria-hidden": "true" }, name.text);
    made.style.setProperty("--gap", `${name.gap}px`);
    this.shown.set(name.key, { side, text: name.text, handle: this.map.mark(made, name.position, "names") });
  }

  private width({ text, kind }: Wanted): number {
    const key = `${kind} ${text}`;
    const width = this.widths.get(key) ?? this.measured(text, kind);
    this.widths.set(key, width);
    return width;
  }

  private measured(text: string, kind: string): number {
    this.ruler.font = kind === "capital" ? "650 14px Inter, sans-serif" : "500 12.5px Inter, sans-serif";
    return this.ruler.measureText(text).width * (kind === "region" ? 1.3 : 1) + 4;
  }
}

export function placeNames(places: readonly Place[], zoom: number, language: Language): (Wanted & { order: number })[] {
  return places
    .filter((place) => place.min_zoom <= zoom + 0.5)
    .map((place) => ({
      key: `place/${place.id}`,
      text: place[`name_${language}`] || place.name_en || place.id,
      position: [place.lon, place.lat] as const,
      kind: WATER.has(place.kind) ? "water" : SETTLED.has(place.kind) && !HOME.has(place.country) ? "abroad" : place.kind,
      gap: SETTLED.has(place.kind) ? 7 : 0,
      dot: SETTLED.has(place.kind),
      order: place.min_zoom,
    }))
    .sort((a, b) => a.order - b.order);
}
