// A surface with its hatch: where the network cannot know nothing is coloured, and thin lines say so.
import { density } from "../device.ts";
import { later } from "./again.ts";
import type { Bounds, Handle, MapView, Position } from "./leaflet.ts";

const TILE_PX = 256;
const MOST_AHEAD = 150; // tiles: six hours around on a wide screen
const HATCH_PX = 8; // divides a tile, so that the lines meet at its edges and stay the same at every zoom

export type Area = Position[][][]; // polygons, rings, positions

export interface SurfaceOptions {
  address: string; // tiles with {z}, {x}, {y} and {dense}
  opacity: number;
  bounds: Bounds;
  maxZoom: number;
  area: Area | null; // shown inside of it only; null: inside the bounds, without hatch outside of them
  hatch: string; // colour of the lines
  fading: Fading | null; // null: as strong everywhere
}

/** Where a surface is uncertain it fades, and the hatch comes through: tiles of classes of relative uncertainty. */
export interface Fading {
  address: string;
  kept: ReadonlyMap<number, number>; // colour of a class as 0xRRGGBB -> share of the picture that stays
}

export function tileAddress(address: string, zoom: number, col: number, row: number): string {
  const dense = density() > 1 ? "@2x" : "";
  return address.replace("{z}", String(zoom)).replace("{x}", String(col)).replace("{y}", String(row)).replace("{dense}", dense);
}

export function showSurface(map: MapView, options: SurfaceOptions, pane: "surface" | "compared", ready: () => void): Handle {
  const painter = new Painter(options);
  const draw = (zoom: number, col: number, row: number, done: () => void): HTMLCanvasElement => {
    const made = Painter.ahead.get(painter.key(zoom, col, row));
    if (!made) return painter.paint(zoom, col, row, done);
    Painter.ahead.delete(painter.key(zoom, col, row)); // it stands in one place only
    // (Leaflet has to know the tile before it is told that it is done.)
    queueMicrotask(done);
    return made;
  };
  return map.canvasTiles(draw, pane, options.maxZoom, options.area ? hull(options.area) : options.bounds, ready);
}

/** Make the tiles of a surface that may be shown next: then a step of an hour has nothing to fetch and nothing to paint. */
export function paintAhead(options: SurfaceOptions, tiles: readonly { zoom: number; col: number; row: number }[]): void {
  const painter = new Painter(options);
  for (const { zoom, col, row } of tiles) {
    const key = painter.key(zoom, col, row);
    if (Painter.ahead.has(key)) continue;
    const keep = (): void => {
      Painter.ahead.set(key, canvas);
      for (const old of [...Painter.ahead.keys()].slice(0, -MOST_AHEAD)) Painter.ahead.delete(old);
    };
    const canvas = painter.paint(zoom, col, row, keep, () => undefined, atRest);
  }
}

const atOnce = (work: () => void): void => work();
/** What nobody waits for gives way to what somebody does. */
const atRest = (work: () => void): void => void (window.requestIdleCallback ?? setTimeout)(work);

class Painter {
  static readonly ahead = new Map<string, HTMLCanvasElement>();
  private readonly options: SurfaceOptions;
  private readonly dense = density();
  private readonly outlines: Outlines;
  private readonly pattern: CanvasPattern;

  constructor(options: SurfaceOptions) {
    this.options = options;
    this.outlines = outlinesOf(options.area ?? [[ring(options.bounds)]]);
    this.pattern = hatch(options.hatch, this.dense);
  }

  key(zoom: number, col: number, row: number): string {
    const { address, hatch: lines, opacity } = this.options;
    return [tileAddress(address, zoom, col, row), lines, opacity].join(" ");
  }

