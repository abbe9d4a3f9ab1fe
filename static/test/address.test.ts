import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, NOTHING, parseAddress, type Shared } from "../src/address.ts";

const full: Shared = {
  zoom: 6.5,
  lat: 43.25,
  lon: 76.9,
  filled: "dose-rate",
  style: "exceedance",
  threshold: 150,
  overlays: ["stations", "faults"],
  time: "2026-11-23T08:00:00Z",
  unit: "nSv/h",
  station: "KZ ALA/1",
};

test("an address gives back the state it was made of", () => {
  assert.deepEqual(parseAddress(formatAddress(full)), full);
  assert.deepEqual(parseAddress(formatAddress(NOTHING)), NOTHING);
  const none = { ...NOTHING, filled: "none", overlays: [] };
  assert.deepEqual(parseAddress(formatAddress(none)), none);
});

test("a word that is not understood says nothing", () => {
  for (const hash of ["#map=a/b/c", "#map=5/95/10", "#map=5/45", "#time=yesterday", "#unit=R/h", "#threshold=-1", "#threshold=x",
    "#layer=<b>", "#with=%3Cscript%3E", "#station=%E0%A4%A", "#=1", "#other=2", "#"]) {
    const { overlays, ...rest } = parseAddress(hash);
    const { overlays: _, ...nothing } = NOTHING;
    assert.deepEqual(rest, nothing, hash);
    assert.ok(overlays === null || overlays.length === 0, hash);
  }
});
