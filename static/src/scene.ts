// The map follows the state: base map, surface, features, stations, names.
import type { Config, Layer } from "./config.ts";
import type { Current, Entry } from "./current.ts";
import { Occupied } from "./declutter.ts";
import { element } from "./dom.ts";
import type { Files } from "./files.ts";
import type { Handle, MapView } from "./map/leaflet.ts";
import { Names, placeNames, type Place } from "./map/names.ts";
import { nameOf, type Station } from "./map/station.ts";
import { Stations } from "./map/stations.ts";
import { showSurface, type Area } from "./map/surface.ts";
import { outlineLabels, showFeatures } from "./map/vectors.ts";
import { isOverlay } from "./panels/layers.ts";
import type { State, Store } from "./state.ts";
import type { Words } from "./words.ts";

const DARK_SHARE = 0.8; // of a surface on dark land: light colours would glare
const MOST_FEATURES = 3_000; // beyond, the server's drawn tiles are quicker

interface Kept {
  key: string;
  handle: Handle;
}

export class Scene {
  private readonly config: Config;
  private readonly map: MapView;
  private readonly store: Store;
  private readonly current: Current;
  private readonly files: Files;
  private readonly words: Words;
  private readonly names: Names;
  private readonly marks: Stations;
  private readonly kept = new Map<string, Kept>();
  private readonly groups = new Map<string, Station[]>();
  private readonly collections = new Map<string, GeoJSON.FeatureCollection>();
  private places: Place[] = [];
  private ranks = new Map<string, Place>();

  constructor(config: Config, map: MapView, store: Store, current: Current, files: Files, words: Words) {
    this.config = config;
    this.map = map;
    this.store = store;
    this.current = current;
    this.files = files;
    this.words = words;
    this.names = new Names(map);
    this.marks = new Stations(
      map,
      {
        number: ({ value, unit }) => (value === null ? "" : words.number(value, unit)),
        label: (station) => this.label(station),
      },
      (station) =>
        store.set({ card: { kind: "station", layer: station.layer, code: station.reading.code, position: station.position, feature: null } }),
    );
    map.onMoved(() => this.settle());
    files
      .json<Place[] | { places: Place[] }>(config.places)
      .then((found) => {
        this.places = Array.isArray(found) ? found : found.places;
        this.ranks = new Map(this.places.map((place) => [place.name_en ?? "", place]));
        this.settle();
      })
      .catch(() => undefined); // a map without names of places is still a map
  }

  station(layer: string, code: string): Station | null {
    return this.groups.get(layer)?.find(({ reading }) => reading.code === code) ?? null;
  }

  /** The station of that code in any shown layer: what a link names. */
  anyStation(code: string): Station | null {
    for (const layer of this.groups.keys()) {
      const found = this.station(layer, code);
      if (found) return found;
    }
    return null;
  }

  all(): Station[] {
    return [...this.groups.values()].flat();
  }

  focus(station: Station): boolean {
    return this.marks.focus(station);
  }

  reveal(position: readonly [number, number]): void {
    const wide = window.innerWidth >= 768;
    const covered = wide ? { left: 430, top: 60, right: 320, bottom: 130 } : { left: 40, top: 60, right: 40, bottom: window.innerHeight * 0.64 };
    this.map.reveal(position, covered);
  }

  /** Bring all of the map to the state. */
  async follow(): Promise<void> {
    const { state } = this.store;
    this.showBase(state);
    this.showFilled(state);
    this.showPlace(state);
    const overlays = this.config.layers.filter((layer) => isOverlay(layer) && state.overlays.includes(layer.id));
    this.drop(overlays, "feature/");
    for (const id of [...this.groups.keys()]) {
      if (!overlays.some((layer) => layer.id === id)) this.groups.delete(id);
    }
    await Promise.all(overlays.map((layer) => (layer.kind === "stations" ? this.loadStations(layer, state) : this.loadFeatures(layer, state))));
    if (this.store.state === state) this.settle();
  }

