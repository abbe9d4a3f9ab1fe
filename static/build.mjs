// Builds what the browser gets into dist/. Files named after their content are listed in dist/manifest.json,
// logical name -> { file, bytes, integrity }; palettes and the font for drawing on the server keep their names.
// dist/basemap, dist/surroundings and dist/print are not ours: scripts in Python make them.
import { createHash } from "node:crypto";
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { merge } from "topojson-client";

const here = new URL("./", import.meta.url);
const out = new URL("dist/", here);
const manifest = {};

await mkdir(out, { recursive: true });
for (const name of await readdir(out)) {
  if (!["basemap", "surroundings", "print"].includes(name)) await rm(new URL(name, out), { recursive: true });
}

function digest(algorithm, bytes, form) {
  return createHash(algorithm).update(bytes).digest(form);
}

async function put(name, bytes, file) {
  const extension = extname(name);
  const hashed = file ?? `${name.slice(0, -extension.length)}-${digest("sha256", bytes, "hex").slice(0, 12)}${extension}`;
  await mkdir(dirname(fileURLToPath(new URL(hashed, out))), { recursive: true });
  await writeFile(new URL(hashed, out), bytes);
  manifest[name] = { file: hashed, bytes: bytes.length, integrity: `sha384-${digest("sha384", bytes, "base64")}` };
}

// Code and styles. esbuild names fonts and pictures itself, since the style sheet must point at them.
const bundled = await build({
  absWorkingDir: fileURLToPath(here),
  entryPoints: {
    app: "src/app.ts", later: "src/later.ts", first: "src/first.ts", sites: "src/sites.ts", sw: "src/worker/sw.ts",
    style: "css/app.css", "later-style": "css/later.css", layer: "css/layer.css", lite: "css/lite.css",
    plain: "css/plain.css", print: "css/print.css", site: "css/site.css",
  },
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: "es2022",
  legalComments: "none", // licences.txt has them
  alias: { leaflet: "leaflet/dist/leaflet-src.esm.js" }, // as modules, of which what is not used stays out
  outdir: "dist",
  assetNames: "media/[name]-[hash]",
  loader: { ".png": "file", ".woff2": "file" },
});
for (const { path, contents } of bundled.outputFiles) {
  const name = basename(path);
  if (path.includes("/media/")) await put(`media/${name.replace(/-[A-Z0-9]{8}(?=\.)/, "")}`, contents, `media/${name}`);
  else await put({ "style.css": "app.css", "later-style.css": "later.css" }[name] ?? name, contents);
}

// The outline of the two states, in which a surface is shown. Baikonur is a part of Kazakhstan.
const atlas = JSON.parse(await readFile(new URL("node_modules/world-atlas/countries-10m.json", here)));
const states = ["Kazakhstan", "Uzbekistan", "Baikonur"];
const outline = merge(atlas, atlas.objects.countries.geometries.filter((each) => states.includes(each.properties.name)));
const rounded = outline.coordinates.map((rings) => rings.map((ring) => ring.map((pair) => pair.map((n) => Number(n.toFixed(3))))));
await put("area.json", Buffer.from(JSON.stringify(rounded)));

await put("icon.svg", await readFile(new URL("css/icon.svg", here)));
await cp(new URL("palettes/", here), new URL("palettes/", out), { recursive: true });

// The one font that draws labels on the server: every alphabet in one file, read by FreeType as it is.
await mkdir(new URL("fonts/", out), { recursive: true });
await copyFile(new URL("node_modules/inter-ui/variable/InterVariable.woff2", here), new URL("fonts/inter-server.woff2", out));

const shipped = ["leaflet/LICENSE", "@fontsource-variable/inter/LICENSE", "world-atlas/LICENSE"];
const licences = await Promise.all(
  shipped.map(async (path) => `${dirname(path)}\n\n${await readFile(new URL(`node_modules/${path}`, here), "utf8")}`),
);
await put("licences.txt", Buffer.from(licences.join("\n\n")));

await writeFile(new URL("manifest.json", out), JSON.stringify(manifest, null, 2) + "\n");
