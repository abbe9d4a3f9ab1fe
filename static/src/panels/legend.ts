// What the colours, shapes and lines mean: always in words too.
import type { Config, Layer, Style } from "../config.ts";
import { coloured, element, svg } from "../dom.ts";
import { OVER, REVIEW, SHAPES } from "../map/station.ts";
import { quakeRadius, type Shape } from "../scale.ts";
import type { State } from "../state.ts";
import type { Words } from "../words.ts";

export function showLegend(root: HTMLElement, config: Config, state: State, words: Words): void {
  const filled = config.layers.find((layer) => layer.id === state.filled);
  const style = filled?.styles.find((each) => each.id === state.style) ?? filled?.styles[0];
  const parts: HTMLElement[] = [];
  if (filled && style) {
    parts.push(classes(words.styleTitle(filled, style), style, words, true));
    if (style.hatch) parts.push(hatchKey("excluded", words.text("legend.excluded")));
    if (filled.kind === "surface") {
      if (style.measure === "mean") parts.push(hatchKey("faded", words.text("legend.faded")));
      parts.push(hatchKey("hatched", words.text("legend.unknown")));
    }
  }
  for (const id of state.overlays) {
    const layer = config.layers.find((each) => each.id === id);
    if (layer) parts.push(...overlayKey(layer, config, state, words));
  }
  if (config.notice) {
    const about = element("p", { class: "caption" }, `${config.notice} ${config.credit}.`);
    parts.push(element("details", { class: "about" }, element("summary", {}, words.text("legend.about")), about));
  }
  if (!parts.length) parts.push(element("p", {}, words.text("legend.empty")));
  const body = element("div", { class: "legend-body" }, ...parts);
  const old = root.querySelector(":scope > details");
  if (old) {
    old.querySelector(".legend-body")!.replaceWith(body);
    return;
  }
  const roomy = window.matchMedia("(min-width: 64rem) and (min-height: 34rem)").matches;
  root.append(element("details", { open: roomy }, element("summary", {}, element("h2", {}, words.text("legend.title"))), body));
}

function classes(title: string, style: Style, words: Words, descending: boolean): HTMLElement {
  return element("section", {}, element("h3", {}, title), classRows(style, words, descending));
}

function classRows(style: Style, words: Words, descending: boolean): HTMLElement {
  const rows = style.classes.map((entry) => {
    const swatch = coloured(element("span", { class: "swatch" }), entry.colour);
    return element(
      "li",
      {},
      swatch,
      element("span", { class: "edge" }, words.classLabel(entry, style.unit)),
      element("span", { class: "words" }, entry.words),
    );
  });
  if (descending) rows.reverse();
  return element("ol", { class: "classes" }, ...rows);
}

function hatchKey(look: string, text: string): HTMLElement {
  return element("p", { class: "key" }, element("span", { class: `swatch ${look}`, "aria-hidden": "true" }), element("span", {}, text));
}

function overlayKey(layer: Layer, config: Config, state: State, words: Words): HTMLElement[] {
  const style = layer.styles[0];
  switch (layer.kind) {
    case "stations": {
      const shapes = element("section", {}, element("h3", {}, layer.title));
      // A surface of the same quantity explains the colours already.
      const filled = config.layers.find((each) => each.id === state.filled);
      const explained = filled?.quantity === layer.quantity && filled?.styles.find((each) => each.id === state.style)?.measure === "mean";
      if (style?.classes.length && !explained) {
        const of = element("p", { class: "caption" }, words.styleTitle(layer, { ...style, measure: "mean" }));
        shapes.append(of, classRows(style, words, true));
      }
      if (style?.raised_from !== null && style?.raised_from !== undefined) {
        shapes.append(
          element(
            "ul",
            { class: "shapes" },
            ...(["circle", "square", "triangle", "late", "hollow", "review"] as const).map((shape) => shapeKey(shape, words.text(`shape.${shape}`))),
          ),
        );
      }
      return shapes.childElementCount > 1 ? [shapes] : [];
    }
    case "zones": {
      if (!style) return [];
      if (state.filled === null) return [classes(layer.title, style, words, true)];
      return [lineKey("zone", layer.title, words.text("legend.zone_lines"))];
    }
    case "faults":
      return [lineKey("fault", layer.title, "")];
    case "quakes":
      return style ? [quakeKey(layer, style, words)] : [];
    default:
      return [];
  }
}

function shapeKey(shape: Shape | "review", text: string): HTMLElement {
  const [name, attributes] = SHAPES[shape === "review" ? "circle" : shape];
  const over = shape === "review" ? [svg("circle", { cx: "28", cy: "7", r: "7", class: "badge" }), svg("path", { d: REVIEW, class: "sign" })] : [];
  if (shape !== "review" && OVER[shape]) over.push(svg("path", { d: OVER[shape], fill: "none" }));
  const picture = svg("svg", { viewBox: "-1 -1 36 36", class: "shape", "data-shape": shape, "aria-hidden": "true" }, svg(name, attributes), ...over);
  return element("li", {}, picture, text);
}

function lineKey(kind: string, title: string, words: string): HTMLElement {
  return element(
    "p",
    { class: "key" },
    element("span", { class: `line ${kind}`, "aria-hidden": "true" }),
    element("span", {}, title, words && element("small", {}, words)),
  );
}

function quakeKey(layer: Layer, style: Style, words: Words): HTMLElement {
  const sizes = [6, 7, 8].map((magnitude) => {
    const radius = quakeRadius(magnitude);
    const size = String(2 * radius + 2);
    const middle = String(radius + 1);
    const picture = svg(
      "svg",
      { width: size, height: size, class: "quake-size", "aria-hidden": "true" },
      svg("circle", { cx: middle, cy: middle, r: String(radius) }),
    );
    return element("li", {}, picture, `M ${magnitude}`);
  });
  const depths = style.classes.map((entry) =>
    element(
      "li",
      {},
      coloured(element("span", { class: "swatch" }), entry.colour),
      element("span", {}, words.classLabel(entry, style.unit)),
    ),
  );
  return element(
    "section",
    {},
    element("h3", {}, layer.title),
    element("ul", { class: "quake-sizes" }, ...sizes),
    element("p", { class: "caption" }, `${words.text("legend.depth")}; ${words.text("legend.depth_unknown")}`),
    element("ul", { class: "depths" }, ...depths),
  );
}
