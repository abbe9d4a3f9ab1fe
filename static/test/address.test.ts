import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, formatForServers, NOTHING, parseAddress, type Shared } from "../src/address.ts";

const full: Shared = {
  zoom: 6.5,
  lat: 43.25,
  lon: 76.9,
  filled: "dose-rate",
  style: "exceedance",
  threshold: 150,
  weights: "sl2:3,border_distance:1",
  scenario: { rupture: "fault:talas-fergana", magnitude: "7.4" },
  overlays: ["stations", "faults"],
  time: "2026-11-23T08:00:00Z",
  unit: "uR/h",
  station: "KZ ALA/1",
  place: [76.9, 43.25],
  feature: ["faults", "talas/1"],
  span: "30d",
  table: true,
  against: { by: "hours", hours: 24 },
  swipe: 0.3,
  theme: "dark",
};

test("an address gives back the state it was made of", () => {
  assert.deepEqual(parseAddress(formatAddress(full)), full);
  assert.deepEqual(parseAddress(formatAddress(NOTHING)), NOTHING);
  const none = { ...NOTHING, filled: "none", overlays: [] };
  assert.deepEqual(parseAddress(formatAddress(none)), none);
});

test("a comparison is named by hours, by a time or by a layer", () => {
  const sides = [
    { by: "hours", hours: 24 },
    { by: "time", time: "2026-11-23T08:00:00Z" },
    { by: "layer", layer: "pm2-5", style: "mean" },
  ] as const;
  for (const against of sides) assert.deepEqual(parseAddress(formatAddress({ ...NOTHING, against })).against, against);
});

test("what servers read stands behind a question mark, and a page reads both", () => {
  const address = formatForServers(full);
  const [search = "", hash = ""] = address.split("#");
  assert.match(search, /^\?map=6\.5.*&station=/);
  assert.doesNotMatch(search, /swipe|theme|place/);
  assert.deepEqual(parseAddress(`#${hash}`, search), full);
});

test("a word that is not understood says nothing", () => {
  for (const hash of ["#map=a/b/c", "#map=5/95/10", "#map=5/45", "#time=yesterday", "#unit=R/h", "#threshold=-1", "#threshold=x",
    "#layer=<b>", "#with=%3Cscript%3E", "#station=%E0%A4%A", "#place=91/10", "#place=1", "#feature=faults", "#span=2d", "#against=-99999h", "#against=tomorrow", "#swipe=101", "#swipe=", "#theme=red", "#view=map", "#=1", "#other=2", "#"]) {
    const { overlays, ...rest } = parseAddress(hash);
    const { overlays: _, ...nothing } = NOTHING;
    assert.deepEqual(rest, nothing, hash);
    assert.ok(overlays === null || overlays.length === 0, hash);
  }
});
