// Values to classes, classes to shapes.
import type { LegendClass, Style } from "./config.ts";

/** The index of the class that holds a value: each class begins at its lower edge. */
export function classOf(value: number, classes: readonly Pick<LegendClass, "low">[]): number {
  let index = 0;
  while (index + 1 < classes.length && value >= (classes[index + 1]!.low ?? -Infinity)) index++;
  return index;
}

export type Shape = "circle" | "square" | "triangle" | "hollow";

/** Shape says what colour says: raised values are squares, alarms triangles, no value is a hollow ring. */
export function shapeOf(value: number | null, style: Style): Shape {
  if (value === null) return "hollow";
  const index = classOf(value, style.classes);
  if (style.alarm_from !== null && index >= style.alarm_from) return "triangle";
  if (style.raised_from !== null && index >= style.raised_from) return "square";
  return "circle";
}

/** Radius in pixels of the circle of an earthquake: its area grows with the magnitude's energy, tamed. */
export function quakeRadius(magnitude: number): number {
  return Math.min(20, Math.max(2.5, 4.2 * 1.62 ** (magnitude - 6)));
}
