// One station: what the file says of it, and its mark.
import type { Language, Style } from "../config.ts";
import { coloured, element, svg } from "../dom.ts";
import { classOf, shapeOf, type Shape } from "../scale.ts";
import type { Position } from "./leaflet.ts";

export interface Reading {
  code: string;
  country: string;
  network: string;
  network_name?: string;
  elevation_m: number | null;
  quantity: string;
  value: number | null;
  unit: string;
  sd: number | null;
  status: string;
  reasons: string[];
  begin_time: string | null;
  end_time: string | null;
  received_at: string | null;
  context: string;
  revision: number | null;
  [name: `name_${string}`]: string | undefined;
}

export interface Station {
  layer: string; // id of the layer it is shown in
  position: Position;
  reading: Reading;
}

export function nameOf(reading: Reading, language: Language): string {
  const { name_en, name_ru, name_kk, name_uz } = reading;
  return reading[`name_${language}`] || name_en || name_ru || name_kk || name_uz || reading.code;
}

export const MARK_PX = 30;

const SHAPES: Record<Shape, [name: string, attributes: Record<string, string>]> = {
  circle: ["circle", { cx: "17", cy: "17", r: "13.4" }],
  hollow: ["circle", { cx: "17", cy: "17", r: "13.4" }],
  square: ["rect", { x: "3.8", y: "3.8", width: "26.4", height: "26.4", rx: "4" }],
  triangle: ["path", { d: "M17 1.5 33 30.5H1Z", "stroke-linejoin": "round" }],
};

/** The button of a station: shape and number say what the colour says. */
export class StationMark {
  readonly button: HTMLButtonElement;
  private drawn = "";

  constructor(pressed: () => void) {
    this.button = element("button", { type: "button", class: "station", tabindex: "-1" });
    this.button.addEventListener("click", (event) => {
      event.stopPropagation();
      pressed();
    });
  }

  show(reading: Reading, style: Style, number: string, label: string): void {
    const shape = shapeOf(reading.value, style);
    const found = reading.value === null ? null : style.classes[classOf(reading.value, style.classes)];
    const doubtful = reading.status === "suspect" || reading.status === "rejected";
    const drawn = [shape, found?.colour, number, label, doubtful].join();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const [name, attributes] = SHAPES[shape];
    const picture = svg(
      "svg",
      { viewBox: "0 0 34 34", class: "shape-of", "aria-hidden": "true" },
      svg(name, { ...attributes, class: "halo" }),
      svg(name, { ...attributes, class: "ring" }),
    );
    this.button.dataset.shape = shape;
    this.button.toggleAttribute("data-doubtful", doubtful);
    this.button.setAttribute("aria-label", label);
    coloured(this.button, found?.colour ?? "transparent");
    this.button.style.setProperty("--text", found?.text ?? "inherit");
    this.button.replaceChildren(picture, element("span", { class: "number" }, number));
  }
}
