// What a station read: value, age, whether that is normal for the place, and how it came about.
import type { Layer } from "../config.ts";
import { coloured, element, icon } from "../dom.ts";
import type { Parts } from "../later.ts";
import { isDoubtful, type Station } from "../map/station.ts";
import { classOf, shapeOf } from "../scale.ts";
import { DOSE_FACTORS } from "../text/numbers.ts";
import { formatTime, offsetWord, partsOf } from "../text/times.ts";
import type { Words } from "../words.ts";
import { ageOf, facts, patiently, positionText, quantityWord, reasonWord, statusWord } from "./card.ts";
import { chart } from "./chart.ts";
import { askSeries, askUsual, seriesAddress, spanOf, type Asked, type Told, type Series, type Usual } from "./history.ts";
import { unitChoice } from "./layers.ts";

/** An hour as [begin, end), in the local time of both states. */
function hour(begin: string, end: string, words: Words): string {
  const offset = words.offsetMin;
  return `${formatTime(begin, offset, words.messages)}–${partsOf(end, offset).clock} ${offsetWord(offset)}`;
}

const SPANS = ["48h", "30d", "1y"] as const;

export async function stationCard(layer: Layer, station: Station, parts: Parts): Promise<Node[]> {
  const { words, store, current, config, moments } = parts;
  const { reading } = station;
  const told = askUsual(config, layer.id, reading.code, reading.begin_time ?? moments.shown);
  const asked = spanOf(store.state.span, moments.all.at(-1) ?? reading.end_time);
  const series = askSeries(config.root, layer.id, reading.code, asked);
  const style = layer.styles[0]!;
  const { value, unit } = reading;
  const shown: Node[] = [];
  if (value === null) {
    const late = shapeOf(reading, style, current.generated) === "late";
    shown.push(element("p", { class: "big none" }, words.text(late ? "card.late" : "card.no_value")));
  } else {
    const entry = style.classes[classOf(value, style.classes)];
    shown.push(
      element(
        "p",
        { class: "big" },
        element("strong", {}, words.number(value, unit)),
        " ",
        element("span", {}, words.unit(unit)),
      ),
    );
    if (entry) {
      const word = entry.words || words.classLabel(entry, style.unit);
      const doubt = isDoubtful(reading) && element("span", { class: "doubt" }, words.text("shape.review"));
      shown.push(element("p", { class: "verdict" }, coloured(element("span", { class: "swatch" }), entry.colour), word, doubt));
    }
  }
  const { begin_time: begin, end_time: end } = reading;
  if (begin && end) {
    const age = value === null ? "" : `, ${ageOf(Math.max(0, (current.generated - Date.parse(end)) / 1000), words)}`;
    shown.push(element("p", { class: "caption" }, hour(begin, end, words) + age));
  }
  if (unit === "nSv/h") {
    const name = words.text("card.unit");
    shown.push(
      element(
        "fieldset",
        { class: "units" },
        element("legend", { class: "unseen" }, name),
        unitChoice("card-unit", store, words),
        store.state.unit === "uR/h" && element("p", { class: "caption" }, words.text("card.conversion")),
      ),
    );
    if (value !== null) shown.push(element("p", { class: "links" }, meaning(config.root, config.language, value)));
  }
  shown.push(usualPart(told, parts), chartPart(layer, station, { told, series, asked }, parts), more(layer, station, told, parts));
  await patiently(told, series);
  return shown;
}

/** The page that explains a number, with this one; its name stands on the page already. */
function meaning(root: string, language: string, nSvH: number): HTMLElement {
  const href = `${root}/${language}/meaning?value=${nSvH / 1000}&unit=uSv/h`;
  return element("a", { href }, document.querySelector(".ways a:last-child")?.textContent ?? href);
}

function usualPart(asked: Promise<Told>, parts: Parts): HTMLElement {
  const { words } = parts;
  const part = element("section", { class: "usual" }, element("h3", {}, words.text("usual.title")));
  const body = element("div", { class: "usual-body" });
  part.append(body);
  void asked.then(
    (told) => body.replaceChildren(...(told.usual ? usualWords(told, told.usual, parts) : [element("p", {}, words.text("usual.short"))])),
    () => body.replaceChildren(element("p", {}, words.text("point.failed"))),
  );
  return part;
}

