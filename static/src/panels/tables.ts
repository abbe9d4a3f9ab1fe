// All that the map shows, as lists: the same for those who see no map, and for those who want to search and sort.
import type { Layer } from "../config.ts";
import { element, icon } from "../dom.ts";
import type { Parts } from "../later.ts";
import { nameOf, type Station } from "../map/station.ts";
import { classOf, roman, shapeOf } from "../scale.ts";
import type { State } from "../state.ts";
import { dateOf, statusWord } from "./card.ts";
import { saveFile } from "./keeping.ts";

const MOST_ROWS = 500; // of a list at once; finding shows the others

interface Column {
  title: string;
  number?: boolean;
}

interface Line {
  cells: { text: string; order: number | string }[];
  open: (() => void) | null;
}

interface List {
  layer: Layer;
  columns: Column[];
  lines: Line[];
  many: boolean;
}

export class Tables {
  private readonly parts: Parts;
  private readonly dialog: HTMLDialogElement;
  private readonly body = element("div", { class: "table-body" });
  private readonly find = element("input", { type: "search", id: "table-find", autocomplete: "off" });
  private readonly order = new Map<string, { column: number; down: boolean }>();

  constructor(parts: Parts) {
    this.parts = parts;
    const { words, store } = parts;
    const close = element("button", { type: "button", class: "tool close", "aria-label": words.text("card.close") }, icon("close"));
    close.addEventListener("click", () => store.set({ table: false }));
    const heading = element("h2", { id: "table-title", tabindex: "-1" }, words.text("table.title"));
    this.dialog = element(
      "dialog",
      { id: "table", "aria-labelledby": "table-title" },
      element("header", {}, heading, close),
      element("p", { class: "table-when caption" }),
      element("label", { class: "find", for: "table-find" }, words.text("table.find"), this.find),
      this.body,
    );
    this.find.addEventListener("input", () => this.draw());
    // The browser closes it by Escape; the state follows.
    this.dialog.addEventListener("close", () => store.set({ table: false }));
    document.body.append(this.dialog);
  }

  follow(state: State, changed: ReadonlySet<keyof State> | null): void {
    if (!state.table) {
      if (this.dialog.open) this.dialog.close();
      return;
    }
    const fresh = !this.dialog.open;
    if (fresh && !this.parts.current.answered && !state.failing) return; // an empty list would grow under the reader's eyes
    if (fresh) this.dialog.showModal();
    if (fresh || changed === null || ["time", "unit", "overlays"].some((key) => changed.has(key as keyof State))) this.draw();
  }

  private draw(): void {
    const { words, moments, config, store } = this.parts;
    const active = document.activeElement;
    const focused = active && this.body.contains(active) ? active.id : "";
    const when = [moments.shown && words.clock(moments.shown), config.context === "simulated" && words.text("context.simulated")];
    this.dialog.querySelector(".table-when")!.textContent = when.filter(Boolean).join(" · ");
    // What was measured comes first.
    const measured = (layer: Layer): number => Number(layer.kind !== "stations");
    const layers = config.layers.filter((layer) => store.state.overlays.includes(layer.id)).sort((a, b) => measured(a) - measured(b));
    const lists = layers.flatMap((layer) => this.list(layer) ?? []);
    this.body.replaceChildren(...lists.map((list) => this.table(list)));
    if (focused) document.getElementById(focused)?.focus();
  }

  private list(layer: Layer): List | null {
    const { scene, current, words } = this.parts;
    if (layer.kind === "stations") return this.stations(layer, scene.stations(layer.id));
    const features = scene.features(layer.id);
    const many = !features.length && current.count(layer.id) > 0;
    const place = (feature: GeoJSON.Feature): string => this.text(feature, `name_${this.parts.config.language}`, "name_en", "name", "place") || layer.title;
    const opening = (feature: GeoJSON.Feature) => () => {
      this.parts.store.set({ table: false });
      scene.openFeature(layer, feature);
    };
    const number = (feature: GeoJSON.Feature, key: string): number | null => {
      const value: unknown = feature.properties?.[key];
      return typeof value === "number" && Number.isFinite(value) ? value : null;
    };
    const cell = (value: number | null, text: (value: number) => string): Line["cells"][number] => ({ text: value === null ? "–" : text(value), order: value ?? -Infinity });
    const word = (text: string): Line["cells"][number] => ({ text, order: text.toLowerCase() });
    if (layer.kind === "quakes") {
      return {
        layer,
        many,
        columns: [{ title: words.text("table.name") }, { title: words.text("quake.magnitude"), number: true }, { title: words.text("legend.depth"), number: true }, { title: words.text("quake.time") }],
        lines: features.map((feature) => {
          const time = this.text(feature, "time");
          return {
            cells: [word(place(feature)), cell(number(feature, "magnitude"), (m) => words.plain(m, 1)), cell(number(feature, "depth_km"), (d) => words.plain(d, 0)), { text: time && dateOf(time, words), order: time }],
            open: opening(feature),
          };
        }),
      };
    }
    if (layer.kind === "zones") {
      return {
        layer,
        many,
        columns: [{ title: words.text("table.grade") }, { title: words.text("table.shaking"), number: true }],
        lines: features.map((feature) => {
          const [grade, low, high] = [number(feature, "msk"), number(feature, "pga_min_g"), number(feature, "pga_max_g")];
          const shaking = low === null || high === null ? "–" : `${words.number(low, "g")}–${words.number(high, "g")}`;
          return { cells: [cell(grade, roman), { text: shaking, order: high ?? -1 }], open: null };
        }),
      };
    }
    if (layer.kind === "contours") return null; // lines of the surface, whose values are those of its stations
    return { layer, many, columns: [{ title: words.text("table.name") }], lines: features.map((feature) => ({ cells: [word(place(feature))], open: opening(feature) })) };
  }

