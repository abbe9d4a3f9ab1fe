// Files of the server that never change under their name, each asked for once.
import type { Layer } from "./config.ts";
import type { Current } from "./current.ts";
import type { Reading, Station } from "./map/station.ts";

const KEPT = 64; // answers; an hour of stations is some ten kilobytes

export class Files {
  private readonly root: string;
  private readonly current: Current;
  private readonly answers = new Map<string, Promise<unknown>>();

  constructor(root: string, current: Current) {
    this.root = root;
    this.current = current;
  }

  async stations(layer: Layer, time: string | null): Promise<Station[]> {
    const entry = this.current.entry(layer.id, time);
    if (!entry) return [];
    const found = await this.json<GeoJSON.FeatureCollection<GeoJSON.Point, Reading>>(
      `${this.root}/files/${layer.id}/${entry.data}/${entry.time}.geojson`,
    );
    return found.features.map(({ geometry, properties }) => ({
      layer: layer.id,
      position: [geometry.coordinates[0]!, geometry.coordinates[1]!],
      reading: properties,
    }));
  }

  async features(layer: Layer): Promise<GeoJSON.FeatureCollection | null> {
    const entry = this.current.entry(layer.id, null);
    return entry && this.json(`${this.root}/files/${layer.id}/${entry.data}/${entry.time}.geojson`);
  }

  json<Answer>(address: string): Promise<Answer> {
    let answer = this.answers.get(address);
    if (!answer) {
      answer = ask(address).catch((reason: unknown) => {
        this.answers.delete(address); // a failure is asked again
        throw reason;
      });
      this.answers.set(address, answer);
      if (this.answers.size > KEPT) this.answers.delete(this.answers.keys().next().value!);
    }
    return answer as Promise<Answer>;
  }
}

/** Ask an address whose answer may be another one the next time. */
export async function ask<Answer>(address: string): Promise<Answer> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.json()) as Answer;
}