  private label({ layer, reading }: Station): string {
    const name = nameOf(reading, this.config.language);
    const value = reading.value === null ? this.words.text("card.no_value") : this.words.value(reading.value, reading.unit);
    const title = this.config.layers.find((each) => each.id === layer)?.title ?? "";
    return `${name}: ${value}. ${title}`;
  }

  private put(slot: string, key: string, make: () => Handle): void {
    const old = this.kept.get(slot);
    if (old?.key === key) return;
    this.kept.set(slot, { key, handle: make() });
    old?.handle.remove();
  }

  private take(slot: string): void {
    this.kept.get(slot)?.handle.remove();
    this.kept.delete(slot);
  }

  private drop(overlays: readonly Layer[], prefix: string): void {
    for (const slot of [...this.kept.keys()]) {
      if (slot.startsWith(prefix) && !overlays.some((layer) => slot === prefix + layer.id)) this.take(slot);
    }
  }

  private tiles(layer: Layer, style: string, entry: Entry): string {
    const address = this.config.tiles[`${layer.id}/${style}`]!.address;
    return address.replace("{version}", entry.versions[style] ?? "latest").replace("{time}", entry.time);
  }

  private plainTiles(slot: string, layer: Layer, style: string, pane: "base" | "lines" | "surface" | "faults"): void {
    const entry = this.current.entry(layer.id, this.store.state.time);
    if (!entry) return this.take(slot);
    const dense = window.devicePixelRatio > 1 ? "@2x" : "";
    const address = this.tiles(layer, style, entry).replace("{dense}", dense);
    this.put(slot, address, () => this.map.tiles(address, pane, layer.min_zoom, layer.max_zoom));
  }

  private showBase(state: State): void {
    const base = this.config.layers.find((layer) => layer.kind === "basemap");
    if (!base) return;
    const style = base.styles.find((each) => each.measure === state.theme) ?? base.styles[0];
    if (style) this.plainTiles("base", base, style.id, "base");
    const wanted = state.theme === "dark" ? "lines-dark" : "lines";
    const lines = base.styles.find((each) => each.measure === wanted) ?? base.styles.find((each) => each.measure === "lines");
    if (lines) this.plainTiles("lines", base, lines.id, "lines");
  }

  private showFilled(state: State): void {
    const layer = this.config.layers.find((each) => each.id === state.filled);
    const entry = layer && this.current.entry(layer.id, state.time);
    const style = layer?.styles.find((each) => each.id === state.style) ?? layer?.styles[0];
    if (!layer || !entry || !style || layer.kind !== "surface") this.take("coming");
    if (!layer || !entry || !style) return this.take("filled");
    if (layer.kind !== "surface") return this.plainTiles("filled", layer, style.id, "surface");
    const threshold = style.measure === "exceedance" ? (state.threshold ?? style.threshold) : null;
    const query = `?smooth=1${threshold === null ? "" : `&threshold=${threshold}`}`;
    const address = this.tiles(layer, style.id, entry) + query;
    const key = `${address} ${state.theme}`;
    if (this.kept.get("coming")?.key === key) return;
    if (this.kept.get("filled")?.key === key) return this.take("coming");
    void this.area(layer).then((area) => {
      if (this.store.state !== state || this.kept.get("coming")?.key === key) return;
      const hatch = state.theme === "dark" ? "rgba(222,230,240,.34)" : "rgba(40,50,66,.38)";
      const { opacity: light } = this.config.tiles[`${layer.id}/${style.id}`]!;
      const opacity = state.theme === "dark" ? light * DARK_SHARE : light;
      const options = { address, opacity, bounds: layer.bounds, maxZoom: layer.max_zoom, area, hatch };
      // What stands stays until the new one is complete; one that was still coming gives way at once.
      this.take("coming");
      const handle = showSurface(this.map, options, () => {
        if (this.kept.get("coming")?.handle !== handle) return;
        this.kept.delete("coming");
        this.take("filled");
        this.kept.set("filled", { key, handle });
      });
      this.kept.set("coming", { key, handle });
    });
  }