  private stations(layer: Layer, stations: readonly Station[]): List {
    const { words, config, current, scene, store } = this.parts;
    const style = layer.styles[0]!;
    const unit = style.unit;
    const lines = stations.map((station): Line => {
      const { reading } = station;
      const name = nameOf(reading, config.language);
      const { value } = reading;
      const entry = value === null ? null : style.classes[classOf(value, style.classes)];
      const late = shapeOf(reading, style, current.generated) === "late";
      const meaning = entry ? entry.words || words.classLabel(entry, unit) : words.text(late ? "shape.late" : "shape.hollow");
      const status = statusWord(reading.status, words);
      return {
        cells: [
          { text: name, order: name.toLowerCase() },
          { text: value === null ? "–" : words.number(value, unit), order: value ?? -Infinity },
          { text: meaning, order: value ?? -Infinity },
          { text: status, order: status },
          { text: reading.country, order: reading.country },
        ],
        open: () => {
          store.set({ table: false });
          store.set({ card: { kind: "station", layer: layer.id, code: reading.code, position: station.position, feature: null } });
          scene.reveal(station.position);
        },
      };
    });
    const columns = [
      { title: words.text("card.station") },
      { title: `${words.text("page.value")}, ${words.unit(unit)}`, number: true },
      { title: words.text("table.meaning") },
      { title: words.text("card.status") },
      { title: words.text("table.country") },
    ];
    return { layer, columns, lines, many: false };
  }

  private text(feature: GeoJSON.Feature, ...keys: string[]): string {
    const found = keys.map((key) => feature.properties?.[key] as unknown).find((value) => value !== null && value !== undefined && value !== "");
    return found === undefined ? "" : String(found);
  }

  private table({ layer, columns, lines, many }: List): HTMLElement {
    const { words } = this.parts;
    const { column, down } = this.order.get(layer.id) ?? { column: 0, down: false };
    const wanted = this.find.value.trim().toLowerCase();
    const found = lines.filter(({ cells }) => !wanted || cells.some(({ text }) => text.toLowerCase().includes(wanted)));
    found.sort((a, b) => compare(a.cells[column]!.order, b.cells[column]!.order) * (down ? -1 : 1));
    const heads = columns.map(({ title, number }, i) => {
      const button = element("button", { type: "button", id: `sort-${layer.id}-${i}` }, title);
      button.addEventListener("click", () => {
        this.order.set(layer.id, { column: i, down: i === column ? !down : number === true });
        this.draw();
      });
      const sorted = i === column ? (down ? "descending" : "ascending") : undefined;
      return element("th", { scope: "col", class: number ? "number" : "", "aria-sort": sorted }, button);
    });
    const rows = found.slice(0, MOST_ROWS).map(({ cells, open }) => {
      const made = cells.map(({ text }, i) => {
        if (i > 0) return element("td", { class: columns[i]!.number ? "number" : "" }, text);
        if (!open) return element("th", { scope: "row" }, text);
        const button = element("button", { type: "button", class: "link" }, text);
        button.addEventListener("click", open);
        return element("th", { scope: "row" }, button);
      });
      return element("tr", {}, ...made);
    });
    const save = element("button", { type: "button", id: `save-${layer.id}`, class: "action" }, icon("down"), words.text("table.download"));
    save.addEventListener("click", () => saveFile(`${layer.id}.csv`, new Blob([csv(columns, found)], { type: "text/csv" })));
    return element(
      "section",
      {},
      element(
        "div",
        { class: "scrolled", tabindex: "0", role: "group", "aria-label": layer.title },
        element(
          "table",
          {},
          element("caption", {}, layer.title, " ", element("small", { role: "status" }, words.text("table.count", { count: String(found.length) }))),
          element("thead", {}, element("tr", {}, ...heads)),
          element("tbody", {}, ...rows),
        ),
      ),
      many && element("p", {}, words.text("table.many")),
      save,
    );
  }
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b || 0;
  return String(a).localeCompare(String(b));
}

/** A table for spreadsheets: a text that they would take for a formula is not one. */
function csv(columns: readonly Column[], lines: readonly Line[]): string {
  const quoted = (text: string): string => `"${(/^[=+@\t\r]|^-\D/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const rows = [columns.map(({ title }) => title), ...lines.map(({ cells }) => cells.map(({ text }) => text))];
  return `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
