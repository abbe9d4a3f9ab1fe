// Numbers as the four languages write them. Chromium's Intl is wrong for kk and uz, so this is our own.
import type { Language } from "../config.ts";

const NO_BREAK_SPACE = "\u00a0";
const MINUS = "\u2212";

export function formatNumber(value: number, decimals: number, language: Language): string {
  const [whole = "", fraction] = rounded(Math.abs(value), decimals).split(".");
  const english = language === "en";
  // Four digits stay together outside of English, as CLDR asks for.
  const grouped =
    english || whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, english ? "," : NO_BREAK_SPACE) : whole;
  const zero = !/[1-9]/.test(whole + (fraction ?? ""));
  return (value < 0 && !zero ? MINUS : "") + grouped + (fraction ? (english ? "." : ",") + fraction : "");
}

/** Of what is written a half goes up: 0.145 is 0.15 to a reader, though its double is below. */
function rounded(value: number, decimals: number): string {
  const moved = Number(`${value}e${decimals}`); // no number that has a power of ten of its own
  return Number.isNaN(moved) ? value.toFixed(decimals) : (Math.round(moved) / 10 ** decimals).toFixed(decimals);
}

/** As many decimals as leave about three digits that mean something, at most `most`. */
export function decimalsFor(value: number, most: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return Math.min(most, size >= 10 ? 1 : 2);
}

export const DOSE_UNITS = ["uSv/h", "nSv/h", "uR/h"] as const;
export type DoseUnit = (typeof DOSE_UNITS)[number];

/** nSv/h in one of each unit. 100 uR/h are 1 uSv/h, as the scales of instruments in both states show it. */
export const DOSE_FACTORS: Record<DoseUnit, number> = { "uSv/h": 1000, "nSv/h": 1, "uR/h": 10 };

/** A dose rate given in nSv/h, in the unit that the reader chose. */
export function formatDose(value: number, unit: DoseUnit, language: Language): string {
  if (unit === "nSv/h") return formatNumber(value, value < 10 ? 1 : 0, language);
  if (unit === "uR/h") return formatNumber(value / 10, value < 1000 ? 1 : 0, language);
  const micro = value / 1000;
  // A small spread is not nothing.
  const decimals = micro >= 100 ? 0 : micro >= 10 ? 1 : micro > 0 && micro < 0.01 ? 3 : 2;
  return formatNumber(micro, decimals, language);
}

/** An edge of a class: no digit more than it needs. */
export function formatEdge(value: number, language: Language): string {
  let decimals = 0;
  while (decimals < 6 && Math.abs(Number(value.toFixed(decimals)) - value) > Math.abs(value) * 1e-9) decimals++;
  return formatNumber(value, decimals, language);
}
