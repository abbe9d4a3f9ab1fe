import assert from "node:assert/strict";
import { test } from "node:test";
import { edges } from "../src/map/edges.ts";

const square = (west: number, south: number, ...holes: number[][][]): GeoJSON.Feature => ({
  type: "Feature",
  properties: { west },
  geometry: { type: "Polygon", coordinates: [[[west, south], [west + 2, south], [west + 2, south + 2], [west, south + 2], [west, south]], ...holes] },
});

test("a border of two areas is a line of the first of them only", () => {
  const [first, second] = edges([square(0, 0), square(2, 0)]);
  assert.deepEqual(first!.geometry.coordinates, [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]);
  assert.deepEqual(second!.geometry.coordinates, [[[2, 0], [4, 0], [4, 2], [2, 2]]]);
  assert.deepEqual(second!.properties, { west: 2 });
});

test("an area in the hole of another leaves nothing of the hole, whichever way it turns", () => {
  const hole = [[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]];
  const around = square(-4, -4, hole);
  const [within, without] = edges([square(0, 0), around]);
  assert.equal(within!.geometry.coordinates.length, 1);
  assert.deepEqual(without!.geometry.coordinates, [(around.geometry as GeoJSON.Polygon).coordinates[0]]);
});

test("areas of many parts keep all their edges; what is no area has none", () => {
  const parts = [square(0, 0), square(9, 9)].map((each) => (each.geometry as GeoJSON.Polygon).coordinates);
  const many: GeoJSON.Feature = { type: "Feature", properties: null, geometry: { type: "MultiPolygon", coordinates: parts } };
  const point: GeoJSON.Feature = { type: "Feature", properties: null, geometry: { type: "Point", coordinates: [0, 0] } };
  assert.deepEqual(edges([many, point]).map((each) => each.geometry.coordinates.length), [2, 0]);
});
