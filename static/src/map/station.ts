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
/** A question mark in the corner of a mark. */
export const REVIEW = "M27.3 3.6a1.8 1.8 0 1 1 2.6 1.7q-.9.4-.9 1.3M29 8.4v.1";

export const SHAPES: Record<Shape, [name: string, attributes: Record<string, string>]> = {
  circle: ["circle", { cx: "17", cy: "17", r: "13.4" }],
  late: ["circle", { cx: "17", cy: "17", r: "13.4" }],
  hollow: ["circle", { cx: "17", cy: "17", r: "13.4" }],
  square: ["rect", { x: "3.8", y: "3.8", width: "26.4", height: "26.4", rx: "4" }],
  triangle: ["path", { d: "M17 1.5 33 30.5H1Z", "stroke-linejoin": "round" }],
};

/** What is drawn over a shape: hands of a clock for a value that is late, a stroke for one that is missing. */
export const OVER: Partial<Record<Shape, string>> = { late: "M17 9.5V17l5 3", hollow: "M10.5 23.5l13-13" };

/** Whether somebody has to look at a value: a rule or a person doubts it. */
export function isDoubtful({ status, value }: Reading): boolean {
  return value !== null && (status === "suspect" || status === "rejected");
}

/** The button of a station: shape and number say what the colour says. */
export class StationMark {
  readonly button: HTMLButtonElement;
  private readonly number = element("span", { class: "number" });
  private ring: SVGElement | null = null;
  private colours = "";
  private outline = "";

  constructor(pressed: () => void) {
    this.button = element("button", { type: "button", class: "station", tabindex: "-1" });
    this.button.addEventListener("click", (event) => {
      event.stopPropagation();
      pressed();
    });
  }

  /** What is seen. Of what stays as it is nothing is touched: the browser would look at all of it again. */
  show(reading: Reading, style: Style, now: number, number: string): void {
    const shape = shapeOf(reading, style, now);
    const found = reading.value === null ? null : style.classes[classOf(reading.value, style.classes)];
    const doubtful = isDoubtful(reading);
    if (this.outline !== `${shape} ${doubtful}`) this.outlined(shape, doubtful);
    const { colour = "transparent", text = "" } = found ?? {};
    if (this.colours !== `${colour} ${text}`) {
      this.colours = `${colour} ${text}`;
      coloured(this.ring!, colour); // not the button: what lies in it would be looked at, too
      this.number.style.color = text;
    }
    if (this.number.textContent !== number) this.number.textContent = number;
  }

  /** What is read aloud. */
  say(label: string): void {
    if (this.button.getAttribute("aria-label") !== label) this.button.setAttribute("aria-label", label);
  }

  private outlined(shape: Shape, doubtful: boolean): void {
    this.outline = `${shape} ${doubtful}`;
    this.colours = "";
    const [name, attributes] = SHAPES[shape];
    this.ring = svg(name, { ...attributes, class: "ring" });
    const picture = svg(
      "svg",
      { viewBox: "0 0 34 34", class: "shape-of", "aria-hidden": "true" },
      svg(name, { ...attributes, class: "halo" }),
      this.ring,
      ...(OVER[shape] ? [svg("path", { d: OVER[shape], class: "over" })] : []),
    );
    if (doubtful) picture.append(svg("circle", { cx: "29", cy: "5", r: "6.5", class: "badge" }), svg("path", { d: REVIEW, class: "sign" }));
    this.button.dataset.shape = shape;
    this.button.toggleAttribute("data-doubtful", doubtful);
    this.button.replaceChildren(picture, this.number);
  }
}
