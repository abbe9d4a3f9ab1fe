// A surface with its hatch: where the network cannot know nothing is coloured, and thin lines say so.
import { later } from "./again.ts";
import type { Bounds, Handle, MapView, Position } from "./leaflet.ts";

const TILE_PX = 256;
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

export function showSurface(map: MapView, options: SurfaceOptions, ready: () => void): Handle {
  const density = Math.min(2, Math.ceil(window.devicePixelRatio || 1));
  const outlines = new Outlines(options.area ?? [[ring(options.bounds)]]);
  const pattern = hatch(options.hatch, density);
  const draw = (canvas: HTMLCanvasElement, zoom: number, col: number, row: number, done: () => void): void => {
    canvas.width = canvas.height = TILE_PX * density;
    const context = canvas.getContext("2d")!;
    const paint = (picture: HTMLImageElement | null): void => {
      context.fillStyle = pattern;
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
      context.setTransform(density, 0, 0, density, -col * TILE_PX * density, -row * TILE_PX * density);
      context.fill(outlines.at(zoom), "evenodd");
      context.setTransform(1, 0, 0, 1, 0, 0);
      done();
    };
    // Within the area and beyond all cells the network cannot know either.
    // (Leaflet has to know the tile before it is told that it is done.)
    if (!touches(options.bounds, zoom, col, row)) return queueMicrotask(() => paint(null));
    const picture = new Image();
    picture.onload = () => paint(picture);
    const address = options.address
      .replace("{z}", String(zoom))
      .replace("{x}", String(col))
      .replace("{y}", String(row))
      .replace("{dense}", density > 1 ? "@2x" : "");
    let tries = 0;
    picture.onerror = () => {
      // A picture that does not come tells nothing of what the network knows: no colour and no hatch.
      if (!later(tries++, () => (picture.src = address))) done();
    };
    picture.src = address;
  };
  return map.canvasTiles(draw, "surface", options.maxZoom, options.area ? hull(options.area) : options.bounds, ready);
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
