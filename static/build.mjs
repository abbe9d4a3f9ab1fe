// Builds what the browser gets into dist/, each file named after its content, and lists it in dist/manifest.json:
// logical name -> { file, bytes, integrity }.
import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { build } from "esbuild";

const out = new URL("dist/", import.meta.url);
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

// Leaflet stays a plain script, because folium's pages speak to its global L.
const options = { minify: true, write: false, outdir: "dist", absWorkingDir: import.meta.dirname };
const built = await Promise.all([
  build({ ...options, entryPoints: { leaflet: "node_modules/leaflet/dist/leaflet-src.js" } }),
  build({
    ...options,
    entryPoints: { leaflet: "node_modules/leaflet/dist/leaflet.css" },
    bundle: true,
    loader: { ".png": "file" },
    assetNames: "[name]-[hash]",
  }),
]);

const manifest = {};
for (const { path, contents } of built.flatMap((each) => each.outputFiles)) {
  const extension = extname(path);
  const name = basename(path, extension);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 12);
  const file = extension === ".png" ? name + extension : `${name}-${hash}${extension}`; // esbuild named these
  await writeFile(new URL(file, out), contents);
  manifest[name + extension] = {
    file,
    bytes: contents.length,
    integrity: `sha384-${createHash("sha384").update(contents).digest("base64")}`,
  };
}
await writeFile(new URL("manifest.json", out), JSON.stringify(manifest, null, 2) + "\n");
