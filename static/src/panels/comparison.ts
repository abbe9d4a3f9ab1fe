// Two times or two layers side by side: the map as it is on the left, what is chosen here on the right.
import type { Layer } from "../config.ts";
import { element } from "../dom.ts";
import type { Parts } from "../later.ts";
import type { Against, State } from "../state.ts";
import { isFilled } from "./kinds.ts";

const EARLIER_H = [1, 3, 6, 24, 72, 168];

export class Comparison {
  private readonly parts: Parts;
  private readonly body: HTMLElement;
  private readonly line = element("section", { id: "swipe", hidden: true });
  private readonly range = element("input", { type: "range", min: "0", max: "100", step: "1" });
  private readonly sides = [element("span", { class: "side-name left" }), element("span", { class: "side-name right" })] as const;
  private drawn = "";

  constructor(parts: Parts, body: HTMLElement) {
    this.parts = parts;
    this.body = body;
    const { words, store } = parts;
    this.line.setAttribute("aria-label", words.text("compare.swipe"));
    this.range.setAttribute("aria-label", words.text("compare.swipe"));
    this.range.addEventListener("input", () => store.set({ swipe: Number(this.range.value) / 100 }));
    this.line.append(element("div", { class: "swipe-line", "aria-hidden": "true" }), ...this.sides, this.range);
    document.querySelector(".shell")!.before(this.line);
  }

  /** What is compared with where nothing was chosen: the day before, or the first hour of a short history. */
  begin(): void {
    const { store, moments } = this.parts;
    if (store.state.against) return;
    const known = moments.all;
    const last = moments.shown ? known.indexOf(moments.shown) : -1;
    const hours = last < 0 || last >= 24 ? 24 : Math.max(1, EARLIER_H.findLast((each) => each <= last) ?? 1);
    store.set({ against: { by: "hours", hours } });
  }

  follow(state: State): void {
    const { against, swipe } = state;
    this.line.hidden = against === null;
    if (!against) return;
    const { words, moments, current } = this.parts;
    this.range.value = String(Math.round(100 * swipe));
    this.line.style.setProperty("--swipe", `${100 * swipe}%`);
    const names = this.names(state, against);
    this.sides.forEach((side, i) => (side.textContent = names[i]!));
    this.range.setAttribute("aria-valuetext", `${Math.round(100 * swipe)} %: ${words.text("compare.left")} ${names[0]}; ${words.text("compare.right")} ${names[1]}`);
    const shown = JSON.stringify([against, moments.shown, state.filled, state.style, current.times(state.filled ?? "").length]);
    if (shown !== this.drawn) this.draw(state, against);
    this.drawn = shown;
  }

  private draw(state: State, against: Against): void {
    const { words, store, moments, current, config } = this.parts;
    const focused = this.body.contains(document.activeElement) ? document.activeElement!.id : "";
    const values = new Map<string, { text: string; side: Against }>();
    const add = (side: Against, text: string): void => void values.set(JSON.stringify(side), { text, side });
    for (const hours of EARLIER_H) {
      const id = hours < 48 ? "compare.hours" : "compare.days";
      add({ by: "hours", hours }, words.text(id, { count: String(hours < 48 ? hours : hours / 24) }));
    }
    if (against.by !== "layer") add(against, against.by === "time" ? words.clock(against.time) : words.text("compare.hours", { count: String(against.hours) }));
    for (const layer of config.layers.filter(isFilled)) {
      for (const style of layer.styles) {
        if (layer.id !== state.filled || style.id !== state.style) add({ by: "layer", layer: layer.id, style: style.id }, `${layer.title}: ${style.title}`);
      }
    }
    const now = JSON.stringify(against);
    const select = element(
      "select",
      { id: "against" },
      ...[...values].map(([value, { text }]) => element("option", { value, selected: value === now }, text)),
    );
    select.addEventListener("change", () => store.set({ against: values.get(select.value)!.side }));
    const pin = element("button", { type: "button", id: "pin", class: "action" }, words.text("compare.pin"));
    pin.addEventListener("click", () => {
      if (moments.shown) store.set({ against: { by: "time", time: moments.shown } });
    });
    const end = element("button", { type: "button", id: "end", class: "action" }, words.text("compare.end"));
    end.addEventListener("click", () => store.set({ against: null }));
    const { other } = moments;
    const bare = other !== null && state.filled !== null && !current.entry(state.filled, other);
    this.body.replaceChildren(
      element("label", { class: "pick", for: "against" }, element("span", {}, words.text("compare.right")), select),
      ...(bare ? [element("p", { class: "warning" }, words.text("compare.none"))] : []),
      element("div", { class: "actions" }, pin, end),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private names(state: State, against: Against): [string, string] {
    const { words, moments, config } = this.parts;
    const clock = (time: string | null): string => (time ? words.clock(time) : "");
    if (against.by !== "layer") return [clock(moments.shown), clock(moments.other)];
    const find = (id: string | null): Layer | undefined => config.layers.find((each) => each.id === id);
    const name = (layer: Layer | undefined, style: string): string => {
      const found = layer?.styles.find((each) => each.id === style);
      return layer && found ? `${words.styleTitle(layer, found)}` : words.text("layers.no_surface");
    };
    return [name(find(state.filled), state.style), name(find(against.layer), against.style)];
  }
}
