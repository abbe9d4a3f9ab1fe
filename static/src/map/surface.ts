// A surface with its hatch: where the network cannot know nothing is coloured, and thin lines say so.
import { density, painted as shown } from "../device.ts";
import { element } from "../dom.ts";
import { pause } from "./again.ts";
import type { Bounds, Handle, MapView, Position, Tile } from "./leaflet.ts";

const TILE_PX = 512; // of the pictures, always those of twice the density: fewer of them, each of more of the map
const MOST_AHEAD = 72; // tiles of a megabyte
const HATCH_PX = 8; // divides a tile, so that the lines meet at its edges and stay the same at every zoom

export type Area = Position[][][]; // polygons, rings, positions

export interface SurfaceOptions {
  address: string; // tiles with {z}, {x}, {y} and {dense}
  opacity: number;
  bounds: Bounds;
  maxZoom: number;
  area: Area | null; // shown inside of it only; null: inside the bounds, without hatch outside of them
  hatch: string; // colour of the lines
}

/** Tiles that were painted and stand nowhere: of hours that may be shown next, or were shown before. */
const ahead = new Map<string, HTMLCanvasElement>();
const coming = new Set<string>(); // those that are on their way there
const painted = new WeakSet<HTMLElement>();

function keep(key: string, canvas: HTMLCanvasElement): void {
  ahead.set(key, canvas);
  if (ahead.size > MOST_AHEAD) ahead.delete(ahead.keys().next().value!);
}

export function showSurface(map: MapView, options: SurfaceOptions, pane: "surface" | "compared", ready: () => void): Handle {
  const painter = new Painter(options);
  const draw = (at: Tile, done: () => void): HTMLCanvasElement => {
    const key = painter.key(at);
    const made = ahead.get(key);
    if (!made) return painter.paint(at, done);
    ahead.delete(key); // it stands in one place only
    // (Leaflet has to know the tile before it is told that it is done.)
    queueMicrotask(done);
    return made;
  };
  const left = (canvas: HTMLCanvasElement, at: Tile): void => {
    if (painted.has(canvas)) keep(painter.key(at), canvas);
  };
  return map.canvasTiles(draw, left, pane, painter.side, options.maxZoom, painter.bounds, ready);
}

/** Make the tiles of a surface that may be shown next: then a step of an hour has nothing to fetch and nothing to paint. */
export async function paintAhead(map: MapView, options: SurfaceOptions): Promise<void> {
  const painter = new Painter(options);
  const made = map.tilesInView(painter.side, options.maxZoom).map(async (at) => {
    const key = painter.key(at);
    if (!painter.shows(at) || ahead.has(key) || coming.has(key)) return;
    coming.add(key);
    const canvas = await new Promise<HTMLCanvasElement | null>((resolve) => {
      const made = painter.paint(at, () => resolve(made), () => resolve(null), atRest);
    });
    if (canvas) {
      await handedOver(canvas);
      keep(key, canvas);
    }
    coming.delete(key);
  });
  await Promise.all(made);
}

/** Where nobody sees it, and the browser shows it all the same. */
const stage = element("div", { class: "stage", "aria-hidden": "true" });
let last: Promise<void> = Promise.resolve();

/**
 * A browser copies a canvas for its compositor in the frame that first shows it, and keeps the copy: a dozen at once are most of
 * a step. So each that is made ahead has a frame of its own, in which nothing else is waited for.
 */
function handedOver(canvas: HTMLCanvasElement): Promise<void> {
  last = last.then(async () => {
    if (!stage.isConnected) document.body.append(stage);
    stage.append(canvas);
    await shown();
    canvas.remove();
  });
  return last;
}

const atOnce = (work: () => void): void => work();
/** What nobody waits for gives way to what somebody does. */
const atRest = (work: () => void): void => void (window.requestIdleCallback ?? setTimeout)(work);

class Painter {
  private readonly dense = density();
  /** Pixels of the page that a tile covers. */
  readonly side = TILE_PX / this.dense;
  readonly bounds: Bounds;
  private readonly options: SurfaceOptions;
  private readonly outlines: Outlines;
  private readonly pattern: CanvasPattern;

  constructor(options: SurfaceOptions) {
    this.options = options;
    this.outlines = outlinesOf(options.area ?? [[ring(options.bounds)]]);
    this.bounds = this.outlines.bounds;
    this.pattern = patternOf(options.hatch, this.dense);
  }

