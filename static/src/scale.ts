// Values to classes, classes to shapes.
import type { LegendClass, Style } from "./config.ts";

/** The index of the class that holds a value: each class begins at its lower edge. */
export function classOf(value: number, classes: readonly Pick<LegendClass, "low">[]): number {
  let index = 0;
  while (index + 1 < classes.length && value >= (classes[index + 1]!.low ?? -Infinity)) index++;
  return index;
}

export type Shape = "circle" | "square" | "triangle" | "late" | "hollow";

/** What a shape is chosen by. */
interface Read {
  value: number | null;
  end_time: string | null;
}

/** A value that has not come this long after its hour may still come. */
const LATE_MS = 3 * 3_600_000;

/** Shape says what colour says: raised values are squares, alarms triangles; a ring with clock hands waits, a struck one has nothing. */
export function shapeOf({ value, end_time }: Read, style: Style, now: number): Shape {
  if (value === null || !Number.isFinite(value)) return end_time && now - Date.parse(end_time) < LATE_MS ? "late" : "hollow";
  const index = classOf(value, style.classes);
  if (style.alarm_from !== null && index >= style.alarm_from) return "triangle";
  if (style.raised_from !== null && index >= style.raised_from) return "square";
  return "circle";
}

/** Radius in pixels of the circle of an earthquake: its area grows with the magnitude's energy, tamed. */
export function quakeRadius(magnitude: number): number {
  return Math.min(20, Math.max(2.5, 4.2 * 1.62 ** (magnitude - 6)));
}

/** MSK grades are written in Roman numerals, which no one takes for a dose. */
export function roman(grade: number): string {
  return ["0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"][grade] ?? String(grade);
}
