// What hazard maps and an earthquake of the map say of a place: every model by name, never a mean.
import type { Config, Layer } from "../config.ts";
import { element } from "../dom.ts";
import { roman } from "../scale.ts";
import type { Words } from "../words.ts";
import { facts, translated, type Row } from "./card.ts";
import { scenarioName, type Earthquake } from "./scenario.ts";

interface Value {
  name: string;
  value: number | null;
  unit: string;
  return_period_y?: number;
  model?: string;
}

export interface Shaking {
  values: Value[];
  models?: { id: string; title: string; vintage: string; known: boolean }[];
  earthquake?: Earthquake;
}

export function isShaking(kind: string): boolean {
  return kind === "hazard" || kind === "scenario";
}

export function shakingWords(layer: Layer, answer: Shaking, config: Config, words: Words): HTMLElement {
  const part = element("section", {}, element("h3", {}, layer.title));
  if (answer.earthquake) part.append(element("p", { class: "caption" }, scenarioName(answer.earthquake, config, words)));
  if (!answer.values.length) part.append(element("p", { class: "unknown" }, words.text("point.outside_models")));
  else part.append(...(layer.kind === "hazard" ? hazardWords(answer, words) : motionWords(answer, words)));
  if (layer.notice) part.append(element("p", { class: "caption" }, translated("notice.", layer.notice, words)));
  return part;
}

function hazardWords(answer: Shaking, words: Words): Node[] {
  const known = (answer.models ?? []).filter((model) => model.known);
  return known.flatMap((model) => {
    const rows = answer.values
      .filter((each) => each.model === model.id)
      .map((each): Row => [words.text("point.period", { years: words.plain(each.return_period_y ?? 0, 0) }), words.value(each.value!, each.unit)]);
    return [element("p", { class: "caption" }, `${model.title}, ${model.vintage}`), facts(rows)];
  });
}

function motionWords(answer: Shaking, words: Words): Node[] {
  const of = (name: string) => answer.values.find((each) => each.name === name);
  // Either all of them are known or none is.
  const [median, low, high, msk, sd] = ["pga", "pga_p16", "pga_p84", "msk", "msk_sd"].map((name) => of(name)!.value!) as [number, number, number, number, number];
  const told = { value: words.value(median, "g"), low: words.number(low, "g"), high: words.value(high, "g") };
  return [
    element("p", {}, words.text("point.motion", told)),
    element("p", {}, words.text("point.intensity", { grade: roman(Math.max(1, Math.round(msk))), sd: words.plain(sd, 1) })),
  ];
}
