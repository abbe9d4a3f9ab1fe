// How layers of a kind are shown: filled, one at a time, or above it.
import type { Layer } from "../config.ts";

const FILLED: ReadonlySet<string> = new Set(["surface", "raster", "hazard", "scenario", "suitability"]);
export const isFilled = (layer: Layer): boolean => FILLED.has(layer.kind);
export const isOverlay = (layer: Layer): boolean => !isFilled(layer) && layer.kind !== "basemap";
