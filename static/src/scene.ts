// The map follows the state: base map, surface, features, stations, names.
import type { Config, Layer } from "./config.ts";
import type { Current } from "./current.ts";
import { Occupied } from "./declutter.ts";
import { density, isNarrow, painted } from "./device.ts";
import { element } from "./dom.ts";
import { byCode, type Files } from "./files.ts";
import { Lost } from "./lost.ts";
import { Filled, tilesOf, type Choice } from "./map/filled.ts";
import type { Handle, MapView } from "./map/leaflet.ts";
import { Names, placeNames, type Place } from "./map/names.ts";
import { isDoubtful, nameOf, type Station } from "./map/station.ts";
import { Stations } from "./map/stations.ts";
import { outlineLabels, showFeatures } from "./map/vectors.ts";
import { Moments } from "./moments.ts";
import { isOverlay } from "./panels/kinds.ts";
import { shapeOf } from "./scale.ts";
import type { State, Store } from "./state.ts";
import type { Words } from "./words.ts";

const REST_MS = 300; // without another hour the reader rests
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
  private readonly moments: Moments;
  private readonly left: Filled;
  private readonly right: Filled;
  private readonly lost: Lost;
  private readonly groups = new Map<string, readonly Station[]>();
  private readonly others = new Map<string, ReadonlyMap<string, Station> | "unknown" | null>(); // of a comparison's right side, by code
  private readonly collections = new Map<string, GeoJSON.FeatureCollection>();
  private places: Place[] = [];
  private turn = 0; // of what is made ahead
  private resting = 0; // a timer
  private follows = 0; // how often all was brought to another state
  private ranks = new Map<string, Place>();

  constructor(config: Config, map: MapView, store: Store, current: Current, files: Files, words: Words, moments: Moments) {
    this.config = config;
    this.map = map;
    this.store = store;
    this.current = current;
    this.files = files;
    this.words = words;
    this.moments = moments;
    this.left = new Filled(map, config, current, files, "surface");
    this.right = new Filled(map, config, current, files, "compared");
    this.lost = new Lost(store, () => void this.follow(null));
    this.names = new Names(map);
    this.marks = new Stations(
      map,
      {
        number: ({ value, unit }) => (value === null ? "" : words.number(value, unit)),
        label: (station) => this.label(station),
        now: () => current.generated,
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
    return byCode(this.groups.get(layer) ?? []).get(code) ?? null;
  }

  /** The station of that code in any shown layer: what a link names. */
  anyStation(code: string): Station | null {
    for (const layer of this.groups.keys()) {
      const found = this.station(layer, code);
      if (found) return found;
    }
    return null;
  }

  /** The stations of a layer as they are loaded. */
  stations(layer: string): readonly Station[] {
    return this.groups.get(layer) ?? [];
  }

  /** The features of a layer, where they are drawn one by one. */
  features(layer: string): readonly GeoJSON.Feature[] {
    return this.collections.get(layer)?.features ?? [];
  }

  openFeature(layer: Layer, feature: GeoJSON.Feature): void {
    const code = String(feature.id ?? "");
    this.store.set({ card: { kind: "feature", layer: layer.id, code, position: this.map.centre, feature } });
  }

  focus(station: Station): boolean {
    return this.marks.focus(station);
  }

  reveal(position: readonly [number, number]): void {
    const [west, south, east, north] = this.config.bounds;
    // Far from the network there is nothing to see beside the place.
    if (position[0] < west || position[0] > east || position[1] < south || position[1] > north) return;
    if (!isNarrow()) return this.map.reveal(position, { left: 430, top: 60, right: 320, bottom: 130 });
    // Between what stands above the map and the card that came up from below.
    const top = document.querySelector(".lead")!.getBoundingClientRect().bottom + 24;
    const bottom = window.innerHeight - document.querySelector("#card")!.getBoundingClientRect().top + 24;
    this.map.reveal(position, { left: 40, top, right: 40, bottom });
  }

  /** Bring all of the map to the state. */
  async follow(changed: ReadonlySet<keyof State> | null): Promise<void> {
    const { state } = this.store;
    this.showPlace(state);
    // Which mark is the chosen one can wait for the frame that answers the press.
    if (changed?.size === 1 && changed.has("card")) return void painted().then(() => this.settle());
    if (changed?.size === 1 && changed.has("lost")) return;
    const follow = ++this.follows;
    this.lost.begin(changed !== null);
    // While an hour is long in coming, what is read aloud is brought to the one that stands.
    if (!changed?.has("time")) window.clearTimeout(this.resting);
    this.showBase(state);
    this.showFilled(state);
    const overlays = this.config.layers.filter((layer) => isOverlay(layer) && state.overlays.includes(layer.id));
    this.drop(overlays, "feature/");
    for (const id of [...this.groups.keys()]) {
      if (!overlays.some((layer) => layer.id === id)) this.groups.delete(id);
    }
    const came = await Promise.all(overlays.map((layer) => (layer.kind === "stations" ? this.loadStations(layer, state) : this.loadFeatures(layer, state))));
    if (this.follows !== follow) return;
    this.lost.end(came.includes(false));
    if (!changed?.has("time")) return this.settle();
    // Another hour has its values in the frame of its surface; which marks and names have room is looked at when the reader rests.
    const of = (layer: string, code: string): Station | undefined => this.station(layer, code) ?? undefined;
    const renewed = this.moments.other === null && this.marks.renew([...this.groups.keys()], of);
    // Both in one frame would take twice as long to show.
    if (!renewed) return painted().then(() => void (this.follows === follow && this.settle()));
    window.clearTimeout(this.resting);
    this.resting = window.setTimeout(() => this.settle(), REST_MS);
  }

  private label({ layer, reading }: Station): string {
    const { words, config } = this;
    const found = config.layers.find((each) => each.id === layer);
    const late = found?.styles[0] && shapeOf(reading, found.styles[0], this.current.generated) === "late";
    const value = reading.value === null ? words.text(late ? "shape.late" : "card.no_value") : words.value(reading.value, reading.unit);
    const doubt = isDoubtful(reading) ? `, ${words.text("shape.review")}` : "";
    return `${nameOf(reading, config.language)}: ${value}${doubt}. ${found?.title ?? ""}`;
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

  private plainTiles(slot: string, layer: Layer, style: string, pane: "base" | "lines" | "faults"): void {
    const entry = this.current.entry(layer.id, this.store.state.time);
    if (!entry) return this.take(slot);
    const address = tilesOf(this.config, layer, style, entry).replace("{dense}", density() > 1 ? "@2x" : "");
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

  /** What the filled side shows at a time; of what a comparison names, the other side. */
  private choice({ filled, style, threshold, weights, scenario, theme }: State, time: string | null): Choice | null {
    const layer = this.config.layers.find((each) => each.id === filled);
    const found = layer?.styles.find((each) => each.id === style) ?? layer?.styles[0];
    return layer && found ? { layer, style: found, threshold, weights, scenario, time, theme } : null;
  }

  private showFilled(state: State): void {
    const { against } = state;
    this.left.show(this.choice(state, state.time));
    if (!against) this.right.show(null);
    else if (against.by === "layer") this.right.show(this.choice({ ...state, filled: against.layer, style: against.style, threshold: null }, state.time));
    else this.right.show(this.choice(state, this.moments.other));
    this.map.divide(against ? state.swipe : null);
  }

  /** Make what other hours need ahead: one after the other, until others are wanted. */
  async prefetch(times: readonly string[]): Promise<void> {
    const turn = ++this.turn;
    for (const time of times) {
      const { state } = this.store;
      const choice = this.choice(state, time);
      const layers = this.config.layers.filter(({ kind, id }) => kind === "stations" && state.overlays.includes(id));
      const stations = layers.map((layer) => this.files.stations(layer, time));
      await Promise.allSettled([...stations, choice && this.left.prefetch(choice)]);
      if (this.turn !== turn) return;
    }
  }

  /** The place that the card speaks of. */
  private showPlace({ card }: State): void {
    if (card?.kind !== "point") return this.take("place");
    const ring = (): HTMLElement => element("span", { class: "place", "aria-hidden": "true" });
    this.put("place", card.position.join(), () => this.map.mark(ring(), card.position, "place"));
  }

  /** Tells whether all came. */
  private async loadStations(layer: Layer, { time }: State): Promise<boolean> {
    const { other } = this.moments;
    const data = this.current.entry(layer.id, time)?.data;
    const [stations, others] = await Promise.all([
      this.files.stations(layer, time).catch(() => null),
      other === null ? null : this.files.stations(layer, other).then(byCode).catch(() => "unknown" as const),
    ]);
    // Meanwhile another hour was asked for, or a newer one came: who asked for that one puts it here.
    if (this.store.state.time !== time || this.moments.other !== other || this.current.entry(layer.id, time)?.data !== data) return true;
    if (!stations) return false; // what was shown stays, rather than nothing
    const old = other !== null && other < (this.current.times(layer.id)[0] ?? other); // the page is told of no such hour
    const counterparts = old ? "unknown" : others;
    this.lost.came(this.groups.get(layer.id) !== stations || this.others.get(layer.id) !== counterparts);
    this.groups.set(layer.id, stations);
    this.others.set(layer.id, counterparts);
    return others !== "unknown";
  }

  /** The stations of a layer, each from the hour of the side that it stands on. */
  private sided(layer: Layer): readonly Station[] {
    const stations = this.groups.get(layer.id)!;
    const others = this.others.get(layer.id);
    if (this.moments.other === null || !others) return stations; // as they were, until the other hour is there
    const middle = this.map.size.x * this.store.state.swipe;
    const right = ({ position }: Station): boolean => this.map.pixel(position).x >= middle;
    if (others === "unknown") return stations.filter((station) => !right(station)); // it could not be had: nothing is said of it
    // One that the other hour does not know has no value there: none of this hour stands for it.
    const emptied = (station: Station): Station => ({ ...station, reading: { ...station.reading, value: null, sd: null, status: "missing", reasons: [] } });
    return stations.map((station) => (right(station) ? (others.get(station.reading.code) ?? emptied(station)) : station));
  }

  /** Tells whether they came. */
  private async loadFeatures(layer: Layer, state: State): Promise<boolean> {
    const slot = `feature/${layer.id}`;
    const entry = this.current.entry(layer.id, null);
    const style = layer.styles[0]?.id ?? "default";
    // Lines of a surface are others in every hour: its tiles follow the time, and carry the values.
    const drawn = layer.kind === "contours" || this.current.count(layer.id) > MOST_FEATURES;
    if (!entry) this.take(slot);
    else if (drawn) this.plainTiles(slot, layer, style, "faults");
    if (!entry || drawn) return true;
    const collection = await this.files.features(layer).catch(() => null);
    if (!collection) return false;
    if (!this.store.state.overlays.includes(layer.id) || this.current.entry(layer.id, null)?.data !== entry.data) return true;
    this.lost.came(this.collections.get(layer.id) !== collection);
    this.collections.set(layer.id, collection);
    const look = { dark: state.theme === "dark", outlined: state.filled !== null };
    this.put(slot, `${entry.data} ${JSON.stringify(look)}`, () =>
      showFeatures(this.map, layer, collection, look, (pressed, feature) =>
        this.openFeature(pressed, feature),
      ),
    );
    return true;
  }

  /** After a move or new data: which marks and names fit on the screen. */
  settle(): void {
    window.clearTimeout(this.resting);
    const { overlays, card } = this.store.state;
    const { language, layers } = this.config;
    const occupied = new Occupied();
    const shown = layers.filter((layer) => overlays.includes(layer.id));
    const groups = shown.flatMap((layer) => (this.groups.has(layer.id) ? [{ layer, stations: this.sided(layer) }] : []));
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
