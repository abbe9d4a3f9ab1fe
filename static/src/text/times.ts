// Time: instants as RFC 3339 words in UTC, shown in the local time of both states with its offset.
import type { Messages } from "./messages.ts";

const HOUR_MS = 3_600_000;

export function offsetWord(offsetMin: number): string {
  const size = Math.abs(offsetMin);
  const minutes = size % 60 ? `:${String(size % 60).padStart(2, "0")}` : "";
  return `UTC${offsetMin < 0 ? "\u2212" : "+"}${Math.floor(size / 60)}${minutes}`;
}

interface Parts {
  year: number;
  month: number;
  day: number;
  weekday: number;
  clock: string;
}

export function partsOf(time: string, offsetMin: number): Parts {
  const shifted = new Date(Date.parse(time) + offsetMin * 60_000);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    weekday: (shifted.getUTCDay() + 6) % 7, // Monday first, as the catalogues list them
    clock: shifted.toISOString().slice(11, 16),
  };
}

export function formatDay(time: string, offsetMin: number, messages: Messages): string {
  const { day, month, weekday } = partsOf(time, offsetMin);
  return messages.text("date.day", {
    day: String(day),
    month: messages.list("date.months")[month] ?? "",
    weekday: messages.list("date.weekdays")[weekday] ?? "",
  });
}

export function formatDate(time: string, offsetMin: number, messages: Messages): string {
  const { day, month, year } = partsOf(time, offsetMin);
  return messages.text("date.full", {
    day: String(day),
    month: messages.list("date.months_long")[month] ?? "",
    year: String(year),
  });
}

export function formatTime(time: string, offsetMin: number, messages: Messages): string {
  return `${formatDay(time, offsetMin, messages)}, ${partsOf(time, offsetMin).clock}`;
}

export function addHours(time: string, hours: number): string {
  return new Date(Date.parse(time) + hours * HOUR_MS).toISOString().replace(".000Z", "Z");
}

/** How long ago, in the largest unit that fits: the id of a message and its number. */
export function age(seconds: number): { id: string; count: number } {
  if (seconds < 90 * 60) return { id: "age.minutes", count: Math.max(0, Math.round(seconds / 60)) };
  if (seconds < 36 * 3600) return { id: "age.hours", count: Math.round(seconds / 3600) };
  return { id: "age.days", count: Math.round(seconds / 86_400) };
}

export interface Step {
  time: string;
  known: boolean; // false: a gap, which stays one
}

/**
 * The steps of the time slider: every hour from the first time to the last, so that a gap is seen as one.
 * Times that are not on one hourly grid, or far apart, are the steps themselves.
 */
export function timeline(times: readonly string[]): Step[] {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return [];
  const instants = times.map((time) => Date.parse(time));
  const start = instants[0]!;
  const hours = (instants.at(-1)! - start) / HOUR_MS;
  if (hours > 3 * times.length || instants.some((at) => (at - start) % HOUR_MS !== 0)) {
    return times.map((time) => ({ time, known: true }));
  }
  const known = new Set(instants);
  return Array.from({ length: hours + 1 }, (_, i) => {
    const at = start + i * HOUR_MS;
    return { time: new Date(at).toISOString().replace(".000Z", "Z"), known: known.has(at) };
  });
}
