import assert from "node:assert/strict";
import { test } from "node:test";
import { paperZoom } from "../src/first/print.ts";
import { giveStorage, Passing } from "../src/first/storage.ts";

test("a map fits the sheet whatever the window", () => {
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
    { width: 3840, height: 2160 },
  ]) {
    const zoom = paperZoom(size);
    assert.ok(size.width * zoom <= 775.001 && size.height * zoom <= 590.001);
  }
  assert.equal(paperZoom({ width: 320, height: 400 }), 1);
});

test("a page without storage keeps what is chosen for as long as it lives", () => {
  const target = {} as Window;
  Object.defineProperty(target, "localStorage", {
    configurable: true,
    get() {
      throw new Error("denied");
    },
  });
  giveStorage(target);
  target.localStorage.setItem("theme", "dark");
  assert.equal(target.localStorage.getItem("theme"), "dark");
  assert.equal(target.localStorage.length, 1);
});

test("storage that is there stays what it is", () => {
  const kept = new Passing();
  const target = { localStorage: kept } as unknown as Window;
  giveStorage(target);
  assert.equal(target.localStorage, kept);
});
