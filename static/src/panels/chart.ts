// The values of a station over time, drawn as SVG: a gap is a gap, thresholds are lines, what is usual is a band.
import type { Style } from "../config.ts";
import { coloured, element, svg } from "../dom.ts";
import { partsOf } from "../text/times.ts";
import type { Words } from "../words.ts";
import type { Asked, Row, Series, Usual } from "./history.ts";

const WIDTH = 336;
const HEIGHT = 168;
const LEFT = 34;
const TOP = 8;
const BOTTOM = 22;
const RIGHT = 6;
const HOUR_MS = 3_600_000;

interface Axes {
  x: (ms: number) => number;
  y: (value: number) => number;
  top: number; // the largest value that has a place
}

/** The chart, what it says in words, and a line that tells of the value under the cursor. */
export function chart(series: Series, asked: Asked, style: Style, usual: Usual | null, words: Words): Node[] {
  const rows = series.rows.filter((row): row is Row & { value: number } => row.value !== null && row.status !== "rejected");
  if (!rows.length) return [element("p", { class: "big none" }, words.text("chart.empty"))];
  const raised = edge(style, style.raised_from);
  const alarm = edge(style, style.alarm_from);
  const least = Math.min(...rows.map((row) => row.low ?? row.value));
  const largest = Math.max(...rows.map((row) => row.high ?? row.value), usual?.high ?? 0);
  // The first threshold is always in the picture: a reader sees how far below it the values stay.
  const axes = scale(asked, Math.min(0, least), Math.max(largest * 1.08, (raised ?? 0) * 1.12) || 1);
  const lines = [raised, alarm].filter((value): value is number => value !== null && value <= axes.top);
  const text = summary(rows, series.unit, asked, words);
  const readout = element("output", { class: "readout" }, " ");
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", "aria-hidden": "true" },
    ...band(usual, axes),
    ...ground(asked, axes, series.unit, words),
    ...lines.map((value) => threshold(value, style, axes, words.text(value === raised ? "chart.raised" : "chart.alarm", { value: words.value(value, series.unit) }))),
    ...spread(rows, axes),
    ...curve(rows, asked, axes),
  );
  const cursor = svg("g", { class: "cursor", visibility: "hidden" }, svg("line", { y1: String(TOP), y2: String(HEIGHT - BOTTOM) }), svg("circle", { r: "3.5" }));
  picture.append(cursor);
  const holder = element("div", { class: "chart-holder", tabindex: "0", role: "slider", "aria-orientation": "horizontal", "aria-label": `${words.text("chart.title")}. ${text}`, "aria-description": words.text("chart.help"), "aria-valuemin": "0", "aria-valuemax": String(rows.length - 1) }, picture);
  walk(holder, picture, cursor, readout, rows, axes, (row) => `${words.clock(row.begin_time)}: ${words.value(row.value, series.unit)}`);
  const late = Date.parse(rows[0]!.begin_time) - Date.parse(asked.begin);
  return [
    holder,
    readout,
    element("p", { class: "caption" }, text),
    ...(asked.step === "day" ? [element("p", { class: "caption" }, words.text("chart.days"))] : []),
    ...(late > 36 * HOUR_MS ? [element("p", { class: "caption" }, words.text("chart.since", { time: words.clock(rows[0]!.begin_time) }))] : []),
  ];
}

function edge(style: Style, from: number | null): number | null {
  return from === null ? null : (style.classes[from]?.low ?? null);
}

function scale({ begin, end }: Asked, low: number, top: number): Axes {
  const [from, to] = [Date.parse(begin), Date.parse(end)];
  return {
    x: (ms) => LEFT + ((ms - from) / (to - from)) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - ((value - low) / (top - low)) * (HEIGHT - BOTTOM - TOP),
    top,
  };
}

/** Round values on the left, days or months below. */
function ground({ begin, end }: Asked, { x, y, top }: Axes, unit: string, words: Words): SVGElement[] {
  const made: SVGElement[] = [];
  const rough = top / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  for (let value = 0; value <= top; value += step) {
    const at = y(value).toFixed(1);
    made.push(svg("line", { class: "grid", x1: String(LEFT), x2: String(WIDTH - RIGHT), y1: at, y2: at }));
    made.push(label(LEFT - 5, Number(at) + 3.5, words.edge(value, unit), "end"));
  }
  const offset = words.offsetMin;
  const [from, to] = [Date.parse(begin), Date.parse(end)];
  const days = (to - from) / 86_400_000;
  const months = words.messages.list("date.months");
  const weekdays = words.messages.list("date.weekdays");
  for (let ms = Math.ceil(from / HOUR_MS) * HOUR_MS; ms < to; ms += HOUR_MS) {
    const { day, month, weekday, clock } = partsOf(new Date(ms).toISOString(), offset);
    if (clock !== "00:00" && !(days < 4 && clock === "12:00")) continue;
    if (days > 60 ? day !== 1 || month % 2 : days > 4 && Math.floor((ms / HOUR_MS + offset / 60) / 24) % 7) continue;
    const at = x(ms);
    made.push(svg("line", { class: "tick", x1: at.toFixed(1), x2: at.toFixed(1), y1: String(HEIGHT - BOTTOM), y2: String(HEIGHT - BOTTOM + 4) }));
    const text = days > 60 ? (months[month] ?? "") : days > 4 ? `${day} ${months[month]}` : clock === "00:00" ? `${weekdays[weekday]} ${day}` : clock;
    if (at > LEFT + 12 && at < WIDTH - RIGHT - 16) made.push(label(at, HEIGHT - 6, text, "middle"));
  }
  return made;
}

