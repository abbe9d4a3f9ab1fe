import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Style } from "../src/config.ts";
import { classOf, quakeRadius, shapeOf } from "../src/scale.ts";

const palette = JSON.parse(readFileSync(new URL("../palettes/dose.json", import.meta.url), "utf8"));
const breaks = [50, 100, 150, 200, 300, 500, 1000, 10_000, 25_000, 100_000, 1_000_000];
const classes = [null, ...breaks].map((low, i) => ({
  low, high: breaks[i] ?? null, colour: palette.colours[i], text: "#000000", label: "", words: "",
}));
const style: Style = {
  id: "mean", title: "", measure: "mean", unit: "nSv/h", threshold: null, classes,
  raised_from: palette.raised_from, alarm_from: palette.alarm_from,
};

test("a class begins at its lower edge", () => {
  assert.deepEqual([0, 49.9, 50, 99.9, 100, 1e6, 1e9].map((value) => classOf(value, classes)), [0, 0, 1, 1, 2, 11, 11]);
  assert.equal(classOf(-5, classes), 0);
});

test("shape says what colour says: natural, raised from 0.3 uSv/h, high from 1 uSv/h, no value", () => {
  assert.deepEqual(
    [299.9, 300, 999, 1000, null, NaN].map((value) => shapeOf({ value, end_time: null }, style, 0)),
    ["circle", "square", "square", "triangle", "hollow", "hollow"],
  );
});

test("a value that may still come is late, and missing three hours later", () => {
  const end = Date.parse("2026-11-23T09:00:00Z");
  const late = { value: null, end_time: "2026-11-23T09:00:00Z" };
  assert.deepEqual([0, 2.9, 3, 30].map((hours) => shapeOf(late, style, end + hours * 3_600_000)), ["late", "late", "hollow", "hollow"]);
});

test("a larger earthquake is a larger circle, within reason", () => {
  assert.ok(quakeRadius(8) > quakeRadius(7) && quakeRadius(7) > quakeRadius(6));
  assert.ok(quakeRadius(0) >= 2.5 && quakeRadius(10) <= 20);
});
