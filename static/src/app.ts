// The page: reads its configuration, holds the state, lets map and panels follow it.
import { formatAddress, parseAddress } from "./address.ts";
import { readConfig } from "./config.ts";
import { Current } from "./current.ts";
import { element, iconButton } from "./dom.ts";
import { Files } from "./files.ts";
import { MapView } from "./map/leaflet.ts";
import { Scene } from "./scene.ts";
import { Cards } from "./panels/cards.ts";
import { isFilled, isOverlay, showLayers } from "./panels/layers.ts";
import { showLegend } from "./panels/legend.ts";
import { TimeBar } from "./panels/timebar.ts";
import { Sheet } from "./panels/sheet.ts";
import { Store, type State } from "./state.ts";
import { Words } from "./words.ts";

const config = readConfig();
const { root } = config;
const byId = (id: string): HTMLElement => document.getElementById(id)!;
const shared = parseAddress(location.hash);

const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
const kept = localStorage.getItem("theme");
const filledNow = config.layers.find((layer) => isFilled(layer) && (shared.filled ? layer.id === shared.filled : layer.visible));
const store = new Store({
  filled: shared.filled === "none" ? null : (filledNow?.id ?? null),
  style: filledNow?.styles.find((style) => style.id === shared.style)?.id ?? filledNow?.styles[0]?.id ?? "",
  threshold: shared.threshold,
  overlays: shared.overlays ?? config.layers.filter((layer) => isOverlay(layer) && layer.visible).map((layer) => layer.id),
  time: shared.time,
  unit: shared.unit ?? "uSv/h",
  theme: kept === "dark" || kept === "light" ? kept : wantsDark.matches ? "dark" : "light",
  card: null,
  failing: false,
});
const words = new Words(config, () => store.state);
const current = new Current(root);
const files = new Files(root, current);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const map = new MapView(byId("map"), config.bounds, config.max_zoom, calm);
const covered = (): { left: number; top: number; right: number; bottom: number } => {
  const width = window.innerWidth;
  if (width < 768) return { left: 8, top: 150, right: 8, bottom: 150 };
  return { left: 24, top: 70, right: width < 1024 ? 60 : 270, bottom: 110 };
};
if (shared.zoom !== null) map.look([shared.lon!, shared.lat!], shared.zoom);
else map.fit(config.bounds, covered(), window.innerWidth < 768 ? 4.25 : 3);
for (const credit of new Set([config.credit, ...config.layers.map((layer) => layer.attribution)])) if (credit) map.credit(credit);

const scene = new Scene(config, map, store, current, files, words);
const cards = new Cards(byId("card"), config, store, scene, words, () => timeShown());
const timeBar = new TimeBar(byId("time"), store, words, config.utc_offset_min);
const layersSheet = new Sheet(byId("layers"), words.text("layers.title"), words);
// The two share one column: while layers are chosen, the legend steps back.
layersSheet.onToggle = (open) => byId("legend").classList.toggle("stepped-back", open);

// Tools.
const layersButton = iconButton("layers", words.text("layers.title"), () => layersSheet.toggle(layersButton));
layersButton.setAttribute("aria-expanded", "false");
layersButton.setAttribute("aria-controls", "layers");
const themeButton = iconButton("theme", words.text("tools.theme"), () => {
  const theme = store.state.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", theme);
  store.set({ theme });
});
byId("tools").append(
  layersButton,
  themeButton,
  element(
    "div",
    { class: "zoom" },
    iconButton("plus", words.text("tools.zoom_in"), () => map.zoomBy(1)),
    iconButton("minus", words.text("tools.zoom_out"), () => map.zoomBy(-1)),
  ),
);

map.onPressed((position) => store.set({ card: { kind: "point", layer: "", code: "", position, feature: null } }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (store.state.card) store.set({ card: null });
  else layersSheet.close();
});
wantsDark.addEventListener("change", () => {
  if (!localStorage.getItem("theme")) store.set({ theme: wantsDark.matches ? "dark" : "light" });
});

/** The time that is shown: the chosen one, or the newest of the layer that leads. */
function timeShown(): string | null {
  return store.state.time ?? times().at(-1) ?? null;
}

/** The times of the slider: those of the surface, or of the stations where no surface is shown. */
function times(): string[] {
  const { filled, overlays } = store.state;
  const leading = [filled, ...overlays].map((id) => (id ? current.times(id) : []));
  return leading.find((found) => found.length > 1 || (found[0] && found[0] !== "static")) ?? [];
}

function link(): string {
  const { filled, style, threshold, overlays, time, unit, card } = store.state;
  const [lon, lat] = map.centre;
  const station = card?.kind === "station" ? card.code : null;
  const layer = filled ?? "none";
  return formatAddress({ zoom: map.zoom, lat, lon, filled: layer, style: filled && style, threshold, overlays: [...overlays], time, unit, station });
}

let waiting = 0;
function remember(): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    const hash = link();
    history.replaceState(null, "", hash);
    for (const anchor of document.querySelectorAll<HTMLAnchorElement>("#languages a")) anchor.hash = hash;
  }, 250);
}
map.onMoved(remember);

function showTitle(state: State): void {
  const layer = config.layers.find((each) => each.id === state.filled);
  const style = layer?.styles.find((each) => each.id === state.style);
  const measure = layer && style && style.measure !== "mean" ? ` · ${words.styleTitle(layer, style)}` : "";
  const bare = layer && current.answered && !current.times(layer.id).length ? ` · ${words.text("layers.no_data")}` : "";
  byId("subtitle").textContent = (layer?.title ?? words.text("layers.no_surface")) + measure + bare;
  byId("offline").hidden = !state.failing;
}

function followAll(state: State, changed: ReadonlySet<keyof State> | null): void {
  const any = (...keys: (keyof State)[]): boolean => changed === null || keys.some((key) => changed.has(key));
  if (any("theme")) document.documentElement.dataset.theme = state.theme;
  if (any("filled", "style", "threshold", "unit", "failing")) showTitle(state);
  if (any("filled", "style", "threshold", "overlays", "unit")) {
    showLayers(layersSheet.body, config, store, words);
    const drawn = state.overlays.filter((id) => !current.empty(id));
    showLegend(byId("legend"), config, { ...state, overlays: drawn }, words);
  }
  if (any("filled", "overlays", "time")) timeBar.show(times());
  void scene.follow().then(() => cards.follow(changed));
  remember();
}

store.follow(followAll);
followAll(store.state, null);
let first = true;
void current.start(
  () => {
    followAll(store.state, null);
    if (!first) return;
    first = false;
    if (shared.station) void scene.follow().then(() => cards.openStation(shared.station!));
  },
  (failing) => store.set({ failing }),
);
