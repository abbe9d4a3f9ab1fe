// The card beside the map: its frame, and what a feature is.
import type { Config, Layer } from "../config.ts";
import { element, icon } from "../dom.ts";
import { age, formatDate, partsOf } from "../text/times.ts";
import type { Words } from "../words.ts";

export type Row = [label: string, value: string | Node | null | undefined];

/** The frame of every card: heading, mark of what is not real, content. */
export function card(words: Words, title: string, kicker: string, notice: string, close: () => void, ...children: (Node | null)[]): HTMLElement[] {
  const button = element("button", { type: "button", class: "tool close", id: "card-close", "aria-label": words.text("card.close") }, icon("close"));
  button.addEventListener("click", close);
  const heading = element("h2", { id: "card-title", tabindex: "-1" }, title);
  return [
    element("header", {}, element("div", {}, element("p", { class: "kicker" }, kicker), heading), button),
    ...(notice ? [element("p", { class: "notice" }, notice)] : []),
    ...children.filter((child): child is HTMLElement => child !== null),
  ];
}

const PATIENCE_MS = 500;

/** Wait a little for what the server adds: a card that is shown with it stands still, and focus finds its place again. */
export async function patiently(...coming: Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(coming), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  await new Promise((resolve) => setTimeout(resolve)); // what has come is put into its part
}

export function facts(rows: Row[]): HTMLElement {
  const list = element("dl", { class: "facts" });
  for (const [label, value] of rows) {
    if (value !== null && value !== undefined && value !== "") list.append(element("dt", {}, label), element("dd", {}, value));
  }
  return list;
}

export function noticeOf(config: Config, words: Words, layer?: Layer): string {
  if ((config.context === "simulated" || config.context === "exercise") && (!layer || layer.quantity)) {
    return words.text(`context.${config.context}`);
  }
  if (!layer?.notice) return "";
  const id = `notice.${layer.notice}`;
  return words.messages.has(id) ? words.text(id) : layer.notice;
}

export function featureCard(config: Config, layer: Layer, feature: GeoJSON.Feature, words: Words): { title: string; body: Node } {
  const found = (feature.properties ?? {}) as Record<string, unknown>;
  const text = (key: string): string => (found[key] === null || found[key] === undefined ? "" : String(found[key]));
  const number = (key: string): number | null => (Number.isFinite(Number(text(key) || NaN)) ? Number(text(key)) : null);
  const name = text(`name_${config.language}`) || text("name_en") || text("name") || text("place");
  const magnitude = number("magnitude");
  const depth = number("depth_km");
  if (layer.kind === "quakes" && magnitude !== null) {
    const day = text("time");
    const rows: Row[] = [
      [words.text("quake.magnitude"), `${words.plain(magnitude, 1)} ${text("magnitude_type") === "unknown" ? "" : text("magnitude_type")}`.trim()],
      [words.text("quake.depth"), depth === null ? words.text("card.not_given") : words.value(depth, "km")],
      [words.text("quake.time"), day && `${dateOf(day, words)}, ${partsOf(day, 0).clock} UTC`],
      [words.text("card.source"), text("source")],
    ];
    return { title: words.text("quake.title", { magnitude: words.plain(magnitude, 1), place: name, date: day ? dateOf(day, words) : "" }), body: facts(rows) };
  }
  const accuracy = number("position_accuracy_km");
  const rows: Row[] = [
    [words.text("fault.type"), translated("fault.type.", text("type"), words)],
    [words.text("fault.sense"), translated("fault.sense.", text("slip_sense"), words)],
    [words.text("fault.accuracy"), accuracy === null ? null : `± ${words.value(accuracy, "km")}`],
    [words.text("card.source"), text("source")],
  ];
  if (layer.kind === "faults") return { title: name || layer.title, body: facts(rows) };
  const plain = Object.entries(found).filter(([key, value]) => !key.startsWith("name") && typeof value !== "object");
  return { title: name || layer.title, body: facts(plain.map(([key, value]): Row => [key, String(value)])) };
}

export const dateOf = (time: string, words: Words): string => formatDate(time, 0, words.messages);

export function ageOf(seconds: number, words: Words): string {
  const { id, count } = age(seconds);
  return words.text(id, { count: String(count) });
}

export function translated(prefix: string, word: string, words: Words): string {
  const id = `${prefix}${word.replaceAll("-", "_")}`;
  return words.messages.has(id) ? words.text(id) : word;
}

export function quantityWord(quantity: string, words: Words): string {
  return translated("quantity.", quantity, words);
}

export function reasonWord(reason: string, words: Words): string {
  return translated("reason.", reason, words);
}

export function statusWord(status: string, words: Words): string {
  return translated("status.", status, words);
}

export function positionText([lon, lat]: readonly [number, number], words: Words): string {
  const east = words.text(lon < 0 ? "side.west" : "side.east");
  const north = words.text(lat < 0 ? "side.south" : "side.north");
  return `${words.plain(Math.abs(lat), 3)}° ${north}, ${words.plain(Math.abs(lon), 3)}° ${east}`;
}
