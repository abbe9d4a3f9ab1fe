import assert from "node:assert/strict";
import { test } from "node:test";
import { around, neighbour, Occupied, placeName } from "../src/declutter.ts";

test("what touches is not what overlaps", () => {
  const occupied = new Occupied();
  occupied.take(around(100, 100, 10));
  assert.equal(occupied.isFree(around(120, 100, 10)), true);
  assert.equal(occupied.isFree(around(119, 100, 10)), false);
});

test("no two of many boxes that were taken overlap, cells or no cells", () => {
  const occupied = new Occupied();
  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  let seed = 7;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let i = 0; i < 2000; i++) {
    const box = around(random() * 900 - 50, random() * 900 - 50, 2 + random() * 80, 2 + random() * 20);
    const clear = taken.every((t) => box.right <= t.left || t.right <= box.left || box.bottom <= t.top || t.bottom <= box.top);
    assert.equal(occupied.isFree(box), clear);
    if (!clear) continue;
    occupied.take(box);
    taken.push(box);
  }
  assert.ok(taken.length > 20);
});

test("a name goes to the next side when one is taken, and away when all are", () => {
  const occupied = new Occupied();
  const sides = Array.from({ length: 5 }, () => placeName(occupied, 200, 200, 20, 50, 16));
  assert.deepEqual(sides, ["right", "left", "below", "above", null]);
});

test("a name leaves in sight what it can, and covers it before it goes away", () => {
  const occupied = new Occupied();
  for (const x of [230, 170]) occupied.shun(around(x, 200, 5));
  const sides = Array.from({ length: 5 }, () => placeName(occupied, 200, 200, 20, 50, 16));
  assert.deepEqual(sides, ["below", "above", "right", "left", null]);
});

test("an arrow key goes to the nearest point ahead, not to a nearer one aside or behind", () => {
  const points = [{ x: 0, y: 0 }, { x: 50, y: 5 }, { x: 5, y: 20 }, { x: -10, y: 0 }, { x: 0, y: -40 }];
  assert.equal(neighbour(points, 0, "ArrowRight"), 1);
  assert.equal(neighbour(points, 0, "ArrowDown"), 2);
  assert.equal(neighbour(points, 0, "ArrowLeft"), 3);
  assert.equal(neighbour(points, 0, "ArrowUp"), 4);
  assert.equal(neighbour(points, 1, "ArrowRight"), null);
  assert.equal(neighbour([], 0, "ArrowUp"), null);
});
