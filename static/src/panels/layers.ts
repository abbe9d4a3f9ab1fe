// The choice of layers: one filled surface at a time, since two would be read as one; overlays as many as wanted.
import type { Config, Layer } from "../config.ts";
import { element, icon } from "../dom.ts";
import type { State, Store } from "../state.ts";
import { DOSE_UNITS } from "../text/numbers.ts";
import type { Words } from "../words.ts";
import { isFilled, isOverlay } from "./kinds.ts";
import { weightSliders } from "./suitability.ts";
import { thresholdSlider } from "./threshold.ts";

export function showLayers(root: HTMLElement, config: Config, store: Store, words: Words): void {
  const { state } = store;
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && root.contains(active) ? active.id : "";
  const surfaces = config.layers.filter((layer) => isFilled(layer) && !layer.mode_of);
  const choices = [
    ...surfaces.map((layer) => surfaceChoice(layer, state, store, config, words)),
    radio("filled", "filled-none", words.text("layers.no_surface"), state.filled === null, () => store.set({ filled: null, scenario: null })),
  ];
  root.replaceChildren(
    group(words.text("layers.surface"), ...choices),
    group(words.text("layers.overlays"), ...config.layers.filter(isOverlay).map((layer) => overlayChoice(layer, state, store, config, words))),
    group(words.text("layers.unit"), unitChoice("unit", store, words)),
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
  const modes = config.layers.filter((each) => each === layer || each.mode_of === layer.id);
  const shown = modes.find(({ id }) => id === state.filled);
  const chosen = radio("filled", `filled-${layer.id}`, layer.title, !!shown, () => store.set(choose(layer, state, config)));
  const choice = withPage(chosen, shown ?? layer, config, words);
  if (!shown) return choice;
  return element("div", { class: "chosen" }, choice, ...styleChoice(shown, modes, state, store, config, words));
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
  return { filled: layer.id, style: layer.styles[0]?.id ?? "", threshold: null, weights: null, scenario: null, overlays };
}

function styleChoice(layer: Layer, modes: readonly Layer[], state: State, store: Store, config: Config, words: Words): HTMLElement[] {
  const options = modes.flatMap((of) => of.styles.map((style) => ({ of, style })));
  if (options.length < 2) return [];
  const made = element(
    "select",
    { id: "style" },
    ...options.map(({ of, style }) => element("option", { value: style.id, selected: of === layer && style.id === state.style }, style.title)),
  );
  made.addEventListener("change", () => {
    const { of, style } = options[made.selectedIndex]!;
    store.set({ filled: of.id, style: style.id, weights: null, ...(of !== layer && { threshold: null }) });
  });
  const pick = element("label", { class: "pick", for: "style" }, element("span", {}, words.text("layers.style")), made);
  const style = layer.styles.find((each) => each.id === state.style);
  if (style && layer.kind === "suitability") return [pick, weightSliders(layer, style, store, config, words)];
  return style?.measure === "exceedance" ? [pick, thresholdSlider("threshold", layer, store, words)] : [pick];
}

function overlayChoice(layer: Layer, state: State, store: Store, config: Config, words: Words): HTMLElement {
  const input = element("input", { type: "checkbox", id: `overlay-${layer.id}`, checked: state.overlays.includes(layer.id) });
  input.addEventListener("change", () => {
    const rest = store.state.overlays.filter((id) => id !== layer.id);
    store.set({ overlays: input.checked ? [...rest, layer.id] : rest });
  });
  return withPage(element("label", { class: "choice" }, input, element("span", {}, layer.title)), layer, config, words);
}

/** The units of a dose rate side by side; the page has the choice more than once, so `name` tells them apart. */
export function unitChoice(name: string, store: Store, words: Words): HTMLElement {
  const made = DOSE_UNITS.map((unit) => {
    const id = `${name}-${unit.slice(0, 2).toLowerCase()}`;
    const input = element("input", { type: "radio", name, id, class: "unseen", checked: store.state.unit === unit });
    input.addEventListener("change", () => store.set({ unit }));
    return element("label", { class: "segment" }, input, element("span", {}, words.text(`unit.${unit}`)));
  });
  return element("div", { class: "segments" }, ...made);
}
