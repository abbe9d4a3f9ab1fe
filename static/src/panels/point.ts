// What is known of any place, in plain words.
import type { Config, Layer } from "../config.ts";
import { element } from "../dom.ts";
import { ask } from "../files.ts";
import type { Parts } from "../later.ts";
import { roman } from "../scale.ts";
import type { State } from "../state.ts";
import type { Words } from "../words.ts";
import { ageOf, facts, type Row } from "./card.ts";
import { isFilled } from "./kinds.ts";
import { isShaking, shakingWords, type Shaking } from "./shaking.ts";
import { suitabilityWords, type Explained } from "./suitability.ts";
import { thresholdOf, thresholdSlider } from "./threshold.ts";

interface Value {
  name: string;
  value: number | null;
  unit: string;
}

interface Answer extends Shaking {
  layer: string;
  title: string;
  kind: string;
  known: boolean;
  reason: string;
  threshold?: number | null;
  source?: { far_out?: readonly string[]; release_seen?: readonly string[] };
  values: Value[];
  explained?: Explained;
  features?: Zone[];
}

interface Zone {
  msk?: number | null;
  pga_min_g?: number | null;
  pga_max_g?: number | null;
}

interface Near {
  code: string;
  name: string | Record<string, string>;
  distance_km: number;
  value: number | null;
  unit: string;
  age_s: number | null;
}

export interface PointAnswer {
  lon: number;
  lat: number;
  layers: Answer[];
  nearest_stations: Near[];
}

export async function askPoint(
  root: string,
  [lon, lat]: readonly [number, number],
  time: string | null,
  filled: Layer | null,
  state: State,
): Promise<PointAnswer> {
  const chosen = filled ? asShown(filled, state) : {};
  const query = new URLSearchParams({ lon: lon.toFixed(5), lat: lat.toFixed(5), ...(time ? { time } : {}), ...chosen });
  return ask<PointAnswer>(`${root}/api/v1/point?${query}`);
}

/** How the filled layer is looked at, in the words of the server. */
function asShown(filled: Layer, { style, threshold, weights, scenario }: State): Record<string, string> {
  if (filled.kind === "scenario") return scenario ? { layer: filled.id, ...scenario } : {};
  if (filled.kind === "suitability") return { layer: filled.id, style, ...(weights ? { weights } : {}) };
  return filled.kind === "surface" && thresholdOf(filled, null) !== null && threshold !== null ? { layer: filled.id, threshold: String(threshold) } : {};
}

export function pointBody(found: PointAnswer, { config, moments, store, words }: Parts): Node[] {
  const { filled, overlays } = store.state;
  const body: Node[] = [];
  const first: Node[] = [];
  // What the map is coloured by is what the reader asks about.
  const led = [...found.layers].sort((one, other) => Number(other.layer === filled) - Number(one.layer === filled));
  for (const answer of led) {
    const layer = config.layers.find((each) => each.id === answer.layer);
    if (!layer) continue;
    const shown = layer.id === filled || overlays.includes(layer.id) || layer.visible;
    if (isShaking(layer.kind)) {
      if (shown) body.push(shakingWords(layer, answer, config, words));
    } else if (layer.kind === "suitability") {
      if (layer.id === filled) first.push(suitabilityWords(layer, store.state.style, answer, words));
    } else if (isFilled(layer) && shown) {
      const part = surfaceWords(layer, answer, (codes) => namesNear(config, codes, found), words);
      if (layer.id === filled && answer.known && thresholdOf(layer, null) !== null) part.append(thresholdSlider("point-threshold", layer, store, words));
      body.push(part);
    } else if (layer.kind === "zones" && answer.known) body.push(zoneWords(layer, answer, words));
  }
  const stations = found.nearest_stations.slice(0, 3);
  if (stations[0]) {
    const told = element("p", { class: "nearest" }, nearestWords(stations[0], config, words));
    if (body[0]) body[0].appendChild(told);
    else body.push(told);
    body.push(element("h3", {}, words.text("point.nearest")));
    body.push(facts(stations.map((station): Row => [nameIn(station.name, config.language) || station.code, stationWords(station, words)])));
  }
  if (!body.length && !first.length) body.push(element("p", {}, words.text("reason.outside_domain")));
  const hour = moments.shown ? `&time=${moments.shown}` : "";
  const sheet = `${config.root}/${config.language}/screening/sheet?sites=${found.lon},${found.lat}${hour}`;
  body.push(element("p", {}, element("a", { href: sheet }, words.text("point.sheet"))));
  return [...first, ...body];
}

