// Files of the server that never change under their name, each asked for once.
import type { Layer } from "./config.ts";
import type { Current } from "./current.ts";
import type { Reading, Station } from "./map/station.ts";

const KEPT = 64; // answers; an hour of stations is some ten kilobytes
const FAILED_MS = 700; // less than anybody waits to ask again, more than a moving handle does

const NONE: readonly Station[] = []; // always the same, as what has come before is

/** Stations as the server lists them: what is the same of all, and a list for each of the rest. */
interface Columns {
  lon: number[];
  lat: number[];
  same: Record<string, unknown>;
  each: Record<string, unknown[]>;
}

export class Files {
  private readonly root: string;
  private readonly current: Current;
  private readonly answers = new Map<string, Promise<unknown>>();
  private readonly lists = new WeakMap<Columns, Station[]>();

  constructor(root: string, current: Current) {
    this.root = root;
    this.current = current;
  }

  async stations(layer: Layer, time: string | null): Promise<readonly Station[]> {
    const entry = this.current.entry(layer.id, time);
    if (!entry) return NONE;
    const columns = await this.json<Columns>(`${this.root}/files/${layer.id}/${entry.data}/${entry.time}.json`);
    const list = this.lists.get(columns) ?? listed(layer.id, columns);
    this.lists.set(columns, list); // an hour that is shown again has the same stations
    return list;
  }

  async features(layer: Layer): Promise<GeoJSON.FeatureCollection | null> {
    const entry = this.current.entry(layer.id, null);
    return entry && this.json(`${this.root}/files/${layer.id}/${entry.data}/${entry.time}.geojson`);
  }

  json<Answer>(address: string): Promise<Answer> {
    let answer = this.answers.get(address);
    if (!answer) {
      answer = ask(address).catch((reason: unknown) => {
        setTimeout(() => this.answers.delete(address), FAILED_MS); // a failure is asked again
        void this.current.again(); // it may be no longer there because something newer is
        throw reason;
      });
      this.answers.set(address, answer);
      if (this.answers.size > KEPT) this.answers.delete(this.answers.keys().next().value!);
    }
    return answer as Promise<Answer>;
  }
}

function listed(layer: string, { lon, lat, same, each }: Columns): Station[] {
  return lon.map((_, i) => {
    const reading: Record<string, unknown> = { ...same };
    for (const name in each) reading[name] = each[name]![i];
    return { layer, position: [lon[i]!, lat[i]!], reading: reading as unknown as Reading };
  });
}

const indices = new WeakMap<readonly Station[], Map<string, Station>>();
/** The stations of a list by their codes. */
export function byCode(stations: readonly Station[]): ReadonlyMap<string, Station> {
  const found = indices.get(stations) ?? new Map(stations.map((station) => [station.reading.code, station]));
  indices.set(stations, found);
  return found;
}

/** Ask an address whose answer may be another one the next time. */
export async function ask<Answer>(address: string): Promise<Answer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.json()) as Answer;
}
