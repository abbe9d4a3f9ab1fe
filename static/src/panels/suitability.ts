// Suitability: weights that the map follows at once, and why a place has its score.
import type { Config, Layer, Style } from "../config.ts";
import { element } from "../dom.ts";
import { ask } from "../files.ts";
import type { Store } from "../state.ts";
import type { Words } from "../words.ts";
import { facts, translated, type Row } from "./card.ts";

const RESTS_MS = 200; // before the map is drawn anew
const LOST = 2; // criteria that are named as those by which most is lost

interface Weighed {
  evidence: string;
  unit: string;
  worst: number;
  best: number;
  weight: number;
}

interface Rule {
  evidence: string;
  unit: string;
  value: number | null;
  check_before_use: boolean;
}

interface Part extends Rule {
  weight: number;
  utility: number | null;
  contribution: number | null;
}

interface Exclusion extends Rule {
  limit: number;
  relation: "above" | "below";
  status: "hit" | "clear" | "missing";
  source: string;
}

export interface Explained {
  preset: string;
  score: number | null;
  excluded: boolean;
  withheld: string[];
  weight_known: number;
  criteria: Part[];
  exclusions: Exclusion[];
}

/** Weights in the words of an address; null are those of the preset. */
export function weightsOf(text: string | null): Map<string, number> {
  return new Map((text ?? "").split(",").filter(Boolean).map((pair): [string, number] => [pair.split(":")[0]!, Number(pair.split(":")[1])]));
}

export function weightSliders(layer: Layer, style: Style, store: Store, config: Config, words: Words): HTMLElement {
  const body = element("div", { class: "weights" });
  const made = element("details", { class: "pick", open: true }, element("summary", {}, words.text("site.weights")), body);
  void ask<{ weighed: Weighed[] }>(`${config.root}/tilejson/${layer.id}.json?style=${style.id}`).then(
    ({ weighed }) => fill(body, weighed, store, words, `${config.root}/files/${layer.id}/latest/latest.tif?style=${style.id}`),
    () => body.replaceChildren(element("p", {}, words.text("point.failed"))),
  );
  return made;
}

function fill(body: HTMLElement, weighed: readonly Weighed[], store: Store, words: Words, file: string): void {
  const chosen = weightsOf(store.state.weights);
  const rows = weighed.map((each) => {
    const id = `weight-${each.evidence}`;
    const now = chosen.get(each.evidence) ?? 100 * each.weight;
    const range = element("input", { type: "range", id, min: "0", max: "100", step: "1", value: String(Math.round(Math.min(100, now))) });
    const share = element("output", { for: id });
    const span = `${amount(each.worst, each.unit, words)} → ${amount(each.best, each.unit, words)}`;
    const label = element("label", { for: id, title: span }, words.text(`site.evidence.${each.evidence}`), " ", share);
    return { ...each, range, share, line: element("div", {}, label, range) };
  });
  const weights = (): string => rows.map(({ evidence, range }) => `${evidence}:${range.value}`).join(",");
  const cells = element("a", { download: "" }, "GeoTIFF");
  const show = (): void => {
    cells.href = store.state.weights ? `${file}&weights=${store.state.weights}` : file;
    const total = rows.reduce((sum, { range }) => sum + range.valueAsNumber, 0);
    for (const { range, share } of rows) {
      share.textContent = total ? words.value(range.valueAsNumber / total, "1") : "–";
      range.setAttribute("aria-valuetext", share.textContent);
    }
  };
  let waiting = 0;
  const changed = (): void => {
    show();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      // All at nothing means nothing: the map keeps what it shows.
      if (rows.some(({ range }) => range.valueAsNumber > 0)) store.set({ weights: weights() });
      show();
    }, RESTS_MS);
  };
  for (const { range } of rows) range.addEventListener("input", changed);
  const reset = element("button", { type: "button", class: "quiet" }, words.text("site.reset"));
  reset.addEventListener("click", () => {
    for (const { range, weight } of rows) range.value = String(Math.round(100 * weight));
    store.set({ weights: null });
    show();
  });
  show();
  body.replaceChildren(...rows.map(({ line }) => line), reset, " ", cells);
}

/** A number in its unit, with three digits that mean something; counts and densities name their unit in the words before. */
function amount(value: number, unit: string, words: Words): string {
  const size = Math.abs(value);
  const text = words.plain(value, size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
  return unit === "1" || unit === "1/km2" ? text : `${text}\u00a0${words.unit(unit)}`;
}

export function suitabilityWords(layer: Layer, style: string, answer: { reason: string; explained?: Explained }, words: Words): HTMLElement {
  const part = element("section", { class: "why" }, element("h3", {}, layer.title));
  const found = answer.explained;
  if (!found) {
    const id = `reason.${answer.reason}`;
    part.append(element("p", { class: "unknown" }, words.text(words.messages.has(id) ? id : "reason.unknown")));
    return part;
  }
  const name = (each: Rule): string => words.text(`site.evidence.${each.evidence}`);
  const preset = layer.styles.find((each) => each.id === style)?.title ?? found.preset;
  if (found.excluded) {
    const rules = found.exclusions.filter((each) => each.status === "hit").map((each) => exclusion(each, name(each), words));
    part.append(element("p", { class: "warning" }, words.text("site.excluded", { rules: rules.join("; ") })));
  } else if (found.score === null) {
    const missing = found.withheld.map((each) => words.text(`site.evidence.${each}`)).join(", ");
    part.append(element("p", { class: "unknown" }, missing ? words.text("site.withheld", { names: missing }) : words.text("reason.little_evidence")));
  } else {
    part.append(element("p", { class: "big" }, element("strong", {}, words.value(found.score, "1"))));
    part.append(element("p", {}, words.text("point.suitability", { preset, known: words.value(found.weight_known, "1") })));
  }
  const loss = (each: Part): number => (each.utility === null ? 0 : each.weight * (1 - each.utility));
  const worst = found.criteria.filter((each) => loss(each) >= 0.01).sort((a, b) => loss(b) - loss(a));
  if (!found.excluded && found.score !== null && worst.length) {
    const names = worst.slice(0, LOST).map((each) => `${name(each)} (${amount(each.value!, each.unit, words)})`);
    part.append(element("p", {}, words.text("point.suitability_lost", { names: names.join("; ") })));
  }
  const rows = found.criteria.map((each): Row => [name(each), sum(each, words)]);
  part.append(facts(rows), element("p", { class: "caption" }, words.text("point.suitability_sum")));
  if (found.exclusions.some((each) => each.check_before_use)) part.append(element("p", { class: "caption" }, words.text("point.suitability_check")));
  if (layer.notice) part.append(element("p", { class: "caption" }, translated("notice.", layer.notice, words)));
  return part;
}

function exclusion(each: Exclusion, name: string, words: Words): string {
  const sign = each.relation === "above" ? ">" : "<";
  const said = each.unit === "1" ? "" : `${amount(each.value!, each.unit, words)} ${sign} ${amount(each.limit, each.unit, words)}, `;
  return `${name} (${said}${each.source}${each.check_before_use ? `, ${words.text("site.check")}` : ""})`;
}

function sum({ value, unit, utility, weight, contribution }: Part, words: Words): Node | string {
  if (value === null || utility === null) return words.text("site.status.missing");
  const share = element("small", {}, `${words.value(utility, "1")} × ${words.value(weight, "1")}${contribution === null ? "" : ` = ${words.value(contribution, "1")}`}`);
  return element("span", {}, amount(value, unit, words), " ", share);
}
