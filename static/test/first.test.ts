import assert from "node:assert/strict";
import { test } from "node:test";
import { paperZoom } from "../src/first/print.ts";
import { giveStorage } from "../src/first/storage.ts";

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

test("a page whose storage is held back is a page all the same", () => {
  const target = {} as Window;
  Object.defineProperty(target, "localStorage", {
    configurable: true,
    get() {
      throw new Error("denied");
    },
  });
  giveStorage(target);
  target.localStorage.setItem("theme", "dark");
  assert.equal(target.localStorage.getItem("theme"), null);
});

test("storage that is there stays what it is", () => {
  const kept = {} as Storage;
  const target = { localStorage: kept } as unknown as Window;
  giveStorage(target);
  assert.equal(target.localStorage, kept);
});
