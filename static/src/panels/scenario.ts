// The shaking of a fault or an event of the map: asked for on its card, named in the legend. A scenario, never a forecast.
import type { Config, Layer } from "../config.ts";
import { element } from "../dom.ts";
import type { Parts } from "../later.ts";
import type { Scenario, State, Store } from "../state.ts";
import type { Words } from "../words.ts";
import { facts, patiently, type Row, translated } from "./card.ts";

const RESTS_MS = 250; // before the map is drawn anew
const MAGNITUDES = { least: 4.5, most: 8.5, step: 0.1 };

/** What the server took for an earthquake, with what it assumed. */
export interface Earthquake {
  id: string;
  names: Record<string, string>;
  magnitude: number;
  rake: number;
  dip: number | null;
  vs30_m_s: number;
  model: string;
  model_id: string;
  assumed: string[];
}

interface Answer {
  layers: { layer: string; earthquake?: Earthquake }[];
  detail?: string;
}

export interface Breaking {
  shows: Layer;
  rupture: string;
}

/** The layer that can show what a feature of another layer does, and the name of the feature for it. */
export function breaking(config: Config, layer: Layer, feature: GeoJSON.Feature): Breaking | null {
  const shows = config.layers.find((each) => each.kind === "scenario" && each.ruptures?.[layer.id]);
  // A fold breaks no surface.
  if (!shows || feature.id === undefined || feature.properties?.fold) return null;
  return { shows, rupture: `${shows.ruptures![layer.id]}:${feature.id}` };
}

const isShown = (state: State, { shows, rupture }: Breaking): boolean => state.filled === shows.id && state.scenario?.rupture === rupture;

/** Ask what the server takes for an earthquake; a sentence where it takes none. */
async function ask(config: Config, shows: Layer, scenario: Scenario, [lon, lat]: readonly [number, number]): Promise<Earthquake | string> {
  const chosen = Object.keys(scenario).length ? { layer: shows.id, ...scenario } : {};
  const query = new URLSearchParams({ lon: lon.toFixed(4), lat: lat.toFixed(4), ...chosen });
  const answer = await fetch(`${config.root}/api/v1/point?${query}`);
  const found = (await answer.json()) as Answer;
  return found.layers?.find((each) => each.layer === shows.id)?.earthquake ?? found.detail ?? String(answer.status);
}

export function scenarioName(quake: Earthquake, { language }: Config, words: Words): string {
  const name = quake.names[language] ?? quake.names.en ?? Object.values(quake.names)[0] ?? quake.id;
  return words.text("scenario.named", { magnitude: words.plain(quake.magnitude, 1), name });
}

/** The part of a card that offers the shaking of its feature, and chooses how strong and by which model. */
export async function scenarioPart(parts: Parts, breaks: Breaking): Promise<HTMLElement> {
  const { store, words } = parts;
  const { state } = store;
  const { shows, rupture } = breaks;
  const shown = isShown(state, breaks);
  const press = element("button", { type: "button", id: "scenario-show", class: "action", "aria-pressed": String(shown) }, words.text(shown ? "scenario.hide" : "scenario.show"));
  const part = element("section", { class: "scenario" }, press, element("p", { class: "caption" }, words.text("scenario.words")));
  press.addEventListener("click", () => {
    if (!shown) return store.set({ filled: shows.id, style: shows.styles[0]!.id, threshold: null, scenario: { rupture } });
    const usual = parts.config.layers.find((each) => each.kind === "surface" && each.visible);
    store.set({ filled: usual?.id ?? null, style: usual?.styles[0]?.id ?? "", threshold: null, scenario: null });
  });
  if (!shown) return part;
  const told = element("div", { class: "told" });
  part.append(told);
  const coming = known(parts, shows, state.scenario!).then((quake) => {
    if (typeof quake === "string") told.replaceChildren(element("p", { class: "warning", role: "alert" }, words.text("scenario.refused", { reason: quake })));
    else told.replaceChildren(...choices(quake, shows, store, words), facts(taken(quake, words)));
  });
  await patiently(coming);
  return part;
}

function choices(quake: Earthquake, shows: Layer, store: Store, words: Words): HTMLElement[] {
  const change = (chosen: Scenario): void => store.set({ scenario: { ...store.state.scenario!, ...chosen } });
  const { least, most, step } = MAGNITUDES;
  const range = element("input", { type: "range", id: "scenario-magnitude", min: String(least), max: String(most), step: String(step) });
  range.value = String(quake.magnitude);
  const output = element("output", { for: range.id }, `M ${words.plain(quake.magnitude, 1)}`);
  let waiting = 0;
  range.addEventListener("input", () => {
    output.textContent = `M ${words.plain(Number(range.value), 1)}`;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => change({ magnitude: range.value }), RESTS_MS);
  });
  const select = (id: string, text: string, options: readonly { id: string; title: string }[], now: string, chosen: (id: string) => void): HTMLElement => {
    const made = element("select", { id }, ...options.map((each) => element("option", { value: each.id, selected: each.id === now }, each.title)));
    made.addEventListener("change", () => chosen(made.value));
    return element("label", { class: "pick", for: id }, element("span", {}, text), made);
  };
  return [
    element("div", { class: "pick" }, element("label", { for: range.id }, words.text("scenario.magnitude"), " ", output), range),
    select("scenario-model", words.text("scenario.model"), shows.models ?? [], quake.model_id, (model) => change({ model })),
    select("scenario-style", words.text("layers.style"), shows.styles, store.state.style, (style) => store.set({ style, threshold: null })),
  ];
}

function taken(quake: Earthquake, words: Words): Row[] {
  const assumed = quake.assumed.map((each) => translated("scenario.assumed.", each.replaceAll(" ", "_"), words)).join("; ");
  return [
    // Of an event no plane is known.
    ...(quake.dip === null ? [] : [[words.text("scenario.dip"), `${words.plain(quake.dip, 0)}°`], [words.text("scenario.rake"), `${words.plain(quake.rake, 0)}°`]] satisfies Row[]),
    [words.text("scenario.ground"), `Vs30 ${words.plain(quake.vs30_m_s, 0)} ${words.unit("m/s")}`],
    [words.text("scenario.assumed"), assumed],
  ];
}

const answers = new Map<string, Promise<Earthquake | string>>();

function known({ config, map }: Parts, shows: Layer, scenario: Scenario): Promise<Earthquake | string> {
  const key = JSON.stringify([shows.id, scenario]);
  const found = answers.get(key) ?? ask(config, shows, scenario, map.centre);
  answers.set(key, found);
  found.catch(() => answers.delete(key)); // asked again when it is needed again
  return found;
}

/** Say in the legend which earthquake is drawn, and that it is a scenario. */
export function nameScenario(parts: Parts): void {
  const { config, store, words } = parts;
  const { filled, scenario } = store.state;
  const shows = config.layers.find((each) => each.id === filled && each.kind === "scenario");
  if (!shows) return;
  void known(parts, shows, scenario ?? {}).then((quake) => {
    const heading = document.querySelector("#legend .legend-body section h3");
    if (store.state.filled !== filled || store.state.scenario !== scenario || !heading || typeof quake === "string") return;
    document.getElementById("scenario-named")?.remove();
    heading.after(element("p", { id: "scenario-named", class: "caption" }, element("strong", {}, scenarioName(quake, config, words)), element("br"), `${quake.model}. ${words.text("scenario.words")}`));
  }).catch(() => undefined);
}
