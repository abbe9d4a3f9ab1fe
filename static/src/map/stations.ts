// The stations of the shown layers: full marks where there is room, dots where there is not.
import type { Layer, Style } from "../config.ts";
import { around, neighbour, type Arrow, type Occupied } from "../declutter.ts";
import { classOf } from "../scale.ts";
import type { Dot, Handle, LineStyle, MapView, Pixel } from "./leaflet.ts";
import { MARK_PX, StationMark, type Reading, type Station } from "./station.ts";

const MOST_MARKS = 250; // buttons on the page at once; more would be slow, and no help to anyone
const DOT_PX = 5;
const COVERED_PX = 4; // a dot so near to one of more weight would be covered by it: it is not drawn
const FEW_DOTS = 300; // more are drawn again when the reader rests
const RING = "#27303F";

export interface StationWords {
  number(reading: Reading): string;
  label(station: Station): string;
  now(): number; // the server's clock, ms
}

interface Shown {
  mark: StationMark;
  handle: Handle;
  station: Station;
  style: Style;
}

export class Stations {
  private readonly map: MapView;
  private readonly words: StationWords;
  private readonly pressed: (station: Station) => void;
  private readonly marks = new Map<string, Shown>();
  private readonly lines = new Map<string, LineStyle>(); // of dots
  private dots: Handle | null = null;
  private layers: ReadonlySet<string> = new Set();
  private small: { station: Station; style: Style }[] = []; // those that are dots
  private focused = "";
  /** Those that have a full mark, in the order of their weight, with their place on the screen. */
  visible: { station: Station; pixel: Pixel }[] = [];

  constructor(map: MapView, words: StationWords, pressed: (station: Station) => void) {
    this.map = map;
    this.words = words;
    this.pressed = pressed;
  }

  show(groups: readonly { layer: Layer; stations: readonly Station[] }[], selected: string | null, rank: (station: Station) => number, occupied: Occupied): void {
    this.layers = new Set(groups.map(({ layer }) => layer.id));
    const { x: width, y: height } = this.map.size;
    const inView: { station: Station; style: Style; pixel: Pixel; weight: number }[] = [];
    for (const { layer, stations } of groups) {
      const style = layer.styles[0];
      if (!style) continue;
      for (const station of stations) {
        const pixel = this.map.pixel(station.position);
        if (pixel.x < -60 || pixel.y < -60 || pixel.x > width + 60 || pixel.y > height + 60) continue;
        inView.push({ station, style, pixel, weight: weight(station, style, selected, rank) });
      }
    }
    inView.sort((a, b) => b.weight - a.weight);
    this.visible = [];
    const keep = new Set<string>();
    this.small = [];
    const dotted = new Set<number>();
    for (const { station, style, pixel } of inView) {
      const box = around(pixel.x, pixel.y, MARK_PX / 2 + 1);
      if (keep.size < MOST_MARKS && occupied.isFree(box)) {
        occupied.take(box);
        keep.add(keyOf(station));
        this.visible.push({ station, pixel });
        this.mark(station, style).say(this.words.label(station));
      } else {
        const cell = Math.floor(pixel.x / COVERED_PX) * 1e5 + Math.floor(pixel.y / COVERED_PX);
        if (dotted.has(cell)) continue;
        dotted.add(cell);
        this.small.push({ station, style });
        occupied.shun(around(pixel.x, pixel.y, DOT_PX));
      }
    }
    for (const [key, { handle }] of this.marks) {
      if (keep.has(key)) continue;
      handle.remove();
      this.marks.delete(key);
    }
    this.small.reverse(); // those of weight above the others
    this.draw();
    for (const { mark, station } of this.marks.values()) {
      mark.button.setAttribute("aria-pressed", String(station.reading.code === selected));
    }
    if (selected !== null) this.focused = this.visible.map(({ station }) => keyOf(station)).find((key) => key.endsWith(`/${selected}`)) ?? this.focused;
    this.rove();
  }

