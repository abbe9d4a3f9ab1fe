// The edges of areas that lie side by side: a line that two of them share is drawn once, or its dashes would fill each other's gaps.

/** Return each feature with its edges for a geometry; a shared one belongs to the feature that comes first. */
export function edges(features: readonly GeoJSON.Feature[]): GeoJSON.Feature<GeoJSON.MultiLineString>[] {
  const taken = new Set<string>();
  return features.map((feature) => {
    const coordinates = rings(feature.geometry).flatMap((ring) => fresh(ring, taken));
    return { ...feature, geometry: { type: "MultiLineString", coordinates } };
  });
}

function rings(geometry: GeoJSON.Geometry): GeoJSON.Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : [];
}

/** The parts of a ring that nobody has taken, whichever way round; they are taken with it. */
function fresh(ring: readonly GeoJSON.Position[], taken: Set<string>): GeoJSON.Position[][] {
  const parts: GeoJSON.Position[][] = [];
  let part: GeoJSON.Position[] | null = null;
  ring.slice(1).forEach((to, i) => {
    const ends = [String(ring[i]), String(to)].sort().join(" ");
    if (taken.has(ends)) part = null;
    else if (part) part.push(to);
    else parts.push((part = [ring[i]!, to]));
    taken.add(ends);
  });
  return parts;
}
