import assert from "node:assert/strict";
import { test } from "node:test";
import { ahp, chanceOfFirst, flips, generator, ranks, shares, topsis, weightedSum } from "../src/sites/ranking.ts";

test("what is missing is left out and never becomes zero", () => {
  assert.equal(weightedSum([0.8, null], [0.5, 0.5]), 0.8);
  assert.equal(weightedSum([0.8, 0], [0.5, 0.5]), 0.4);
  assert.equal(weightedSum([null, null], [1, 1]), null);
  assert.equal(shares([0, 0]), null);
});

test("equal scores share the smaller rank and those without a score have none", () => {
  assert.deepEqual(ranks([0.2, null, 0.9, 0.9]), [3, null, 1, 1]);
});

test("the closeness of a worked example", () => {
  // Two sites, one criterion each way: the better in both is at the best, the other at the worst.
  assert.deepEqual(topsis([[3, 1], [1, 2]], [1, 1], [true, false]), [1, 0]);
  assert.deepEqual(topsis([[1, 1], [1, 1]], [1, 1], [true, true]), [0.5, 0.5]);
});

test("the order flips at the weight that makes two sites equal", () => {
  const [first, second] = flips([[1, 0.2], [0, 1]], [0.6, 0.4]);
  assert.ok(first && second);
  assert.ok(Math.abs(first.share - 4 / 9) < 1e-12);
  assert.ok(Math.abs(second.share - 5 / 9) < 1e-12);
  assert.deepEqual([first.from, first.by], [0, 1]);
  assert.deepEqual(flips([[1, 1]], [1, 1]), []);
});

test("a site that is better in all is first for sure, unknowns make it less sure, and a chance is repeated", () => {
  const sure = [[0.9, 0.8], [0.2, 0.1]];
  assert.deepEqual(chanceOfFirst(sure, sure, [1, 1], 200), [1, 0]);
  const open = [[0.9, null], [0.2, 0.1]];
  const once = chanceOfFirst(open, open, [1, 1], 400);
  assert.ok((once[0] ?? 0) > 0.5 && (once[0] ?? 0) <= 1);
  assert.deepEqual(chanceOfFirst(open, open, [1, 1], 400), once);
  const random = generator(1);
  const many = Array.from({ length: 10000 }, random);
  assert.ok(many.every((v) => v >= 0 && v < 1));
  assert.ok(Math.abs(many.reduce((sum, v) => sum + v, 0) / many.length - 0.5) < 0.02);
});

test("comparisons made of weights give them back, contradictions are seen", () => {
  const w = [0.5, 0.3, 0.2];
  const found = ahp(w.map((a) => w.map((b) => a / b)), [0, 0, 0, 0.58]);
  found.weights.forEach((value, i) => assert.ok(Math.abs(value - (w[i] ?? 0)) < 1e-9));
  assert.ok(found.ratio < 1e-9);
  // a over b, b over c, c over a: each nine times.
  assert.ok(ahp([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]], [0, 0, 0, 0.58]).ratio > 1);
});