function label(x: number, y: number, text: string, anchor: string): SVGElement {
  const made = svg("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function band(usual: Usual | null, { y }: Axes): SVGElement[] {
  if (!usual) return [];
  const [top, bottom] = [y(usual.high), y(usual.low)];
  return [svg("rect", { class: "usual-band", x: String(LEFT), width: String(WIDTH - LEFT - RIGHT), y: top.toFixed(1), height: Math.max(1, bottom - top).toFixed(1) })];
}

function threshold(value: number, style: Style, { y }: Axes, text: string): SVGElement {
  const at = y(value);
  const colour = style.classes.find((entry) => entry.low === value)?.colour ?? "#D64D54";
  const made = svg("g", { class: "threshold" }, svg("line", { x1: String(LEFT), x2: String(WIDTH - RIGHT), y1: at.toFixed(1), y2: at.toFixed(1) }), label(WIDTH - RIGHT - 6, at - 4, text, "end")); // clear of the newest value, where the cursor stands first
  return coloured(made, colour);
}

/** From the least to the largest hour of each day. */
function spread(rows: readonly Row[], { x, y }: Axes): SVGElement[] {
  const days = rows.filter((row) => row.low !== undefined && row.high !== undefined);
  if (!days.length) return [];
  const d = days.map((row) => `M${middle(row, "day", x)} ${y(row.low!).toFixed(1)}V${y(row.high!).toFixed(1)}`).join("");
  return [svg("path", { class: "spread", d })];
}

function middle(row: Row, step: Asked["step"], x: Axes["x"]): string {
  return x(Date.parse(row.begin_time) + (step === "day" ? 12 : 0.5) * HOUR_MS).toFixed(1);
}

/** Lines between neighbours, dots for values that stand alone, nothing across a gap. */
function curve(rows: readonly (Row & { value: number })[], { step }: Asked, { x, y }: Axes): SVGElement[] {
  const next = step === "day" ? 24 * HOUR_MS : HOUR_MS;
  let d = "";
  let last = -Infinity;
  rows.forEach((row) => {
    const ms = Date.parse(row.begin_time);
    const at = `${middle(row, step, x)} ${y(row.value).toFixed(1)}`;
    d += ms - last > next * 1.5 ? `M${at}h0` : `L${at}`; // a stroke without length is a dot: its ends are round
    last = ms;
  });
  return [svg("path", { class: "curve", d })];
}

function summary(rows: readonly (Row & { value: number })[], unit: string, { begin, end, step }: Asked, words: Words): string {
  const low = Math.min(...rows.map((row) => row.low ?? row.value));
  const high = Math.max(...rows.map((row) => row.high ?? row.value));
  const mean = rows.reduce((sum, row) => sum + row.value, 0) / rows.length;
  const said = words.text("chart.summary", { low: words.number(low, unit), high: words.number(high, unit), mean: words.value(mean, unit) });
  if (step === "day") return said;
  const first = Math.max(Date.parse(begin), Date.parse(rows[0]!.begin_time));
  const hours = Math.round((Date.parse(end) - first) / HOUR_MS);
  const gaps = hours - new Set(rows.map((row) => Math.floor(Date.parse(row.begin_time) / HOUR_MS))).size;
  return gaps > 0 ? `${said} ${words.text("chart.gaps", { count: String(gaps) })}` : said;
}

/** A cursor that a pointer or the arrow keys move from value to value. */
function walk(
  holder: HTMLElement,
  picture: SVGElement,
  cursor: SVGElement,
  readout: HTMLElement,
  rows: readonly (Row & { value: number })[],
  { x, y }: Axes,
  text: (row: Row & { value: number }) => string,
): void {
  let at = rows.length - 1;
  const half = rows[0]!.low === undefined ? 0.5 * HOUR_MS : 12 * HOUR_MS;
  const go = (index: number): void => {
    at = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[at]!;
    const place = x(Date.parse(row.begin_time) + half).toFixed(1);
    const [line, dot] = cursor.children as unknown as [SVGElement, SVGElement];
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
    dot.setAttribute("cx", place);
    dot.setAttribute("cy", y(row.value).toFixed(1));
    cursor.setAttribute("visibility", "visible");
    holder.setAttribute("aria-valuenow", String(at));
    holder.setAttribute("aria-valuetext", text(row));
    readout.textContent = text(row);
  };
  go(at);
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: -24, PageDown: 24, Home: -Infinity, End: Infinity };
  holder.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(at + step);
  });
  holder.addEventListener("pointermove", ({ clientX }) => {
    const box = picture.getBoundingClientRect();
    const wanted = ((clientX - box.left) / box.width) * WIDTH;
    let best = 0;
    rows.forEach((row, i) => {
      const distance = (each: Row): number => Math.abs(x(Date.parse(each.begin_time) + half) - wanted);
      if (distance(row) < distance(rows[best]!)) best = i;
    });
    go(best);
  });
}