  key(at: Tile): string {
    return [this.address(at), this.options.hatch, this.options.opacity].join(" ");
  }

  /** Whether there is anything to paint in a tile. */
  shows(at: Tile): boolean {
    return touches(this.bounds, this.level(at), at);
  }

  /** The zoom under which the server has a tile: one as large as two on the page is that of the zoom before. */
  private level({ zoom }: Tile): number {
    return zoom + this.dense - 2;
  }

  private address(at: Tile): string {
    const words = { "{z}": this.level(at), "{x}": at.col, "{y}": at.row, "{dense}": "@2x" };
    return Object.entries(words).reduce((address, [word, value]) => address.replace(word, String(value)), this.options.address);
  }

  /** A tile that is painted as soon as its picture is there; then `done` is called, `failed` when it does not come. */
  paint(at: Tile, done: () => void, failed = done, when = atOnce): HTMLCanvasElement {
    const { options, dense } = this;
    const canvas = sheetOf(TILE_PX);
    const paint = async (picture: CanvasImageSource | null): Promise<void> => {
      const sheet = sheetOf(TILE_PX);
      const context = sheet.getContext("2d")!;
      context.fillStyle = this.pattern;
      context.fillRect(0, 0, TILE_PX, TILE_PX);
      if (picture) {
        // What is known rubs out the lines, then takes their place; where it is uncertain it is weak, and they come through.
        context.globalCompositeOperation = "destination-out";
        context.drawImage(picture, 0, 0, TILE_PX, TILE_PX);
        context.globalCompositeOperation = "source-over";
        context.globalAlpha = options.opacity;
        context.drawImage(picture, 0, 0, TILE_PX, TILE_PX);
        context.globalAlpha = 1;
      }
      // Only what lies in the area stays. Any opaque colour does it.
      context.globalCompositeOperation = "destination-in";
      context.fillStyle = "#000";
      context.setTransform(dense, 0, 0, dense, -at.col * TILE_PX, -at.row * TILE_PX);
      context.fill(this.outlines.at(at.zoom), "evenodd");
      // A canvas that is drawn upon is copied whenever it comes back; one that shows a picture, once.
      canvas.getContext("bitmaprenderer")!.transferFromImageBitmap(await createImageBitmap(sheet));
      sheet.width = 0; // its memory is free at once
      painted.add(canvas);
      done();
    };
    // Within the area and beyond all cells the network cannot know either.
    if (!touches(options.bounds, this.level(at), at)) paint(null).catch(failed);
    // A picture that does not come tells nothing of what the network knows: no colour and no hatch.
    else picture(this.address(at), when === atOnce).then((found) => when(() => void paint(found).catch(failed)), failed);
    return canvas;
  }
}

function sheetOf(side: number): HTMLCanvasElement {
  const made = document.createElement("canvas");
  made.width = made.height = side;
  return made;
}

async function picture(address: string, wanted: boolean): Promise<HTMLImageElement> {
  const made = new Image();
  made.fetchPriority = wanted ? "high" : "low";
  for (let tries = 0; ; tries++) {
    made.src = address;
    try {
      await made.decode(); // not while it is painted
      return made;
    } catch (reason) {
      if (!(await pause(tries))) throw reason;
    }
  }
}

function hull(area: Area): Bounds {
  const all = area.flat(2);
  const [lons, lats] = [all.map(([lon]) => lon), all.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

function touches([west, south, east, north]: Bounds, level: number, { col, row }: Tile): boolean {
  const count = 2 ** level;
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
  readonly bounds: Bounds;
  private readonly area: Area;
  private zoom = -1;
  private path = new Path2D();

  constructor(area: Area) {
    this.area = area;
    this.bounds = hull(area);
  }

  at(zoom: number): Path2D {
    if (zoom === this.zoom) return this.path;
    const world = 256 * 2 ** zoom;
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

const patterns = new Map<string, CanvasPattern>();
function patternOf(colour: string, density: number): CanvasPattern {
  const name = `${colour} ${density}`;
  const found = patterns.get(name) ?? hatch(colour, density);
  patterns.set(name, found);
  return found;
}

function hatch(colour: string, density: number): CanvasPattern {
  const size = HATCH_PX * density;
  const canvas = sheetOf(size);
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
