import assert from "node:assert/strict";
import { test } from "node:test";
import { decimalsFor, formatDose, formatEdge, formatNumber } from "../src/text/numbers.ts";

const cases = [0, 0.05, 1.006, 12.5, 123.456, 1234, 12345.678, 1234567.8, -9876.5];

test("Russian numbers are those of the platform, which knows Russian", () => {
  for (const value of cases) {
    // CLDR groups with a no-break space; platforms differ only in which one. Four digits stay together here.
    const expected = value.toLocaleString("ru", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace("-", "\u2212");
    const ours = formatNumber(value, 2, "ru");
    if (Math.abs(value) >= 10_000 || Math.abs(value) < 1000) assert.equal(ours, expected.replace(/\u202f/g, "\u00a0"));
  }
});

test("English numbers are those of the platform", () => {
  for (const value of cases) {
    const expected = value.toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 }).replace("-", "\u2212");
    if (value !== 1.006) assert.equal(formatNumber(value, 1, "en"), expected);
  }
});

test("Kazakh and Uzbek write a comma and a no-break space, as CLDR says and Chromium does not", () => {
  for (const language of ["kk", "uz"] as const) {
    assert.equal(formatNumber(12345.67, 2, language), "12\u00a0345,67");
    assert.equal(formatNumber(0.12, 2, language), "0,12");
    assert.equal(formatNumber(1234, 0, language), "1234");
  }
});

test("a negative number that rounds to zero has no sign", () => {
  assert.equal(formatNumber(-0.004, 2, "en"), "0.00");
  assert.equal(formatNumber(-0.006, 2, "en"), "\u22120.01");
});

test("a dose rate keeps two decimals in uSv/h at background and none when it is large", () => {
  assert.equal(formatDose(118.4, "uSv/h", "en"), "0.12");
  assert.equal(formatDose(118.4, "nSv/h", "en"), "118");
  assert.equal(formatDose(1.24, "uSv/h", "en"), "0.001");
  assert.equal(formatDose(0, "uSv/h", "en"), "0.00");
  assert.equal(formatDose(12_340, "uSv/h", "ru"), "12,3");
  assert.equal(formatDose(1_234_000, "uSv/h", "ru"), "1234");
  assert.equal(formatDose(4.26, "nSv/h", "kk"), "4,3");
});

test("an edge of a class has as many digits as it needs", () => {
  assert.equal(formatEdge(0.05, "en"), "0.05");
  assert.equal(formatEdge(0.3, "uz"), "0,3");
  assert.equal(formatEdge(1000, "en"), "1,000");
  assert.equal(formatEdge(0.1 + 0.2, "en"), "0.3");
});

test("about three digits mean something", () => {
  assert.deepEqual([0.1234, 1.2, 12.3, 123].map((value) => decimalsFor(value, 2)), [2, 2, 1, 0]);
  assert.equal(decimalsFor(0.5, 1), 1);
});

test("100 uR/h are 1 uSv/h, as the scales of instruments show it", () => {
  assert.equal(formatDose(1000, "uR/h", "en"), "100");
  assert.equal(formatDose(132, "uR/h", "ru"), "13,2");
  assert.equal(formatDose(132, "nSv/h", "en"), "132");
});

test("a half goes up, whatever its double is", () => {
  for (const [value, expected] of [[0.145, "0.15"], [0.125, "0.13"], [0.115, "0.12"], [0.1149, "0.11"], [1e-9, "0.00"], [-0.005, "\u22120.01"]] as const) {
    assert.equal(formatNumber(value, 2, "en"), expected);
  }
  assert.equal(formatDose(145, "uSv/h", "en"), "0.15");
});
