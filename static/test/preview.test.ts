import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, viewOf } from "../src/first/preview.ts";

const WORLD_M = 40_075_016.685578488;

test("the world at zoom 0 fills a tile around its middle", () => {
  const half = WORLD_M / 2;
  const at = placed([-half, -half, half, half], { zoom: 0, lat: 0, lon: 0 }, { width: 256, height: 256 });
  for (const [found, wanted] of [
    [at.left, 0],
    [at.top, 0],
    [at.width, 256],
    [at.height, 256],
  ] as const)
    assert.ok(Math.abs(found - wanted) < 1e-6, `${found} is not ${wanted}`);
});

test("a box around the middle of the map stands in the middle, twice as large one zoom nearer", () => {
  const lat = 48;
  const y = (Math.asinh(Math.tan((lat * Math.PI) / 180)) * WORLD_M) / (2 * Math.PI);
  const x = (66 / 360) * WORLD_M;
  const box = [x - 1e5, y - 1e5, x + 1e5, y + 1e5] as const;
  const far = placed(box, { zoom: 5, lat, lon: 66 }, { width: 400, height: 300 });
  const near = placed(box, { zoom: 6, lat, lon: 66 }, { width: 400, height: 300 });
  assert.ok(Math.abs(far.left + far.width / 2 - 200) < 1e-6);
  assert.ok(Math.abs(far.top + far.height / 2 - 150) < 1e-6);
  assert.ok(Math.abs(near.width - 2 * far.width) < 1e-6);
});

test("the place of the map is read from its address, and nothing else is", () => {
  assert.deepEqual(viewOf("https://map.test/en?map=1/2/3#map=5.25/46.5/-72.31&layer=a"), { zoom: 5.25, lat: 46.5, lon: -72.31 });
  for (const address of ["https://map.test/en", "https://map.test/en?map=5/46/72", "https://map.test/en#map=5/46", "https://map.test/en#map=5/99/72"]) assert.equal(viewOf(address), null);
});
