// The picture that the server has drawn lies under the map until the map's own tiles are there.
const WORLD_M = 40_075_016.685578488;
const TILE_PX = 256;
const MOVES = ["pointerdown", "wheel", "keydown"] as const;

export interface Placed {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface View {
  zoom: number;
  lat: number;
  lon: number;
}

/** Where a box of EPSG:3857 metres lies on a map of a size that shows a zoom around a place, in pixels. */
export function placed(
  box: readonly [west: number, south: number, east: number, north: number],
  view: View,
  size: { width: number; height: number },
): Placed {
  const pixelM = WORLD_M / (TILE_PX * 2 ** view.zoom);
  const x = (view.lon / 360) * WORLD_M;
  const y = (Math.asinh(Math.tan((view.lat * Math.PI) / 180)) * WORLD_M) / (2 * Math.PI);
  const [west, south, east, north] = box;
  return {
    left: size.width / 2 + (west - x) / pixelM,
    top: size.height / 2 + (y - north) / pixelM,
    width: (east - west) / pixelM,
    height: (north - south) / pixelM,
  };
}

/** The place that the page has written into its address, as soon as it has. */
export function viewOf(address: string): View | null {
  const [zoom = NaN, lat = NaN, lon = NaN] = /[#&]map=([^&]*)/.exec(address)?.[1]?.split("/").map(Number) ?? [];
  return zoom >= 0 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

export function keepUnderMap(map: HTMLElement, preview: HTMLElement | null): void {
  const picture = preview?.querySelector("img");
  if (!preview || !picture) return;
  let settled = false;
  const lay = (): void => {
    const view = settled ? null : viewOf(location.href);
    if (!view) return;
    settled = true;
    const box = shownBox(preview, picture);
    if (!box) return;
    const at = placed(box, view, { width: map.clientWidth, height: map.clientHeight });
    picture.classList.add("placed");
    picture.style.width = `${at.width}px`;
    picture.style.height = `${at.height}px`;
    picture.style.transform = `translate(${at.left}px, ${at.top}px)`;
  };
  const remove = (): void => {
    observer.disconnect();
    window.clearInterval(timer);
    for (const move of MOVES) map.removeEventListener(move, remove);
    preview.remove();
  };
  const look = (): void => {
    lay();
    const tiles = [...map.querySelectorAll(".leaflet-base-pane img.leaflet-tile")];
    if (tiles.length && tiles.every((tile) => tile.classList.contains("leaflet-tile-loaded"))) remove();
  };
  const observer = new MutationObserver(look);
  observer.observe(map, { subtree: true, childList: true, attributeFilter: ["class"] });
  const timer = window.setInterval(look, 200); // the address is written a little after the map has moved
  // A picture does not follow the map.
  for (const move of MOVES) map.addEventListener(move, remove, { passive: true });
}

function shownBox(preview: HTMLElement, picture: HTMLImageElement): [number, number, number, number] | null {
  const sources = [...preview.querySelectorAll("source")];
  const chosen = sources.find((source) => source.media === "all" || window.matchMedia(source.media).matches);
  const sides = (chosen ?? picture).dataset.box?.split(",").map(Number) ?? [];
  return sides.length === 4 && sides.every(Number.isFinite) ? (sides as [number, number, number, number]) : null;
}