function usualWords(told: Told, usual: Usual, { words, store }: Parts): Node[] {
  const { value, unit } = told;
  const { low, high, rain_mm: rain } = usual;
  const chosen = store.state.unit;
  // One more digit than a value is shown with: a range would else be one number.
  const fine = (each: number): string =>
    unit !== "nSv/h" || each >= 1000 ? words.number(each, unit) : words.plain(each / DOSE_FACTORS[chosen], chosen === "uSv/h" ? 3 : 1);
  const range = { low: fine(low), high: `${fine(high)}\u00a0${words.unit(unit)}` };
  const place = value === null ? "range" : placeOf(value, usual);
  // The value as large figures show it may seem to lie outside of the finer range.
  const finer = value !== null && fine(value) !== words.number(value, unit);
  const weather = words.text(`usual.${usual.weather}`, { hours: words.plain(usual.hours, 0), days: String(told.days) });
  const id = rain === null ? "rain_unknown" : rain < 0.1 ? "no_rain" : "rain";
  return [
    element("p", { class: `judged ${place}` }, words.text(`usual.${place}`, range)),
    ...(finer ? [element("p", {}, words.text("usual.finer", { value: `${fine(value)}\u00a0${words.unit(unit)}` }))] : []),
    element("p", {}, words.text(`usual.${id}`, { mm: rain === null ? "" : words.plain(rain, 1) })),
    element("p", { class: "caption" }, weather),
  ];
}

/** One hour of twenty lies above the range by its making: only what lies far out is called so. */
function placeOf(value: number, { low, median, high }: Usual): string {
  if (value > high) return value > 2 * high - median ? "above" : "upper";
  if (value < low) return value < 2 * low - median ? "below" : "lower";
  return "inside";
}

interface Answers {
  told: Promise<Told>;
  series: Promise<Series>;
  asked: Asked;
}

function chartPart(layer: Layer, { reading }: Station, { told, series, asked }: Answers, parts: Parts): HTMLElement {
  const { words, store, config } = parts;
  const { span } = store.state;
  const choices = SPANS.map((each) => {
    const input = element("input", { type: "radio", name: "span", id: `span-${each}`, class: "unseen", checked: each === span });
    input.addEventListener("change", () => store.set({ span: each }));
    return element("label", { class: "segment" }, input, element("span", {}, words.text(`chart.${each}`)));
  });
  const frame = element("div", { class: "chart-frame" });
  const code = reading.code;
  void Promise.all([series, told]).then(
    ([found, { usual }]) => frame.replaceChildren(...chart(found, asked, layer.styles[0]!, usual, words)),
    () => frame.replaceChildren(element("p", {}, words.text("point.failed"))),
  );
  const download = element(
    "a",
    { class: "action", href: seriesAddress(config.root, layer.id, code, asked, "csv"), download: `${code}-${layer.quantity}.csv` },
    icon("down"),
    words.text("chart.download"),
  );
  return element(
    "section",
    { class: "chart-part" },
    element("h3", {}, words.text("chart.title")),
    element("fieldset", {}, element("legend", { class: "unseen" }, words.text("time.title")), element("div", { class: "segments" }, ...choices)),
    frame,
    download,
  );
}

function more(layer: Layer, { reading, position }: Station, asked: Promise<Told>, { words }: Parts): HTMLElement {
  const time = reading.begin_time;
  const spread = reading.value !== null && reading.sd !== null ? `± ${words.value(reading.sd, reading.unit)}` : words.text("card.not_given");
  const network = element("span", {}, reading.network_name || reading.network);
  const source = element("span", {});
  const licence = element("span", {});
  void asked.then(
    (told) => {
      network.textContent = told.network;
      source.textContent = told.attribution || told.network;
      licence.textContent = told.licence || words.text("card.not_given");
    },
    () => undefined,
  );
  return element(
    "section",
    {},
    element("h3", {}, words.text("card.more")),
    facts([
      [words.text("card.quantity"), quantityWord(reading.quantity || layer.quantity || "", words)],
      [words.text("card.sd"), reading.value === null ? null : spread],
      [words.text("card.time"), time && reading.end_time && hour(time, reading.end_time, words)],
      [words.text("card.utc"), time && words.utc(time)],
      [words.text("card.status"), statusWord(reading.status, words)],
      [words.text("card.reasons"), reading.reasons?.map((reason) => reasonWord(reason, words)).join("; ")],
      [words.text("card.received"), reading.received_at && words.clock(reading.received_at)],
      [words.text("card.revision"), reading.revision !== null && reading.revision > 1 ? String(reading.revision) : null],
      [words.text("card.network"), network],
      [words.text("card.source"), source],
      [words.text("card.licence"), licence],
      [words.text("card.elevation"), reading.elevation_m === null ? null : `${words.plain(reading.elevation_m, 0)} ${words.text("unit.m")}`],
      [words.text("card.position"), positionText(position, words)],
      [words.text("card.code"), reading.code],
    ]),
  );
}
