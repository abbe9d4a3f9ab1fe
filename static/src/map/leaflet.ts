// The only module that knows Leaflet. All others speak of positions [lon, lat], pixels and handles.
import * as L from "leaflet";

import { pause } from "./again.ts";
import { stampOf, type Stamp } from "./stamps.ts";

export type Position = readonly [lon: number, lat: number];
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface Handle {
  remove(): void;
}

export interface Pixel {
  x: number;
  y: number;
}

/** A square of the map: a zoom, and where it lies among those of its size. */
export interface Tile {
  zoom: number;
  col: number;
  row: number;
}

/** Panes from the ground up; all that can be pressed lies above all that is only seen. */
const PANES = { base: 200, surface: 250, compared: 251, lines: 300, zones: 350, faults: 360, quakes: 370, dots: 380, names: 590, stations: 600, place: 610 };
export type Pane = keyof typeof PANES;
const SEEN_THROUGH: ReadonlySet<Pane> = new Set<Pane>(["base", "surface", "compared", "lines", "quakes", "dots", "names", "place"]);
const SCALE_PX = 110;
const REACH_PX = 40; // of the largest dot
const TOLERANCE_PX = 6; // a fingertip beside a dot means the dot

/** A small circle; what many share of how they look is set once. */
export interface Dot {
  position: Position;
  radius: number;
  line: LineStyle;
  pressed: () => void;
}

const flip = ([lon, lat]: Position): L.LatLngTuple => [lat, lon];
const corners = ([west, south, east, north]: Bounds): L.LatLngBounds => L.latLngBounds([south, west], [north, east]);

export interface LineStyle {
  colour: string;
  width: number;
  opacity?: number;
  dash?: string;
  fill?: string;
  fillOpacity?: number;
}

export class MapView {
  private readonly map: L.Map;
  private readonly dotRenderers = new Map<Pane, L.Canvas>();
  private readonly dotted = new Map<readonly Dot[], Pane>();
  private share: number | null = null;
  private dividing = false;

