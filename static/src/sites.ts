// Sites side by side: weights with live effect. The page is complete without this; nothing is sent
// anywhere when a weight is changed.
import type { Language } from "./config.ts";
import { formatNumber } from "./text/numbers.ts";
import { ahp, chanceOfFirst, flips, ranks, shares, topsis, weightedSum, type Row } from "./sites/ranking.ts";

interface Site {
  id: string;
  excluded: boolean;
  withheld: string[];
  utility: Row;
  utility_low: Row;
  utility_high: Row;
  value: Row;
}

interface Data {
  language: Language;
  names: Record<string, string>;
  words: Record<string, string>;
  evidence: Record<string, string>;
  random_index: number[];
  /** The largest consistency ratio of comparisons whose weights may be used. */
  consistent: number;
  comparison: {
    ahp: { pairs: Record<string, number> } | null;
    criteria: { evidence: string; weight: number; larger_is_better: boolean }[];
    sites: Site[];
  };
}

const DASH = "–";
const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") as Data;
const { criteria, sites } = data.comparison;
const initial = criteria.map((c) => c.weight);
const sliders = [...document.querySelectorAll<HTMLInputElement>("#weights input[type=range]")];
let weights = [...initial];
/** Comparisons of two that the weights follow from, as an address has them; empty where they do not. */
let pairs = Object.entries(data.comparison.ahp?.pairs ?? {}).map(([name, times]) => `${name}:${times}`).join(",");
const asked = pairs;

/** Three digits that mean something, as the server writes them. */
function number(value: number | null): string {
  if (value === null) return DASH;
  const kept = Number(value.toPrecision(3));
  return kept === 0 ? "0" : formatNumber(kept, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(kept)))), data.language);
}
const percent = (value: number | null): string => (value === null ? DASH : `${formatNumber(100 * value, 0, data.language)}\u00a0%`);

function words(name: string, values: Record<string, string> = {}): string {
  return (data.words[name] ?? name).replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
}

function put(row: Element, selector: string, text: string): void {
  const cell = row.querySelector(selector);
  if (cell) cell.textContent = text;
}

/** Shows what follows from the weights; sites keep their rows. */
function show(): void {
  const w = shares(weights);
  if (!w) return;
  const ranked = sites.flatMap((site, i) => (site.excluded || site.withheld.length ? [] : [i]));
  const at = <T>(pick: (site: Site) => T): T[] => ranked.map((i) => pick(sites[i] as Site));
  const scores = sites.map((site) => weightedSum(site.utility, w));
  const order = ranks(scores.map((score, i) => (ranked.includes(i) ? score : null)));
  const first = chanceOfFirst(at((s) => s.utility_low), at((s) => s.utility_high), w);
  const known = criteria.map((_, c) => ranked.every((i) => sites[i]?.value[c] !== null && sites[i]?.value[c] !== undefined));
  const kept = criteria.flatMap((_, c) => (known[c] ? [c] : []));
  const of = (row: Row): number[] => kept.map((c) => row[c] ?? 0);
  const larger = kept.map((c) => criteria[c]?.larger_is_better ?? true);
  const close = kept.length && ranked.length ? topsis(at((s) => of(s.value)), of(w), larger) : [];
  sites.forEach((site, i) => {
    const row = document.querySelector(`#sites tr[data-site="${CSS.escape(site.id)}"]`);
    if (!row) return;
    const place = ranked.indexOf(i);
    put(row, ".rank", order[i] === null || order[i] === undefined ? DASH : String(order[i]));
    // A score beside an exclusion would read as if it could buy it back.
    put(row, ".score output", place < 0 ? DASH : number(scores[i] ?? null));
    put(row, ".band", "");
    put(row, ".first", place < 0 ? DASH : percent(first[place] ?? null));
    put(row, ".topsis", place < 0 ? DASH : number(close[place] ?? null));
  });
  turns(ranked, kept, of, w);
  sliders.forEach((slider, c) => {
    slider.valueAsNumber = Math.round(100 * (weights[c] ?? 0));
    put(slider.closest("tr") as Element, "output", percent(w[c] ?? 0));
  });
  link(w);
}

function turns(ranked: number[], kept: number[], of: (row: Row) => number[], w: number[]): void {
  const list = document.getElementById("flips");
  if (!list) return;
  const now = shares(of(w)) ?? [];
  const name = (place: number): string => data.names[sites[ranked[place] ?? -1]?.id ?? ""] ?? "";
  const lines = flips(ranked.map((i) => of(sites[i]?.utility ?? [])), now).map((flip) =>
    words("flip", {
      from_site: name(flip.from),
      to_site: name(flip.by),
      evidence: data.evidence[criteria[kept[flip.criterion] ?? -1]?.evidence ?? ""] ?? "",
      now: percent(now[flip.criterion] ?? null),
      then: percent(flip.share),
    }),
  );
  list.replaceChildren(
    ...(lines.length ? lines : [words("no_flip")]).map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }),
  );
}

