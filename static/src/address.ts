// The state of the page in the hash of its address, so that a link shows what the sender saw.

export interface Shared {
  zoom: number | null;
  lat: number | null;
  lon: number | null;
  filled: string | null; // id of the filled surface; "none" for no surface
  style: string | null;
  threshold: number | null; // canonical unit
  overlays: string[] | null;
  time: string | null; // null: the newest
  unit: "uSv/h" | "nSv/h" | null;
  station: string | null;
}

export const NOTHING: Shared = {
  zoom: null,
  lat: null,
  lon: null,
  filled: null,
  style: null,
  threshold: null,
  overlays: null,
  time: null,
  unit: null,
  station: null,
};

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const ID = /^[a-z][a-z0-9-]{0,62}$/;

export function formatAddress(state: Shared): string {
  const words: string[] = [];
  const { zoom, lat, lon } = state;
  if (zoom !== null && lat !== null && lon !== null) {
    const digits = Math.max(2, Math.round(zoom / 2) - 1);
    words.push(`map=${Number(zoom.toFixed(2))}/${lat.toFixed(digits)}/${lon.toFixed(digits)}`);
  }
  if (state.filled !== null) words.push(`layer=${state.filled}${state.style ? `.${state.style}` : ""}`);
  if (state.threshold !== null) words.push(`threshold=${state.threshold}`);
  if (state.overlays !== null) words.push(`with=${state.overlays.join(",")}`);
  if (state.time !== null) words.push(`time=${state.time}`);
  if (state.unit !== null) words.push(`unit=${state.unit}`);
  if (state.station !== null) words.push(`station=${encodeURIComponent(state.station)}`);
  return words.length ? `#${words.join("&")}` : "";
}

/** What an address says; a word that is not understood says nothing. */
export function parseAddress(hash: string): Shared {
  const found: Shared = { ...NOTHING };
  for (const word of hash.replace(/^#/, "").split("&")) {
    const cut = word.indexOf("=");
    if (cut < 1) continue;
    const key = word.slice(0, cut);
    const value = decoded(word.slice(cut + 1));
    if (key === "map") Object.assign(found, position(value));
    else if (key === "layer") {
      const [layer = "", style = ""] = value.split(".");
      if (ID.test(layer)) found.filled = layer;
      if (ID.test(style)) found.style = style;
    } else if (key === "threshold" && Number.isFinite(Number(value)) && Number(value) > 0) {
      found.threshold = Number(value);
    } else if (key === "with") found.overlays = value.split(",").filter((id) => ID.test(id));
    else if (key === "time" && TIME.test(value)) found.time = value;
    else if (key === "unit" && (value === "uSv/h" || value === "nSv/h")) found.unit = value;
    else if (key === "station" && value) found.station = value;
  }
  return found;
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