function nearestWords(station: Near, config: Config, words: Words): string {
  const name = nameIn(station.name, config.language) || station.code;
  const distance = words.plain(station.distance_km, station.distance_km < 10 ? 1 : 0);
  if (station.value === null) return words.text("point.nearest_silent", { name, distance });
  const age = ageOf(Math.max(0, station.age_s ?? 0), words);
  return words.text("point.nearest_read", { name, distance, value: words.value(station.value, station.unit), age });
}

function pick(answer: Answer, name: string): Value | null {
  const found = answer.values.find((each) => each.name === name);
  return found && found.value !== null ? found : null;
}

/** Names of those of some stations that stand near by. */
function namesNear(config: Config, codes: readonly string[], found: PointAnswer): string {
  const near = found.nearest_stations.filter((station) => codes.includes(station.code));
  return near.map((station) => nameIn(station.name, config.language) || station.code).join(", ");
}

function surfaceWords(layer: Layer, answer: Answer, near: (codes: readonly string[]) => string, words: Words): HTMLElement {
  const part = element("section", {}, element("h3", {}, layer.title));
  const mean = pick(answer, "mean") ?? pick(answer, "value");
  if (!answer.known || !mean) {
    const id = `reason.${answer.reason}`;
    part.append(element("p", { class: "unknown" }, words.text(words.messages.has(id) ? id : "reason.unknown")));
    return part;
  }
  part.append(element("p", { class: "big" }, element("strong", {}, words.number(mean.value!, mean.unit)), " ", element("span", {}, words.unit(mean.unit))));
  const low = pick(answer, "p05");
  const high = pick(answer, "p95");
  if (low && high) {
    const relative = mean.unit === "times";
    const [value, from, to] = [mean, low, high].map((each) => words.number(each.value!, each.unit)) as [string, string, string];
    const range = { value, low: from, high: relative ? to : words.value(high.value!, high.unit) };
    part.append(element("p", {}, words.text(relative ? "point.relative" : "point.interval", range)));
  }
  const chance = pick(answer, "exceedance");
  if (chance && answer.threshold) {
    const share = chance.value!;
    const id = share < 0.01 ? "point.chance_small" : share > 0.99 ? "point.chance_large" : "point.chance";
    part.append(element("p", {}, words.text(id, { value: words.value(answer.threshold, mean.unit), chance: words.value(share, "1") })));
  }
  const release = near(answer.source?.release_seen ?? []);
  const farOut = near(answer.source?.far_out ?? []);
  if (release) part.append(element("p", { class: "warning" }, words.text("point.release", { stations: release })));
  if (farOut) part.append(element("p", { class: "warning" }, words.text("point.far_out", { stations: farOut })));
  if (layer.kind === "surface") part.append(element("p", { class: "caption" }, words.text("point.estimated")));
  return part;
}

function zoneWords(layer: Layer, answer: Answer, words: Words): HTMLElement {
  // Where zones overlap, the strongest shaking is the one to know.
  const zone = (answer.features ?? []).reduce<Zone | null>((most, each) => ((each.msk ?? 0) > (most?.msk ?? -1) ? each : most), null);
  const text = zone?.msk ? words.text("point.zone", { grade: roman(zone.msk) }) : words.text("point.no_zone");
  const { pga_min_g: low, pga_max_g: high } = zone ?? {};
  const shaking =
    low != null && high != null ? words.text("point.shaking", { low: words.number(low, "g"), high: words.number(high, "g") }) : "";
  const notice = layer.notice && words.messages.has(`notice.${layer.notice}`) ? words.text(`notice.${layer.notice}`) : layer.notice;
  return element(
    "section",
    {},
    element("h3", {}, layer.title),
    text && element("p", {}, text),
    shaking && element("p", {}, shaking),
    notice && element("p", { class: "caption" }, notice),
  );
}

function stationWords(station: Near, words: Words): string {
  const distance = words.text("point.distance", { distance: words.plain(station.distance_km, station.distance_km < 10 ? 1 : 0) });
  if (station.value === null) return `${distance}, ${words.text("card.no_value")}`;
  const old = station.age_s === null ? "" : `, ${ageOf(station.age_s, words)}`;
  return `${words.value(station.value, station.unit)}, ${distance}${old}`;
}

function nameIn(name: string | Record<string, string>, language: string): string {
  return typeof name === "string" ? name : name[language] || name.en || Object.values(name).find(Boolean) || "";
}