const arrived = location.href;

/** Puts the weights into every address of the page that asks the same again. */
function link(w: number[]): void {
  const changed = pairs !== asked || w.some((value, c) => Math.abs(value - (initial[c] ?? 0)) > 1e-4);
  const text = criteria.map((c, i) => `${c.evidence}:${Number((w[i] ?? 0).toFixed(4))}`).join(",");
  const ask = ({ searchParams }: URL): void => {
    if (!changed) return;
    searchParams.delete(pairs ? "weights" : "pairs");
    searchParams.set(pairs ? "pairs" : "weights", pairs || text);
  };
  for (const anchor of document.querySelectorAll<HTMLAnchorElement>('a[href*="sites="]')) {
    anchor.dataset.asked ??= anchor.href;
    const address = new URL(anchor.dataset.asked);
    ask(address);
    anchor.href = address.href;
  }
  // Only who came by a link keeps one: an uploaded file leaves no trace in the history.
  const here = new URL(arrived);
  if (here.searchParams.has("sites")) {
    ask(here);
    history.replaceState(null, "", here);
  }
}

sliders.forEach((slider, c) =>
  slider.addEventListener("input", () => {
    weights[c] = slider.valueAsNumber / 100;
    pairs = "";
    show();
  }),
);
document.getElementById("reset")?.addEventListener("click", () => {
  weights = [...initial];
  pairs = asked;
  show();
});

// Pairwise comparisons: the upper half is typed, the lower is its reverse.
const matrix = criteria.map(() => criteria.map(() => 1));
for (const [name, times] of Object.entries(data.comparison.ahp?.pairs ?? {})) {
  const [i, j] = name.split("/").map((evidence) => criteria.findIndex((c) => c.evidence === evidence)) as [number, number];
  (matrix[i] as number[])[j] = times;
  (matrix[j] as number[])[i] = 1 / times;
}
const table = document.getElementById("ahp") as HTMLTableElement | null;
if (table) {
  const head = table.createTHead().insertRow();
  head.insertCell();
  criteria.forEach((_, j) => (head.insertCell().textContent = String(j + 1)));
  const body = table.createTBody();
  criteria.forEach((criterion, i) => {
    const row = body.insertRow();
    row.insertCell().textContent = `${i + 1} ${data.evidence[criterion.evidence] ?? ""}`;
    criteria.forEach((other, j) => {
      const cell = row.insertCell();
      if (j <= i) {
        cell.textContent = i === j ? "1" : matrix[i]?.[j] === 1 ? DASH : formatNumber(matrix[i]?.[j] ?? 1, 2, data.language);
        return;
      }
      const input = document.createElement("input");
      const times = matrix[i]?.[j] ?? 1;
      input.value = times < 1 ? `1/${Number((1 / times).toPrecision(4))}` : String(times);
      input.setAttribute("aria-label", `${data.evidence[criterion.evidence] ?? ""} / ${data.evidence[other.evidence] ?? ""}`);
      input.addEventListener("change", () => {
        const typed = comparison(input.value);
        input.setAttribute("aria-invalid", String(typed === null));
        if (typed === null) return;
        (matrix[i] as number[])[j] = typed;
        (matrix[j] as number[])[i] = 1 / typed;
        (body.rows[j]?.cells[i + 1] as HTMLElement).textContent = formatNumber(1 / typed, 2, data.language);
        consistency();
      });
      cell.append(input);
    });
  });
  consistency();
}

/** A number from 1/9 to 9, written as a fraction or not. */
function comparison(text: string): number | null {
  const [over, under] = text.replace(",", ".").split("/").map(Number);
  const value = under === undefined ? over : (over ?? Number.NaN) / under;
  return value !== undefined && value >= 1 / 9 - 1e-9 && value <= 9 ? value : null;
}

function consistency(): void {
  const out = document.getElementById("ratio");
  if (!out) return;
  const { ratio } = ahp(matrix, data.random_index);
  const told = words("ratio", { ratio: number(ratio) });
  const contradict = ratio > data.consistent;
  out.textContent = contradict ? `${told}: ${words("inconsistent")}` : told;
  out.className = contradict ? "hit" : "clear";
}

document.getElementById("apply")?.addEventListener("click", () => {
  weights = ahp(matrix, data.random_index).weights;
  pairs = criteria
    .flatMap(({ evidence }, i) => criteria.map((other, j) => ({ name: `${evidence}/${other.evidence}`, times: matrix[i]?.[j] ?? 1, upper: j > i })))
    .filter(({ times, upper }) => upper && times !== 1)
    .map(({ name, times }) => `${name}:${Number(times.toPrecision(6))}`)
    .join(",");
  show();
});
