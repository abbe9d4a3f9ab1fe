// The choice of layers: one filled surface at a time, since two would be read as one; overlays as many as wanted.
import type { Config, Layer, Style } from "../config.ts";
import { element, icon } from "../dom.ts";
import type { State, Store } from "../state.ts";
import type { Words } from "../words.ts";

const THRESHOLDS: Record<string, readonly number[]> = {
  "nSv/h": [100, 150, 200, 300, 500, 1000],
  "ug/m3": [10, 25, 50, 100, 200],
};

const FILLED: ReadonlySet<string> = new Set(["surface", "raster", "hazard", "scenario"]);
export const isFilled = (layer: Layer): boolean => FILLED.has(layer.kind);
export const isOverlay = (layer: Layer): boolean => !isFilled(layer) && layer.kind !== "basemap";

export function showLayers(root: HTMLElement, config: Config, store: Store, words: Words): void {
  const { state } = store;
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && root.contains(active) ? active.id : "";
  const surfaces = config.layers.filter(isFilled);
  const choices = [
    ...surfaces.map((layer) => surfaceChoice(layer, state, store, config, words)),
    radio("filled", "filled-none", words.text("layers.no_surface"), state.filled === null, () => store.set({ filled: null })),
  ];
  root.replaceChildren(
    group(words.text("layers.surface"), ...choices),
    group(words.text("layers.overlays"), ...config.layers.filter(isOverlay).map((layer) => overlayChoice(layer, state, store, config, words))),
    group(words.text("layers.unit"), unitChoice(state, store, words)),
  );
  if (focused) document.getElementById(focused)?.focus();
}

function group(title: string, ...children: HTMLElement[]): HTMLElement {
  return element("fieldset", {}, element("legend", {}, title), ...children);
}

function radio(name: string, id: string, text: string, checked: boolean, chosen: () => void): HTMLElement {
  const input = element("input", { type: "radio", name, id, checked });
  input.addEventListener("change", chosen);
  return element("label", { class: "choice" }, input, element("span", {}, text));
}

function surfaceChoice(layer: Layer, state: State, store: Store, config: Config, words: Words): HTMLElement {
  const checked = state.filled === layer.id;
  const chosen = radio("filled", `filled-${layer.id}`, layer.title, checked, () => store.set(choose(layer, state, config)));
  const choice = withPage(chosen, layer, config, words);
  if (!checked) return choice;
  return element("div", { class: "chosen" }, choice, ...styleChoice(layer, state, store, words));
}

/** The choice of a layer beside the way to its own page. */
function withPage(choice: HTMLElement, layer: Layer, config: Config, words: Words): HTMLElement {
  const title = words.text("layers.about", { title: layer.title });
  const href = `${config.root}/${config.language}/layers/${layer.id}`;
  return element("div", { class: "offer" }, choice, element("a", { id: `about-${layer.id}`, class: "tool", href, title, "aria-label": title }, icon("about")));
}

/** Taking another surface takes the stations of its quantity along, if stations are shown at all. */
function choose(layer: Layer, state: State, config: Config): Partial<State> {
  const stations = config.layers.filter((each) => each.kind === "stations");
  const own = stations.filter((each) => each.quantity === layer.quantity).map((each) => each.id);
  const others = stations.map((each) => each.id).filter((id) => !own.includes(id));
  const follow = own.length > 0 && state.overlays.some((id) => others.includes(id));
  const overlays = follow ? [...own, ...state.overlays.filter((id) => !others.includes(id) && !own.includes(id))] : state.overlays;
  return { filled: layer.id, style: layer.styles[0]?.id ?? "", threshold: null, overlays };
}

function styleChoice(layer: Layer, state: State, store: Store, words: Words): HTMLElement[] {
  if (layer.styles.length < 2) return [];
  const pick = select(
    "style",
    words.text("layers.style"),
    layer.styles.map((style) => [style.id, style.title]),
    state.style,
    (style) => store.set({ style }),
  );
  const style = layer.styles.find((each) => each.id === state.style);
  return style?.measure === "exceedance" ? [pick, thresholdChoice(layer, style, state, store, words)] : [pick];
}

function thresholdChoice(layer: Layer, style: Style, state: State, store: Store, words: Words): HTMLElement {
  const unit = layer.styles.find((each) => each.measure === "mean")?.unit ?? "";
  const now = state.threshold ?? style.threshold ?? 0;
  const offered = [...new Set([...(THRESHOLDS[unit] ?? []), now])].sort((a, b) => a - b);
  const texts = offered.map((value): [string, string] => [String(value), words.value(value, unit)]);
  return select("threshold", words.text("layers.threshold"), texts, String(now), (value) => store.set({ threshold: Number(value) }));
}

function select(id: string, label: string, options: [string, string][], chosen: string, picked: (value: string) => void): HTMLElement {
  const made = element("select", { id }, ...options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));
  made.addEventListener("change", () => picked(made.value));
  return element("label", { class: "pick", for: id }, element("span", {}, label), made);
}

function overlayChoice(layer: Layer, state: State, store: Store, config: Config, words: Words): HTMLElement {
  const input = element("input", { type: "checkbox", id: `overlay-${layer.id}`, checked: state.overlays.includes(layer.id) });
  input.addEventListener("change", () => {
    const rest = store.state.overlays.filter((id) => id !== layer.id);
    store.set({ overlays: input.checked ? [...rest, layer.id] : rest });
  });
  return withPage(element("label", { class: "choice" }, input, element("span", {}, layer.title)), layer, config, words);
}

function unitChoice(state: State, store: Store, words: Words): HTMLElement {
  const made = (["uSv/h", "nSv/h"] as const).map((unit) =>
    radio("unit", `unit-${unit[0]}`, words.text(`unit.${unit}`), state.unit === unit, () => store.set({ unit })),
  );
  return element("div", { class: "row" }, ...made);
}