  /**
   * Show other readings where the stations stand: who has room for a mark and a name, and what is read aloud of it, waits until
   * the reader rests.
   * Tells whether that could be; it cannot where a station is not among the given ones, or its layers are others.
   */
  renew(layers: readonly string[], of: (layer: string, code: string) => Station | undefined): boolean {
    if (!this.marks.size || layers.length !== this.layers.size || !layers.every((id) => this.layers.has(id))) return false;
    const next = ({ layer, reading }: Station): Station | undefined => of(layer, reading.code);
    const few = this.small.length <= FEW_DOTS;
    const standing = [...this.marks.values(), ...(few ? this.small : [])];
    if (standing.some(({ station }) => !next(station))) return false;
    for (const { station, style } of this.marks.values()) this.mark(next(station)!, style);
    this.visible = this.visible.map(({ station, pixel }) => ({ station: next(station)!, pixel }));
    if (few) {
      this.small = this.small.map(({ station, style }) => ({ station: next(station)!, style }));
      this.draw();
    }
    return true;
  }

  private draw(): void {
    this.dots?.remove();
    this.dots = this.map.dots(this.small.map(({ station, style }) => this.dot(station, style)), "dots");
  }

  /** Give the keyboard to the mark of a station, if it has one. */
  focus(station: Station): boolean {
    const found = this.marks.get(keyOf(station));
    found?.mark.button.focus({ preventScroll: true });
    return found !== undefined;
  }

  private mark(station: Station, style: Style): StationMark {
    const key = keyOf(station);
    let shown = this.marks.get(key);
    if (!shown) {
      const mark = new StationMark(() => this.pressed(this.marks.get(key)!.station));
      mark.button.addEventListener("keydown", (event) => this.step(event, key));
      mark.button.addEventListener("focus", () => {
        this.focused = key;
        this.rove();
      });
      shown = { mark, station, style, handle: this.map.mark(mark.button, station.position, "stations") };
      this.marks.set(key, shown);
    }
    Object.assign(shown, { station, style });
    shown.mark.show(station.reading, style, this.words.now(), this.words.number(station.reading));
    return shown.mark;
  }

  private dot(station: Station, style: Style): Dot {
    const { value } = station.reading;
    const fill = value === null ? "#ffffff" : (style.classes[classOf(value, style.classes)]?.colour ?? "#ffffff");
    const look = `${fill} ${value === null}`;
    const line = this.lines.get(look) ?? { colour: RING, width: 1.2, fill, fillOpacity: value === null ? 0.35 : 1 };
    this.lines.set(look, line);
    return { position: station.position, radius: DOT_PX, line, pressed: () => this.pressed(station) };
  }

  /** One stop of the tab key for all stations; arrows go on from there. */
  private rove(): void {
    const keys = this.visible.map(({ station }) => keyOf(station));
    const stop = keys.includes(this.focused) ? this.focused : keys[0];
    for (const [key, { mark }] of this.marks) mark.button.tabIndex = key === stop ? 0 : -1;
  }

  private step(event: KeyboardEvent, key: string): void {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation(); // the map would pan
    const places = this.visible.map(({ pixel }) => pixel);
    const from = this.visible.findIndex(({ station }) => keyOf(station) === key);
    const next = neighbour(places, from, event.key as Arrow);
    if (next !== null) this.focus(this.visible[next]!.station);
  }
}

function keyOf(station: Station): string {
  return `${station.layer}/${station.reading.code}`;
}

/** What must be seen first: the chosen one, then raised values, then the large places, then the higher value. */
function weight(station: Station, style: Style, selected: string | null, rank: (station: Station) => number): number {
  const { code, value } = station.reading;
  if (code === selected) return 1e6;
  const index = value === null ? -1 : classOf(value, style.classes);
  const raised = style.raised_from !== null && index >= style.raised_from ? 1000 * index : 0;
  return raised + 10 * (20 - rank(station)) + Math.max(index, 0) + (value === null ? -500 : 0);
}
