// The threshold of a chance: a slider over round numbers, from far below to far above what is natural.
import type { Layer } from "../config.ts";
import { element } from "../dom.ts";
import type { Store } from "../state.ts";
import type { Words } from "../words.ts";

const RESTS_MS = 200; // before the map is drawn anew

const STEPS: Record<string, readonly number[]> = {
  "nSv/h": [50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000, 10_000],
  times: [1.05, 1.1, 1.2, 1.3, 1.5, 2, 3, 5, 10],
  "ug/m3": [5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500],
};

/** The threshold in force: the chosen one, or that of the layer; null for a layer that knows none. */
export function thresholdOf(layer: Layer, chosen: number | null): number | null {
  const style = layer.styles.find((each) => each.measure === "exceedance");
  return style ? (chosen ?? style.threshold) : null;
}

export function unitOf(layer: Layer): string {
  return layer.styles.find((each) => each.measure === "mean")?.unit ?? "";
}

export function thresholdSlider(id: string, layer: Layer, store: Store, words: Words): HTMLElement {
  const unit = unitOf(layer);
  const now = thresholdOf(layer, store.state.threshold) ?? 0;
  const steps = [...new Set([...(STEPS[unit] ?? [0.5 * now, 2 * now]), now])].sort((a, b) => a - b);
  const range = element("input", { type: "range", id, min: "0", max: String(steps.length - 1), step: "1" });
  const output = element("output", { for: id });
  const show = (): void => {
    const text = words.value(steps[Number(range.value)]!, unit);
    output.textContent = text;
    range.setAttribute("aria-valuetext", text);
  };
  range.value = String(steps.indexOf(now));
  show();
  let waiting = 0;
  range.addEventListener("input", () => {
    show();
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => store.set({ threshold: steps[Number(range.value)]! }), RESTS_MS);
  });
  return element("div", { class: "pick" }, element("label", { for: id }, words.text("layers.threshold"), " ", output), range);
}
