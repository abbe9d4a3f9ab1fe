// Zones, faults, earthquakes and other features: how each kind is drawn, and what it is called.
import type { Layer } from "../config.ts";
import { classOf, quakeRadius, roman } from "../scale.ts";
import { edges } from "./edges.ts";
import type { Handle, LineStyle, MapView, Position } from "./leaflet.ts";

export interface Look {
  dark: boolean;
  outlined: boolean; // zones as outlines, since a surface is shown
}

export type Pressed = (layer: Layer, feature: GeoJSON.Feature) => void;

const RING = "#27303F";
const NO_CLASS = "#6B7480"; // as the server's pictures have it
const HARMLESS_MSK = 6;

export function showFeatures(map: MapView, layer: Layer, collection: GeoJSON.FeatureCollection, look: Look, pressed: Pressed): Handle {
  const press = (feature: GeoJSON.Feature): void => pressed(layer, feature);
  switch (layer.kind) {
    case "zones":
      return showZones(map, layer, collection, look);
    case "faults":
      return together([
        map.shapes(collection, "faults", () => ({ colour: look.dark ? "#12161d" : "#ffffff", width: 4.5, opacity: 0.55 }), null),
        map.shapes(collection, "faults", (feature) => faultLine(feature, look), null),
        // A line of two pixels is hard to press: what is pressed is a broad one that nobody sees.
        map.shapes(collection, "faults", () => ({ colour: "#000000", width: 14, opacity: 0 }), press),
      ]);
    case "quakes":
      return showQuakes(map, layer, collection, press);
    default:
      return showOthers(map, collection, look, press);
  }
}

function showZones(map: MapView, layer: Layer, collection: GeoJSON.FeatureCollection, look: Look): Handle {
  const line = look.dark ? "#E9C9A6" : "#6B3A2A";
  const style = (feature: GeoJSON.Feature): LineStyle => {
    const colour = zoneColour(layer, feature);
    return look.outlined
      ? { colour: line, width: 1.3, opacity: 0.85, dash: "7 4" }
      : { colour: line, width: 1, opacity: 0.7, fill: colour, fillOpacity: 0.72 };
  };
  const shown = look.outlined ? { ...collection, features: outlines(collection) } : collection;
  return map.shapes(shown, "zones", style, null); // a press goes to the map, which answers for the place
}

const found = new WeakMap<GeoJSON.FeatureCollection, GeoJSON.Feature<GeoJSON.MultiLineString>[]>();

/**
 * The edges of zones, that of two grades with the higher one. Grades that do no damage have no edge of their own:
 * where the others end, the drawing ends.
 */
function outlines(collection: GeoJSON.FeatureCollection): GeoJSON.Feature<GeoJSON.MultiLineString>[] {
  let made = found.get(collection);
  if (!made) {
    const harmful = collection.features.filter((feature) => mskOf(feature) > HARMLESS_MSK);
    found.set(collection, (made = edges(harmful.sort((a, b) => mskOf(b) - mskOf(a)))));
  }
  return made;
}

function mskOf(feature: GeoJSON.Feature): number {
  return Number(feature.properties?.msk);
}

function zoneColour(layer: Layer, feature: GeoJSON.Feature): string {
  const classes = layer.styles[0]?.classes ?? [];
  const msk = mskOf(feature);
  return classes[Number.isFinite(msk) ? classOf(msk, classes) : 0]?.colour ?? "#AA845F";
}

function faultLine(feature: GeoJSON.Feature, look: Look): LineStyle {
  const colour = look.dark ? "#F2A58E" : "#7A1F12";
  const hidden = feature.properties?.status === "inferred";
  return { colour, width: 1.9, opacity: 0.95, ...(hidden ? { dash: "6 5" } : {}) };
}

function showQuakes(map: MapView, layer: Layer, collection: GeoJSON.FeatureCollection, press: (feature: GeoJSON.Feature) => void): Handle {
  const classes = layer.styles[0]?.classes ?? [];
  // Small ones last, so that a large circle hides none.
  const features = [...collection.features].sort((a, b) => magnitude(b) - magnitude(a));
  const dots = features.filter(isPoint).map((feature) => {
    const depth = Number(feature.properties?.depth_km);
    const fill = feature.properties?.depth_km == null ? NO_CLASS : classes[classOf(depth, classes)]?.colour;
    const line = { colour: RING, width: 1.3, fill: fill ?? "#52A9A3", fillOpacity: 0.78 };
    return { position: positionOf(feature), radius: quakeRadius(magnitude(feature)), line, pressed: () => press(feature) };
  });
  return map.dots(dots, "quakes");
}

function showOthers(map: MapView, collection: GeoJSON.FeatureCollection, look: Look, press: (feature: GeoJSON.Feature) => void): Handle {
  const colour = look.dark ? "#9db8e8" : "#24324B";
  const line = { colour: "#ffffff", width: 2, fill: colour };
  const points = collection.features.filter(isPoint);
  const rest = { ...collection, features: collection.features.filter((feature) => !isPoint(feature)) };
  return together([
    map.shapes(rest, "faults", () => ({ colour, width: 1.6, fill: colour, fillOpacity: 0.12 }), press),
    map.dots(
      points.map((feature) => ({ position: positionOf(feature), radius: 6, line, pressed: () => press(feature) })),
      "dots",
    ),
  ]);
}

/** Where numerals stand on the outlines of zones: every so many pixels along the line. */
export function outlineLabels(map: MapView, collection: GeoJSON.FeatureCollection): { text: string; position: Position }[] {
  const { x: width, y: height } = map.size;
  const labels: { text: string; position: Position }[] = [];
  for (const feature of outlines(collection)) {
    const text = roman(mskOf(feature));
    for (const line of feature.geometry.coordinates) {
      let since = 130;
      let last: { x: number; y: number } | null = null;
      for (const position of line) {
        const at = map.pixel([position[0]!, position[1]!]);
        if (last) since += Math.hypot(at.x - last.x, at.y - last.y);
        last = at;
        if (since < 260 || at.x < 0 || at.y < 0 || at.x > width || at.y > height) continue;
        since = 0;
        labels.push({ text, position: [position[0]!, position[1]!] });
      }
    }
  }
  return labels;
}

function isPoint(feature: GeoJSON.Feature): boolean {
  return feature.geometry.type === "Point";
}

function positionOf(feature: GeoJSON.Feature): Position {
  const [lon = 0, lat = 0] = (feature.geometry as GeoJSON.Point).coordinates;
  return [lon, lat];
}

function magnitude(feature: GeoJSON.Feature): number {
  return Number(feature.properties?.magnitude) || 0;
}

function together(handles: Handle[]): Handle {
  return { remove: () => handles.forEach((handle) => handle.remove()) };
}
