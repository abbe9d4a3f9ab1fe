// How values are said: with unit, in the language of the page.
import type { Config, Layer, LegendClass, Style } from "./config.ts";
import type { State } from "./state.ts";
import { Messages } from "./text/messages.ts";
import { decimalsFor, DOSE_FACTORS, formatDose, formatEdge, formatNumber } from "./text/numbers.ts";
import { formatTime, offsetWord } from "./text/times.ts";

export class Words {
  readonly messages: Messages;
  private readonly config: Config;
  private readonly state: () => State;

  constructor(config: Config, state: () => State) {
    this.config = config;
    this.messages = new Messages(config.messages);
    this.state = state;
  }

  text(id: string, values?: Record<string, string>): string {
    return this.messages.text(id, values);
  }

  /** The word of a unit; a dose rate is shown in the unit that the reader chose. */
  unit(unit: string): string {
    const shown = unit === "nSv/h" ? this.state().unit : unit;
    const id = `unit.${shown}`;
    return this.messages.has(id) ? this.text(id) : shown;
  }

  number(value: number, unit: string): string {
    if (unit === "nSv/h") return formatDose(value, this.state().unit, this.config.language);
    if (unit === "1") return `${formatNumber(100 * value, value > 0 && value < 0.01 ? 1 : 0, this.config.language)}`;
    return formatNumber(value, decimalsFor(value, unit === "g" || unit === "times" ? 2 : 1), this.config.language);
  }

  value(value: number, unit: string): string {
    const word = unit === "1" ? "%" : this.unit(unit);
    return `${this.number(value, unit)}\u00a0${word}`.trim();
  }

  plain(value: number, decimals: number): string {
    return formatNumber(value, decimals, this.config.language);
  }

  /** The edge of a class or the mark of an axis: no digit more than it needs. */
  edge(value: number, unit: string): string {
    const { language } = this.config;
    if (unit === "nSv/h") return formatEdge(value / DOSE_FACTORS[this.state().unit], language);
    return formatEdge(unit === "1" ? 100 * value : value, language);
  }

  /** A class in figures: from its lower edge up to, not including, its upper edge. */
  classLabel(entry: LegendClass, unit: string): string {
    if (entry.label) return entry.label;
    if (entry.low === null) return entry.high === null ? "" : `< ${this.edge(entry.high, unit)}`;
    if (entry.high === null) return `≥ ${this.edge(entry.low, unit)}`;
    return `${this.edge(entry.low, unit)}–${this.edge(entry.high, unit)}`;
  }

  styleTitle(layer: Layer, style: Style): string {
    const unit = style.unit === "1" ? "%" : this.unit(style.unit);
    if (style.measure === "exceedance") {
      const threshold = this.state().threshold ?? style.threshold ?? 0;
      const base = layer.styles.find((each) => each.measure === "mean")?.unit ?? "";
      return this.text("legend.exceedance", { value: this.value(threshold, base) });
    }
    const key = style.measure === "mean" ? `quantity.${layer.quantity}` : `measure.${style.measure}`;
    const title = this.messages.has(key) ? this.text(key) : style.title;
    return unit ? `${title}, ${unit}` : title;
  }

  /** Minutes that the local time of both states is ahead of UTC. */
  get offsetMin(): number {
    return this.config.utc_offset_min;
  }

  clock(time: string): string {
    return `${formatTime(time, this.config.utc_offset_min, this.messages)} ${offsetWord(this.config.utc_offset_min)}`;
  }

  utc(time: string): string {
    return `${formatTime(time, 0, this.messages)} UTC`;
  }
}