  /** A tile that is painted as soon as its pictures are there; then `done` is called, `failed` when they do not come. */
  paint(zoom: number, col: number, row: number, done: () => void, failed = done, when = atOnce): HTMLCanvasElement {
    const { options, dense } = this;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = TILE_PX * dense;
    const context = canvas.getContext("2d")!;
    const paint = (picture: CanvasImageSource | null): void => {
      context.fillStyle = this.pattern;
      context.fillRect(0, 0, canvas.width, canvas.height);
      if (picture) {
        // What is known rubs out the lines, then takes their place.
        context.globalCompositeOperation = "destination-out";
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        context.globalCompositeOperation = "source-over";
        context.globalAlpha = options.opacity;
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        context.globalAlpha = 1;
      }
      // Only what lies in the area stays. Any opaque colour does it.
      context.globalCompositeOperation = "destination-in";
      context.fillStyle = "#000";
      context.setTransform(dense, 0, 0, dense, -col * TILE_PX * dense, -row * TILE_PX * dense);
      context.fill(this.outlines.at(zoom), "evenodd");
      context.setTransform(1, 0, 0, 1, 0, 0);
      done();
    };
    const { fading } = options;
    // Within the area and beyond all cells the network cannot know either.
    if (!touches(options.bounds, zoom, col, row)) queueMicrotask(() => paint(null));
    else {
      const arriving = [options.address, ...(fading ? [fading.address] : [])].map((address) => picture(tileAddress(address, zoom, col, row)));
      // A picture that does not come tells nothing of what the network knows: no colour and no hatch.
      Promise.all(arriving).then(([values, doubt]) => when(() => paint(fading && doubt ? faded(values!, doubt, fading.kept) : values!)), failed);
    }
    return canvas;
  }
}

function picture(address: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const made = new Image();
    let tries = 0;
    made.onload = () => resolve(made);
    made.onerror = () => {
      if (!later(tries++, () => (made.src = address))) reject(new Error(address));
    };
    made.src = address;
  });
}

/** The picture with as much of it as each pixel's uncertainty leaves. */
function faded(values: HTMLImageElement, doubt: HTMLImageElement, kept: ReadonlyMap<number, number>): HTMLCanvasElement {
  const { naturalWidth: width, naturalHeight: height } = values;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(doubt, 0, 0, width, height);
  const mask = context.getImageData(0, 0, width, height);
  const { data } = mask;
  for (let i = 0; i < data.length; i += 4) {
    // Where nothing is known of the uncertainty either, there is no picture that could fade.
    const colour = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    data[i + 3] = 255 * (data[i + 3] ? (kept.get(colour) ?? 1) : 1);
  }
  context.putImageData(mask, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.drawImage(values, 0, 0);
  return canvas;
}

function hull(area: Area): Bounds {
  const all = area.flat(2);
  const [lons, lats] = [all.map(([lon]) => lon), all.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function touches([west, south, east, north]: Bounds, zoom: number, col: number, row: number): boolean {
  const count = 2 ** zoom;
  const lon = (x: number): number => (x / count) * 360 - 180;
  const lat = (y: number): number => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / count))) * 180) / Math.PI;
  return lon(col) < east && lon(col + 1) > west && lat(row + 1) < north && lat(row) > south;
}

function ring([west, south, east, north]: Bounds): Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

const known = new WeakMap<Area, Outlines>();
function outlinesOf(area: Area): Outlines {
  const found = known.get(area) ?? new Outlines(area);
  known.set(area, found);
  return found;
}

/** The area as a path in the pixels of a zoom, made once a zoom. */
class Outlines {
  private readonly area: Area;
  private zoom = -1;
  private path = new Path2D();

  constructor(area: Area) {
    this.area = area;
  }

  at(zoom: number): Path2D {
    if (zoom === this.zoom) return this.path;
    const world = TILE_PX * 2 ** zoom;
    const path = new Path2D();
    for (const ring of this.area.flat()) {
      ring.forEach(([lon, lat], i) => {
        const x = ((lon + 180) / 360) * world;
        const sine = Math.sin((lat * Math.PI) / 180);
        const y = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world;
        if (i === 0) path.moveTo(x, y);
        else path.lineTo(x, y);
      });
      path.closePath();
    }
    this.zoom = zoom;
    this.path = path;
    return path;
  }
}

function hatch(colour: string, density: number): CanvasPattern {
  const size = HATCH_PX * density;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d")!;
  context.strokeStyle = colour;
  context.lineWidth = 0.9 * density;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - density, size + density);
    context.lineTo(shift + size + density, -density);
  }
  context.stroke();
  return context.createPattern(canvas, "repeat")!;
}
