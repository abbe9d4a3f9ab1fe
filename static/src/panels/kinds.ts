// How layers of a kind are shown: filled, one at a time, or above it.
import type { Layer } from "../config.ts";

export const isFilled = (layer: Layer): boolean => layer.kind === "surface" || layer.kind === "raster";
export const isOverlay = (layer: Layer): boolean => !isFilled(layer) && layer.kind !== "basemap";
