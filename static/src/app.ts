// The page: reads its configuration, holds the state, lets map and panels follow it.
import "./first/shown.ts"; // first, since it waits
import { formatAddress, parseAddress, type Shared } from "./address.ts";
import { readConfig } from "./config.ts";
import { Current } from "./current.ts";
import { calm, isNarrow, thrifty } from "./device.ts";
import { element, iconButton } from "./dom.ts";
import { Files } from "./files.ts";
import type { Later, Tool } from "./later.ts";
import { load } from "./loading.ts";
import { MapView } from "./map/leaflet.ts";
import { Moments } from "./moments.ts";
import { isFilled, isOverlay } from "./panels/kinds.ts";
import { showLegend } from "./panels/legend.ts";
import { TimeBar } from "./panels/timebar.ts";
import { Scene } from "./scene.ts";
import { Store, type Card, type State } from "./state.ts";
import { Words } from "./words.ts";

const config = readConfig();
const byId = (id: string): HTMLElement => document.getElementById(id)!;
const shared = parseAddress(location.hash, location.search);

const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
const kept = localStorage.getItem("theme");
let waitedFor = shared.station !== null || shared.feature !== null; // a link names what was not there yet
let chosenTheme = shared.theme ?? (kept === "dark" || kept === "light" ? kept : null);
const filledNow = config.layers.find((layer) => isFilled(layer) && (shared.filled ? layer.id === shared.filled : layer.visible));
const store = new Store({
  filled: shared.filled === "none" ? null : (filledNow?.id ?? null),
  style: filledNow?.styles.find((style) => style.id === shared.style)?.id ?? filledNow?.styles[0]?.id ?? "",
  threshold: shared.threshold,
  weights: shared.weights,
  scenario: shared.scenario,
  overlays: shared.overlays ?? config.layers.filter((layer) => isOverlay(layer) && layer.visible).map((layer) => layer.id),
  time: shared.time,
  unit: shared.unit ?? "uSv/h",
  theme: chosenTheme ?? (wantsDark.matches ? "dark" : "light"),
  card: shared.place && { kind: "point", layer: "", code: "", position: shared.place, feature: null },
  span: shared.span ?? "48h",
  table: shared.table,
  against: Moments.sound(shared.against, config),
  swipe: shared.swipe ?? 0.5,
  failing: false,
  lost: false,
});
const words = new Words(config, () => store.state);
const current = new Current(config.root);
const files = new Files(config.root, current);
const moments = new Moments(current, () => store.state);

const map = new MapView(byId("map"), config.bounds, config.max_zoom, calm(), [words.text("unit.km"), words.text("unit.m")]);
const covered = (): { left: number; top: number; right: number; bottom: number } => {
  // The bar of hours is not there yet.
  if (isNarrow()) return { left: 8, top: document.querySelector(".lead")!.getBoundingClientRect().bottom + 8, right: 8, bottom: 130 };
  return { left: 24, top: 70, right: window.innerWidth < 1024 ? 60 : 270, bottom: 110 };
};
if (shared.zoom !== null) map.look([shared.lon!, shared.lat!], shared.zoom);
else map.fit(config.bounds, covered(), isNarrow() ? 4.25 : 3);
for (const credit of new Set([config.credit, ...config.layers.map((layer) => layer.attribution).filter((each) => !config.credit.includes(each))])) map.credit(credit);

const scene = new Scene(config, map, store, current, files, words, moments);
const said = element("p", { id: "said", class: "unseen", role: "status" });
document.querySelector(".shell")!.append(said);
const say = (text: string): void => void (said.textContent = text);

let pressed = false; // whether the reader has pressed anything yet
for (const hand of ["pointerdown", "keydown"]) window.addEventListener(hand, () => void (pressed = true), { once: true, passive: true, capture: true });

// What the first view does not need comes with the first hand on the page.
let later: Later | null = null;
let coming: Promise<Later | null> | null = null;
function need(): Promise<Later | null> {
  coming ??= load(config.later, { config, map, store, scene, current, files, words, moments, say, shared: sharedNow, pressed: () => pressed }).then(
    (loaded) => {
      later = loaded;
      later.follow(store.state, null);
      return later;
    },
    () => {
      coming = null; // asked again when it is needed again
      return null;
    },
  );
  return coming;
}
if (!thrifty()) for (const hand of ["pointermove", "pointerdown", "keydown"]) window.addEventListener(hand, () => void need(), { once: true, passive: true });

const timeBar = new TimeBar(byId("time"), store, words, config.utc_offset_min, {
  say,
  near: (times) => {
    if (!thrifty()) void scene.prefetch(times);
  },
});

