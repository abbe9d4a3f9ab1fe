// The state of the page in its address, so that a link shows what the sender saw: behind # or, for servers too, behind ?.
import { SCENARIO, type Against, type Scenario, type Span, type Theme } from "./state.ts";
import { DOSE_UNITS, type DoseUnit } from "./text/numbers.ts";

export interface Shared {
  zoom: number | null;
  lat: number | null;
  lon: number | null;
  filled: string | null; // id of the filled surface; "none" for no surface
  style: string | null;
  threshold: number | null; // canonical unit
  weights: string | null; // evidence:number,...
  scenario: Scenario | null;
  overlays: string[] | null;
  time: string | null; // null: the newest
  unit: DoseUnit | null;
  station: string | null;
  place: [lon: number, lat: number] | null; // what is asked about
  feature: [layer: string, id: string] | null;
  span: Span | null;
  table: boolean;
  against: Against | null;
  swipe: number | null;
  theme: Theme | null;
}

export const NOTHING: Shared = {
  zoom: null,
  lat: null,
  lon: null,
  filled: null,
  style: null,
  threshold: null,
  weights: null,
  scenario: null,
  overlays: null,
  time: null,
  unit: null,
  station: null,
  place: null,
  feature: null,
  span: null,
  table: false,
  against: null,
  swipe: null,
  theme: null,
};

/** Words that the server reads too; the others are of the page alone. */
const OF_BOTH = new Set(["map", "layer", "threshold", "with", "time", "unit", "station", ...SCENARIO]);
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const ID = /^[a-z][a-z0-9-]{0,62}$/;
const SPANS: readonly string[] = ["48h", "30d", "1y"] satisfies Span[];

function wordsOf(state: Shared): [key: string, value: string][] {
  const words: [string, string][] = [];
  const put = (key: string, value: string | number | null | undefined): void => {
    if (value !== null && value !== undefined) words.push([key, `${value}`]);
  };
  const { zoom, lat, lon } = state;
  if (zoom !== null && lat !== null && lon !== null) {
    const digits = Math.max(2, Math.round(zoom / 2) - 1);
    put("map", `${Number(zoom.toFixed(2))}/${lat.toFixed(digits)}/${lon.toFixed(digits)}`);
  }
  put("layer", state.filled && `${state.filled}${state.style ? `.${state.style}` : ""}`);
  put("threshold", state.threshold);
  put("weights", state.weights);
  for (const [key, value] of Object.entries(state.scenario ?? {})) put(key, encodeURIComponent(value));
  put("with", state.overlays?.join(","));
  put("time", state.time);
  put("unit", state.unit);
  put("station", state.station && encodeURIComponent(state.station));
  put("place", state.place && `${state.place[1].toFixed(5)}/${state.place[0].toFixed(5)}`);
  put("feature", state.feature && `${state.feature[0]}/${encodeURIComponent(state.feature[1])}`);
  put("span", state.span);
  put("view", (state.table || null) && "table");
  put("against", state.against && againstWord(state.against));
  put("swipe", state.swipe && Math.round(100 * state.swipe));
  put("theme", state.theme);
  return words;
}

export function formatAddress(state: Shared): string {
  const words = wordsOf(state).map((pair) => pair.join("="));
  return words.length ? `#${words.join("&")}` : "";
}

/** The same with all that a server reads behind a question mark. */
export function formatForServers(state: Shared): string {
  const words = wordsOf(state);
  const part = (mark: string, of: boolean): string => {
    const found = words.filter(([key]) => OF_BOTH.has(key) === of).map((pair) => pair.join("="));
    return found.length ? mark + found.join("&") : "";
  };
  return part("?", true) + part("#", false);
}

/** What an address says; a word that is not understood says nothing. */
export function parseAddress(hash: string, search = ""): Shared {
  const found: Shared = { ...NOTHING };
  const words = `${search.replace(/^\?/, "")}&${hash.replace(/^#/, "")}`;
  for (const word of words.split("&")) {
    const cut = word.indexOf("=");
    if (cut > 0) read(found, word.slice(0, cut), decoded(word.slice(cut + 1)));
  }
  return found;
}

function read(found: Shared, key: string, value: string): void {
  const number = value === "" ? NaN : Number(value);
  if (key === "map") Object.assign(found, position(value));
  else if (key === "layer") {
    const [layer = "", style = ""] = value.split(".");
    if (ID.test(layer)) found.filled = layer;
    if (ID.test(style)) found.style = style;
  } else if (key === "threshold" && Number.isFinite(number) && number > 0) found.threshold = number;
  else if (key === "weights") found.weights = value;
  else if (value && (SCENARIO as readonly string[]).includes(key)) found.scenario = { ...found.scenario, [key]: value };
  else if (key === "with") found.overlays = value.split(",").filter((id) => ID.test(id));
  else if (key === "time" && TIME.test(value)) found.time = value;
  else if (key === "unit" && (DOSE_UNITS as readonly string[]).includes(value)) found.unit = value as DoseUnit;
  else if (key === "station" && value) found.station = value;
  else if (key === "place") found.place = place(value);
  else if (key === "feature") {
    const cut = value.indexOf("/");
    if (cut > 0 && ID.test(value.slice(0, cut)) && value.length > cut + 1) found.feature = [value.slice(0, cut), value.slice(cut + 1)];
  } else if (key === "span" && SPANS.includes(value)) found.span = value as Span;
  else if (key === "view") found.table = value === "table";
  else if (key === "against") found.against = against(value);
  else if (key === "swipe" && number >= 0 && number <= 100) found.swipe = number / 100;
  else if (key === "theme" && (value === "light" || value === "dark")) found.theme = value;
}

function againstWord(side: Against): string {
  if (side.by === "hours") return `-${side.hours}h`;
  return side.by === "time" ? side.time : `${side.layer}.${side.style}`;
}

function against(value: string): Against | null {
  const hours = /^-(\d{1,4})h$/.exec(value)?.[1];
  if (hours) return { by: "hours", hours: Number(hours) };
  if (TIME.test(value)) return { by: "time", time: value };
  const [layer = "", style = ""] = value.split(".");
  return ID.test(layer) && ID.test(style) ? { by: "layer", layer, style } : null;
}

function place(value: string): [number, number] | null {
  const [lat = NaN, lon = NaN, ...more] = value.split("/").map(Number);
  return !more.length && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? [lon, lat] : null;
}

function position(value: string): Partial<Shared> {
  const numbers = value.split("/").map(Number);
  const [zoom, lat, lon] = numbers as [number, number, number];
  const sound = numbers.length === 3 && numbers.every(Number.isFinite);
  if (!sound || zoom < 0 || zoom > 22 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return {};
  return { zoom, lat, lon };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