  /** `units` are the words for km and m on the scale. */
  constructor(container: HTMLElement, bounds: Bounds, maxZoom: number, calm: boolean, units: readonly [km: string, m: string]) {
    const wide = corners(bounds).pad(2); // a place at its edge can be moved from below a card
    this.map = L.map(container, {
      zoomControl: false,
      attributionControl: false,
      minZoom: 3,
      maxZoom,
      maxBounds: wide,
      maxBoundsViscosity: 0.6,
      worldCopyJump: false,
      zoomSnap: 0.25, // so that the first view is well filled
      zoomDelta: 1,
      wheelPxPerZoomLevel: 90,
      zoomAnimation: !calm,
      fadeAnimation: false, // what is there is shown
      markerZoomAnimation: !calm,
      inertia: !calm,
    });
    for (const [name, level] of Object.entries(PANES)) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = String(level);
      if (SEEN_THROUGH.has(name as Pane)) pane.style.pointerEvents = "none";
    }
    // Plain words before the credits, and no flag: the map belongs to two states.
    L.control.attribution({ position: "bottomright", prefix: "Leaflet" }).addTo(this.map);
    const Scale = L.Control.Scale.extend({
      _updateScale(line: HTMLElement, text: string, ratio: number): void {
        const [number = "", unit] = text.split(" ");
        line.style.width = `${Math.round(SCALE_PX * ratio)}px`;
        line.textContent = `${number}\u00a0${units[unit === "km" ? 0 : 1]}`;
      },
    }) as unknown as new (options: L.Control.ScaleOptions) => L.Control.Scale;
    new Scale({ position: "bottomleft", imperial: false, maxWidth: SCALE_PX }).addTo(this.map);
  }

  /** Show all of the bounds beside what panels cover, but never from further away than a zoom. */
  fit(bounds: Bounds, padding: { left: number; top: number; right: number; bottom: number }, least: number): void {
    // In a small frame panels cover most of the map: where they leave too little of it, they are not heeded.
    const { top, right, bottom, left } = padding.top + padding.bottom > 0.75 * this.map.getSize().y ? { top: 8, right: 8, bottom: 8, left: 8 } : padding;
    this.map.fitBounds(corners(bounds), { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom], animate: false });
    if (this.map.getZoom() < least) {
      this.map.setView(corners(bounds).getCenter(), least, { animate: false });
      this.map.panBy([(right - left) / 2, (bottom - top) / 2], { animate: false });
    }
  }

  look(position: Position, zoom: number): void {
    this.map.setView(flip(position), zoom, { animate: false });
  }

  /** Bring a position into the part of the map that no panel covers. */
  reveal(position: Position, padding: { left: number; top: number; right: number; bottom: number }): void {
    this.map.panInside(flip(position), {
      paddingTopLeft: [padding.left, padding.top],
      paddingBottomRight: [padding.right, padding.bottom],
    });
  }

  zoomBy(steps: number): void {
    this.map.setZoom(this.map.getZoom() + steps);
  }

  credit(text: string): void {
    this.map.attributionControl.addAttribution(escaped(text));
  }

  get zoom(): number {
    return this.map.getZoom();
  }

  get centre(): Position {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  get size(): Pixel {
    return this.map.getSize();
  }

  pixel(position: Position): Pixel {
    return this.map.latLngToContainerPoint(flip(position));
  }

  onMoved(listener: () => void): void {
    this.map.on("moveend zoomend resize", listener);
  }

  /** Show the surface left of a line and what it is compared with right of it; null shows the surface everywhere. */
  divide(share: number | null): void {
    this.share = share;
    if (share !== null && !this.dividing) this.map.on("move zoom viewreset resize", () => this.cut());
    this.dividing ||= share !== null;
    this.cut();
  }

  private cut(): void {
    const [left, right] = (["surface", "compared"] as const).map((pane) => this.map.getPane(pane)!.style);
    if (this.share === null) {
      left!.clipPath = right!.clipPath = "";
      return;
    }
    const { x: width, y: height } = this.map.getSize();
    const { x, y } = this.map.containerPointToLayerPoint([0, 0]);
    const middle = x + width * this.share;
    const between = (from: number, to: number): string =>
      `polygon(${from}px ${y}px, ${to}px ${y}px, ${to}px ${y + height}px, ${from}px ${y + height}px)`;
    left!.clipPath = between(x, middle);
    right!.clipPath = between(middle, x + width);
  }

  /** The tiles in view, as {@link canvasTiles} asks for them. */
  tilesInView(side: number, maxZoom: number): Tile[] {
    const zoom = Math.min(maxZoom, Math.round(this.map.getZoom()));
    const corner = this.map.getBounds();
    const min = this.map.project(corner.getNorthWest(), zoom).divideBy(side).floor();
    const max = this.map.project(corner.getSouthEast(), zoom).divideBy(side).floor();
    const found: Tile[] = [];
    for (let row = min.y; row <= max.y; row++) for (let col = min.x; col <= max.x; col++) found.push({ zoom, col, row });
    return found;
  }

  /** Called with a position that nothing drawn on the map answers for. */
  onPressed(listener: (position: Position) => void): void {
    this.map.on("click", ({ latlng, containerPoint }) => {
      const dot = this.dotAt(containerPoint);
      if (dot) dot.pressed();
      else listener([latlng.lng, latlng.lat]);
    });
    this.map.on("mousemove", ({ containerPoint }) => {
      this.map.getContainer().classList.toggle("over-dot", this.dotAt(containerPoint) !== null);
    });
  }

  /** The uppermost dot at a pixel. A canvas would take every press from the canvases and lines below it. */
  private dotAt(at: Pixel): Dot | null {
    let found: Dot | null = null;
    let highest = 0;
    const corner = (reach: number): Position => {
      const { lng, lat } = this.map.containerPointToLatLng([at.x - reach, at.y + reach]);
      return [lng, lat];
    };
    // Of thousands only those near by are looked at.
    const [west, south] = corner(REACH_PX);
    const [east, north] = corner(-REACH_PX);
    for (const [dots, pane] of this.dotted) {
      for (const dot of dots) {
        const [lon, lat] = dot.position;
        if (lon < west || lon > east || lat < south || lat > north || PANES[pane] < highest) continue;
        const { x, y } = this.pixel(dot.position);
        if (Math.hypot(x - at.x, y - at.y) > dot.radius + TOLERANCE_PX) continue;
        found = dot;
        highest = PANES[pane];
      }
    }
    return found;
  }

  tiles(address: string, pane: Pane, minZoom: number, maxZoom: number, bounds?: Bounds): Handle {
    const layer = L.tileLayer(address, {
      pane,
      minZoom: 0,
      maxZoom: 22,
      minNativeZoom: minZoom,
      maxNativeZoom: maxZoom,
      keepBuffer: 4,
      ...(bounds ? { bounds: corners(bounds) } : {}),
    });
    const tries = new WeakMap<HTMLElement, number>();
    layer.on("tileerror", ({ tile }: L.TileErrorEvent) => {
      const before = tries.get(tile) ?? 0;
      tries.set(tile, before + 1);
      const { src } = tile as HTMLImageElement;
      void pause(before).then((again) => {
        if (again && tile.isConnected) (tile as HTMLImageElement).src = src;
      });
    });
    return layer.addTo(this.map);
  }

  /**
   * Tiles that are drawn here, `side` pixels wide. `draw` gives a tile and calls `done` when it is painted; `left` is told of
   * one that goes. `ready` is called once, when the first view is complete, so that what stood there can go without a flicker.
   */
  canvasTiles(
    draw: (at: Tile, done: () => void) => HTMLCanvasElement,
    left: (canvas: HTMLCanvasElement, at: Tile) => void,
    pane: Pane,
    side: number,
    maxZoom: number,
    bounds: Bounds,
    ready: () => void,
  ): Handle {
    const of = ({ x, y, z }: L.Coords): Tile => ({ zoom: z, col: x, row: y });
    const Drawn = L.GridLayer.extend({
      createTile(coords: L.Coords, done: (error: unknown, tile: HTMLElement) => void): HTMLElement {
        const canvas = draw(of(coords), () => done(null, canvas));
        return canvas;
      },
    }) as unknown as new (options: L.GridLayerOptions) => L.GridLayer;
    const layer = new Drawn({ pane, tileSize: side, minZoom: 0, maxZoom: 22, maxNativeZoom: maxZoom, bounds: corners(bounds), keepBuffer: 1 });
    layer.once("load", ready);
    layer.on("tileunload", ({ tile, coords }: L.TileEvent) => left(tile as unknown as HTMLCanvasElement, of(coords)));
    // Put together and taken apart outside of the page: Leaflet asks for a layout on the way.
    layer.getPane = () => document.createElement("div");
    layer.addTo(this.map);
    const made = layer.getContainer()!;
    this.map.getPane(pane)!.append(made);
    return {
      remove: () => {
        made.remove();
        layer.remove();
      },
    };
  }

  /** A mark made of an element; its middle stands on the position. */
  mark(made: HTMLElement, position: Position, pane: Pane): Handle {
    const icon = L.divIcon({ html: made, className: "mark", iconSize: [0, 0] });
    // The element inside is the button; Leaflet's own wrapper must not be a second one.
    return L.marker(flip(position), { icon, pane, keyboard: false, interactive: false }).addTo(this.map);
  }

  /** Small circles on a canvas, each over those before it: as one drawing, thousands of them stay quick. */
  dots(dots: readonly Dot[], pane: Pane): Handle {
    const found = this.dotRenderers.get(pane);
    const renderer = found ?? L.canvas({ pane });
    if (!found) this.dotRenderers.set(pane, renderer);
    const made = new Drawing(dots, renderer).addTo(this.map);
    this.dotted.set(dots, pane);
    return {
      remove: () => {
        this.dotted.delete(dots);
        made.remove();
      },
    };
  }

  /** Lines and areas of GeoJSON; every part says by `style` how it looks, null for not at all. */
  shapes(
    collection: GeoJSON.FeatureCollection,
    pane: Pane,
    style: (feature: GeoJSON.Feature) => LineStyle,
    pressed: ((feature: GeoJSON.Feature, position: Position) => void) | null,
  ): Handle {
    return L.geoJSON(collection, {
      pane,
      interactive: pressed !== null,
      bubblingMouseEvents: false,
      style: (feature) => path(style(feature!)),
      onEachFeature: (feature, layer) => {
        if (!pressed) return;
        layer.on("click", ({ latlng, containerPoint }: L.LeafletMouseEvent) => {
          const dot = this.dotAt(containerPoint);
          if (dot) dot.pressed();
          else pressed(feature, [latlng.lng, latlng.lat]);
        });
      },
    } as L.GeoJSONOptions).addTo(this.map);
  }
}

