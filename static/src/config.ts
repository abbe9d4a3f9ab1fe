// What the page was composed with; mapserver/documents/page.py writes it. It does not change from hour to hour.

import type { LaterFiles } from "./loading.ts";

export interface LegendClass {
  colour: string;
  text: string; // colour of text on it
  low: number | null;
  high: number | null;
  label: string; // as the catalogue writes it, or ""
  words: string; // what it means, in the language of the page
}

export interface Style {
  id: string;
  title: string;
  measure: string;
  unit: string;
  raised_from: number | null; // first class that is drawn as a square
  alarm_from: number | null; // first class that is drawn as a triangle
  threshold: number | null;
  hatch?: string; // colour of what is excluded, where a style knows exclusions
  classes: LegendClass[];
}

export interface Layer {
  id: string;
  kind: string;
  title: string;
  notice: string;
  quantity: string | null;
  bounds: [west: number, south: number, east: number, north: number];
  min_zoom: number;
  max_zoom: number;
  attribution: string;
  visible: boolean;
  mode_of?: string; // the surface that it is offered with, as one more way to show it; "" where that one is not there
  clipped: boolean; // shown inside the area only
  ruptures?: Record<string, "fault" | "event">; // of a scenario: what features of which layers it can show
  models?: { id: string; title: string }[]; // and by which ground motion models
  styles: Style[];
}

export interface Config {
  language: Language;
  context: string;
  root: string;
  utc_offset_min: number;
  bounds: [west: number, south: number, east: number, north: number];
  max_zoom: number;
  area: string | null;
  places: string;
  credit: string; // of the base map
  notice: string; // what borders and names on it do not mean
  layers: Layer[];
  tiles: Record<string, { address: string; opacity: number }>; // by layer/style; {version}, {time}, {dense} are left open
  messages: Record<string, string>;
  later: LaterFiles;
}

export type Language = "kk" | "uz" | "ru" | "en";

export function readConfig(): Config {
  return JSON.parse(document.getElementById("map-config")!.textContent!) as Config;
}
