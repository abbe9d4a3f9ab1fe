// The filled surface of one side: what stands stays until what comes in its place is complete.
import type { Config, Layer, Style } from "../config.ts";
import type { Current, Entry } from "../current.ts";
import { density } from "../device.ts";
import type { Files } from "../files.ts";
import type { Scenario, Theme } from "../state.ts";
import type { Handle, MapView } from "./leaflet.ts";
import { paintAhead, showSurface, type Area, type SurfaceOptions } from "./surface.ts";

const DARK_SHARE = 0.8; // of a surface on dark land: light colours would glare
const FADING = new Set(["mean", "median", "quantile"]); // where they are uncertain

export interface Choice {
  layer: Layer;
  style: Style;
  threshold: number | null;
  weights: string | null;
  scenario: Scenario | null;
  time: string | null; // null: the newest
  theme: Theme;
}

interface Kept {
  key: string;
  handle: Handle;
}

export class Filled {
  private readonly map: MapView;
  private readonly config: Config;
  private readonly current: Current;
  private readonly files: Files;
  private readonly pane: "surface" | "compared";
  private standing: Kept | null = null;
  private coming: Kept | null = null;
  private wanted = "";

  constructor(map: MapView, config: Config, current: Current, files: Files, pane: "surface" | "compared") {
    this.map = map;
    this.config = config;
    this.current = current;
    this.files = files;
    this.pane = pane;
  }

  show(choice: Choice | null): void {
    const entry = choice && this.current.entry(choice.layer.id, choice.time);
    if (!choice || !entry) return this.clear();
    const { layer, theme } = choice;
    const address = this.address(choice, entry);
    const key = `${address} ${theme}`;
    this.wanted = key;
    if (this.coming?.key === key) return;
    if (this.standing?.key === key) return this.drop("coming");
    if (layer.kind !== "surface") {
      this.drop("coming");
      const handle = this.map.tiles(address.replace("{dense}", density() > 1 ? "@2x" : ""), this.pane, layer.min_zoom, layer.max_zoom);
      this.drop("standing");
      this.standing = { key, handle };
      return;
    }
    void this.options(choice, entry).then((options) => {
      if (this.wanted !== key || this.coming?.key === key) return;
      this.drop("coming"); // one that was still coming gives way at once
      const handle = showSurface(this.map, options, this.pane, () => {
        if (this.coming?.handle !== handle) return;
        this.drop("standing");
        this.standing = this.coming;
        this.coming = null;
      });
      this.coming = { key, handle };
    });
  }

  /** Make the tiles of another hour ahead, so that it stands at once when it is chosen. */
  async prefetch(choice: Choice): Promise<void> {
    const entry = this.current.entry(choice.layer.id, choice.time);
    if (entry && choice.layer.kind === "surface") await paintAhead(this.map, await this.options(choice, entry));
  }

  private async options(choice: Choice, entry: Entry): Promise<SurfaceOptions> {
    const { layer, style, theme } = choice;
    const dark = theme === "dark";
    const light = this.config.tiles[`${layer.id}/${style.id}`]!.opacity;
    return {
      address: this.address(choice, entry),
      opacity: dark ? light * DARK_SHARE : light,
      bounds: layer.bounds,
      maxZoom: layer.max_zoom,
      area: await this.area(layer),
      hatch: dark ? "rgba(222,230,240,.34)" : "rgba(40,50,66,.38)",
    };
  }

  private clear(): void {
    this.wanted = "";
    this.drop("coming");
    this.drop("standing");
  }

  private drop(which: "standing" | "coming"): void {
    this[which]?.handle.remove();
    this[which] = null;
  }

  private address({ layer, style, threshold, weights, scenario }: Choice, entry: Entry): string {
    const plain = tilesOf(this.config, layer, style.id, entry);
    if (weights && layer.kind === "suitability") return `${plain}?weights=${weights}`;
    if (layer.kind === "scenario" && scenario) return `${plain}?${new URLSearchParams(scenario)}`;
    if (layer.kind !== "surface") return plain;
    const chosen = style.measure === "exceedance" ? (threshold ?? style.threshold) : null;
    return `${plain}?smooth=1${FADING.has(style.measure) ? "&fade=1" : ""}${chosen === null ? "" : `&threshold=${chosen}`}`;
  }

  private async area(layer: Layer): Promise<Area | null> {
    if (!layer.clipped || !this.config.area) return null;
    return this.files.json<Area>(this.config.area).catch(() => null);
  }
}

export function tilesOf(config: Config, layer: Layer, style: string, entry: Entry): string {
  const { address } = config.tiles[`${layer.id}/${style}`]!;
  return address.replace("{version}", entry.versions[style] ?? "latest").replace("{time}", entry.time);
}