interface Canvas {
  _drawing: boolean;
  _ctx: CanvasRenderingContext2D;
}

/** What Leaflet's canvas asks of a path, for many dots: as circles of its own each would have its events and its redrawing. */
const Drawing = L.Path.extend({
  initialize(dots: readonly Dot[], renderer: L.Canvas) {
    this.dots = dots;
    L.setOptions(this, { renderer, interactive: false });
  },
  _project() {
    this.places = this.dots.map(({ position }: Dot) => this._map.latLngToLayerPoint(flip(position)));
  },
  _update() {
    this._updatePath();
  },
  _updatePath() {
    const { _drawing: drawing, _ctx: context } = this._renderer as Canvas;
    if (!drawing) return;
    let like: Dot | null = null;
    let stamp: Stamp | null = null;
    this.dots.forEach((dot: Dot, i: number) => {
      if (!stamp || dot.line !== like?.line || dot.radius !== like.radius) stamp = stampOf((like = dot));
      const { x, y } = this.places[i];
      context.drawImage(stamp.picture, x - stamp.side / 2, y - stamp.side / 2, stamp.side, stamp.side);
    });
  },
}) as unknown as new (dots: readonly Dot[], renderer: L.Canvas) => L.Path;

function path(style: LineStyle): L.PathOptions {
  return {
    color: style.colour,
    weight: style.width,
    opacity: style.opacity ?? 1,
    fill: style.fill !== undefined,
    lineCap: "round",
    lineJoin: "round",
    ...(style.fill !== undefined ? { fillColor: style.fill, fillOpacity: style.fillOpacity ?? 1 } : {}),
    ...(style.dash ? { dashArray: style.dash } : {}),
  };
}

/** Leaflet's credits are markup by design; ours are text. */
function escaped(text: string): string {
  const made = document.createElement("span");
  made.textContent = text;
  return made.innerHTML;
}
