import assert from "node:assert/strict";
import { test } from "node:test";
import { marked, ruleFor, surplus } from "../src/worker/rules.ts";

test("what has a version in its name is kept, and nothing that may change is taken for it", () => {
  const fixed = [
    "/static/app-21086c961e45.js",
    "/static/media/inter-latin-wght-normal-C2S99TQD.woff2",
    "/tiles/dose-rate/mean/484cc51455-0839b65d/2026-11-25T11:00:00Z/5/20/11.png",
    "/tiles/basemap/light/7c534f43a5-8e9d88ee/static/5/20/11@2x.webp",
    "/files/stations/484cc51455/2026-11-25T11:00:00Z.geojson",
    "/words/kk-0123456789ab.json",
  ];
  for (const path of fixed) assert.equal(ruleFor(path), "fixed", path);
  const asked = [
    "/tiles/dose-rate/mean/latest/2026-11-25T11:00:00Z/5/20/11.png",
    "/tiles/dose-rate/mean/484cc51455-0839b65d/latest/5/20/11.png",
    "/files/stations/latest/latest.geojson",
    "/files/stations/484cc51455/latest.geojson",
    "/static/licences.txt",
    "/words",
  ];
  for (const path of asked) assert.equal(ruleFor(path), "pass", path);
});

test("pages and current.json are asked of the server first", () => {
  for (const path of ["/", "/kk", "/en/lite", "/uz/words", "/ru/meaning", "/map.webp", "/static/basemap/places.json"]) assert.equal(ruleFor(path), "page", path);
  assert.equal(ruleFor("/current.json"), "current");
});

test("what a person asks about, sends or follows never comes from a cache", () => {
  for (const path of ["/api/v1/point", "/api/v1/events", "/api/v1/summary", "/api/v1/observations", "/wms", "/metrics", "/feeds/alarms.atom", "/map.png", "/embed", "/en/layers/stations", "/sw.js"])
    assert.equal(ruleFor(path), "pass", path);
});

test("the oldest gives way", () => {
  assert.deepEqual(surplus(["a", "b", "c"], 2), ["a"]);
  assert.deepEqual(surplus(["a"], 2), []);
});

test("a kept page shows its banner, and only that", () => {
  const html = '<p id="stale" class="offline" role="status" hidden>Offline.</p><p id="offline" class="offline" role="status" hidden>x</p>';
  assert.equal(marked(html), '<p id="stale" class="offline" role="status">Offline.</p><p id="offline" class="offline" role="status" hidden>x</p>');
  assert.equal(marked("<p>no banner</p>"), "<p>no banner</p>");
});