// Tools.
function tool(name: Tool, icon: string): HTMLButtonElement {
  const button = iconButton(icon, words.text(name === "layers" ? "layers.title" : `tools.${name}`), () => {
    void need().then((found) => (found ? found.press(name, button) : say(words.text("tools.failed"))));
  });
  if (name === "table") button.setAttribute("aria-haspopup", "dialog");
  else {
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", "layers");
  }
  return button;
}
byId("tools").append(
  tool("layers", "layers"),
  tool("table", "list"),
  tool("compare", "compare"),
  tool("keep", "keep"),
  iconButton("theme", words.text("tools.theme"), () => {
    chosenTheme = store.state.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", chosenTheme);
    store.set({ theme: chosenTheme });
  }),
  element(
    "div",
    { class: "zoom" },
    iconButton("plus", words.text("tools.zoom_in"), () => map.zoomBy(1)),
    iconButton("minus", words.text("tools.zoom_out"), () => map.zoomBy(-1)),
  ),
);

map.onPressed((position) => store.set({ card: { kind: "point", layer: "", code: "", position, feature: null } }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") later?.escape();
});
wantsDark.addEventListener("change", () => {
  if (!chosenTheme) store.set({ theme: wantsDark.matches ? "dark" : "light" });
});

function sharedNow(): Shared {
  const { filled, style, threshold, weights, scenario, overlays, time, unit, card, span, table, against, swipe } = store.state;
  const [lon, lat] = map.centre;
  return {
    zoom: map.zoom,
    lat,
    lon,
    filled: filled ?? "none",
    style: filled && style,
    threshold,
    weights,
    scenario,
    overlays: [...overlays],
    time,
    unit,
    station: card?.kind === "station" ? card.code : waitedFor ? shared.station : null,
    place: card?.kind === "point" ? [...card.position] : null,
    feature: card?.kind === "feature" && card.code ? [card.layer, card.code] : waitedFor ? shared.feature : null,
    span: span === "48h" ? null : span,
    table,
    against,
    swipe: against ? swipe : null,
    theme: chosenTheme,
  };
}

let waiting = 0;
function remember(): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    const hash = formatAddress(sharedNow());
    history.replaceState(null, "", location.pathname + hash);
    for (const anchor of document.querySelectorAll<HTMLAnchorElement>("#languages a")) anchor.hash = hash;
  }, 250);
}
map.onMoved(remember);
// Another state that is typed or pasted into the address; the way past the map is none.
window.addEventListener("hashchange", () => {
  if (location.hash.includes("=")) location.reload();
});

function showTitle(state: State): void {
  const layer = config.layers.find((each) => each.id === state.filled);
  const style = layer?.styles.find((each) => each.id === state.style);
  const measure = layer && style && style.measure !== "mean" ? ` · ${words.styleTitle(layer, style)}` : "";
  const bare = layer && current.answered && !current.times(layer.id).length ? ` · ${words.text(layer.mode_of === undefined ? "layers.no_data" : "reason.no_normal")}` : "";
  byId("subtitle").textContent = (layer?.title ?? words.text("layers.no_surface")) + measure + bare;
  byId("offline").hidden = !state.failing;
  byId("lost").hidden = state.failing || !state.lost;
}

function followAll(state: State, changed: ReadonlySet<keyof State> | null): void {
  const any = (...keys: (keyof State)[]): boolean => changed === null || keys.some((key) => changed.has(key));
  if (any("theme")) document.documentElement.dataset.theme = state.theme;
  if (any("filled", "style", "threshold", "unit", "failing", "lost")) showTitle(state);
  // Until it is known what there is, the legend would say more than it does later.
  if ((current.answered || state.failing) && any("filled", "style", "threshold", "overlays", "unit", "failing")) {
    const drawn = state.overlays.filter((id) => !current.empty(id));
    showLegend(byId("legend"), config, { ...state, overlays: drawn }, words);
  }
  if (any("filled", "overlays", "time")) timeBar.show(moments.all);
  if (!later && (state.scenario || state.card || state.table || state.against)) void need();
  void scene.follow(changed).then(() => {
    later?.follow(store.state, changed);
    openNamed();
  });
  remember();
}

/** What a link names once there is something to name it in. */
function named(): Card | null {
  const station = shared.station === null ? null : scene.anyStation(shared.station);
  if (station) return { kind: "station", layer: station.layer, code: station.reading.code, position: station.position, feature: null };
  const [id = "", code = ""] = shared.feature ?? [];
  const feature = scene.features(id).find((each) => String(each.id) === code);
  return feature ? { kind: "feature", layer: id, code, position: map.centre, feature } : null;
}

/** Open it once it is there, unless the reader has opened something else. */
function openNamed(): void {
  if (!waitedFor) return;
  const card = store.state.card ?? named();
  if (!card) return;
  waitedFor = false;
  store.set({ card });
}

store.follow(followAll);
store.again();
let newest: string | null = null;
void current.start(
  () => {
    const before = newest;
    newest = moments.all.at(-1) ?? null;
    store.again();
    if (before !== null && newest && newest !== before) say(words.text("time.new", { time: words.clock(newest) }));
  },
  (failing) => store.set({ failing }),
);