  /** The place that the card speaks of. */
  private showPlace({ card }: State): void {
    if (card?.kind !== "point") return this.take("place");
    const ring = (): HTMLElement => element("span", { class: "place", "aria-hidden": "true" });
    this.put("place", card.position.join(), () => this.map.mark(ring(), card.position, "names"));
  }

  private async area(layer: Layer): Promise<Area | null> {
    if (!layer.clipped || !this.config.area) return null;
    return this.files.json<Area>(this.config.area).catch(() => null);
  }

  private async loadStations(layer: Layer, { time }: State): Promise<void> {
    const stations = await this.files.stations(layer, time).catch(() => (void this.current.again(), []));
    if (this.store.state.time === time) this.groups.set(layer.id, stations);
  }

  private async loadFeatures(layer: Layer, state: State): Promise<void> {
    const slot = `feature/${layer.id}`;
    const entry = this.current.entry(layer.id, null);
    if (!entry) return this.take(slot);
    const style = layer.styles[0]?.id ?? "default";
    // Lines of a surface are others in every hour: its tiles follow the time, and carry the values.
    const drawn = layer.kind === "contours" || this.current.count(layer.id) > MOST_FEATURES;
    if (drawn) return this.plainTiles(slot, layer, style, "faults");
    const collection = await this.files.features(layer).catch(() => (void this.current.again(), null));
    if (!collection || !this.store.state.overlays.includes(layer.id)) return;
    this.collections.set(layer.id, collection);
    const look = { dark: state.theme === "dark", outlined: state.filled !== null };
    this.put(slot, `${entry.data} ${JSON.stringify(look)}`, () =>
      showFeatures(this.map, layer, collection, look, (pressed, feature) =>
        this.store.set({ card: { kind: "feature", layer: pressed.id, code: "", position: this.map.centre, feature } }),
      ),
    );
  }

  /** After a move or new data: which marks and names fit on the screen. */
  private settle(): void {
    const { overlays, card } = this.store.state;
    const { language, layers } = this.config;
    const occupied = new Occupied();
    const shown = layers.filter((layer) => overlays.includes(layer.id));
    const groups = shown.flatMap((layer) => (this.groups.has(layer.id) ? [{ layer, stations: this.groups.get(layer.id)! }] : []));
    const rank = ({ reading }: Station): number => this.ranks.get(reading.name_en ?? "")?.min_zoom ?? 12;
    this.marks.show(groups, card?.kind === "station" ? card.code : null, rank, occupied);
    // A code alone tells a reader nothing.
    const named = this.marks.visible.filter(({ station: { reading } }) => nameOf(reading, language) !== reading.code);
    const wanted = named.map(({ station }) => ({
      key: `station/${station.layer}/${station.reading.code}`,
      text: nameOf(station.reading, language),
      position: station.position,
      kind: this.ranks.get(station.reading.name_en ?? "")?.kind ?? "town",
      gap: 19,
    }));
    // A capital has its name even in an hour in which its station is silent.
    wanted.sort((a, b) => Number(b.kind === "capital") - Number(a.kind === "capital"));
    const numerals = shown
      .filter((layer) => layer.kind === "zones" && this.collections.has(layer.id) && this.kept.has(`feature/${layer.id}`))
      .flatMap((layer) => outlineLabels(this.map, this.collections.get(layer.id)!))
      .map(({ text, position }) => ({ key: `zone/${position.join()}`, text, position, kind: "numeral", gap: 0 }));
    const stations = this.marks.visible.map(({ pixel }) => pixel);
    // A place with a station has its name already.
    const places = placeNames(this.places, this.map.zoom, language).filter(({ position, gap }) => {
      const at = this.map.pixel(position);
      return !gap || !stations.some(({ x, y }) => Math.hypot(x - at.x, y - at.y) < 22);
    });
    this.names.show([...wanted, ...numerals, ...places], occupied);
  }
}
