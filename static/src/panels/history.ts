// What the server knows of a station over time.
import type { Config } from "../config.ts";
import { ask } from "../files.ts";
import type { Span } from "../state.ts";
import { addHours } from "../text/times.ts";

const HOURS: Record<Span, number> = { "48h": 48, "30d": 720, "1y": 8760 };

/** A time asked about: hours as observed, a year by its days. */
export interface Asked {
  begin: string;
  end: string;
  step: "hour" | "day";
}

export interface Row {
  begin_time: string;
  value: number | null;
  low?: number; // of a day
  high?: number;
  status?: string;
}

export interface Series {
  unit: string;
  rows: Row[];
}

export interface Usual {
  hours: number;
  low: number;
  median: number;
  high: number;
  below: number | null;
  weather: "dry" | "wet" | "all";
  rain_mm: number | null;
}

/** What is usual for a station, and who stands for it. */
export interface Told {
  network: string;
  licence: string;
  attribution: string;
  unit: string;
  value: number | null;
  days: number;
  usual: Usual | null;
}

/** The time of a span that ends with the newest hour. */
export function spanOf(span: Span, newest: string | null): Asked {
  const end = addHours(newest ?? new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString(), 1);
  return { begin: addHours(end, -HOURS[span]), end, step: span === "1y" ? "day" : "hour" };
}

export function seriesAddress(root: string, layer: string, station: string, { begin, end, step }: Asked, format: "json" | "csv"): string {
  const query = new URLSearchParams({ layer, station, begin, end, ...(format === "csv" ? { format } : { step }) });
  return `${root}/api/v1/series?${query}`;
}

export function askSeries(root: string, layer: string, station: string, asked: Asked): Promise<Series> {
  return ask<Series>(seriesAddress(root, layer, station, asked, "json"));
}

export function askUsual({ root, language }: Config, layer: string, station: string, time: string | null): Promise<Told> {
  return ask<Told>(`${root}/api/v1/usual?${new URLSearchParams({ layer, station, lang: language, ...(time ? { time } : {}) })}`);
}
