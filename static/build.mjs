// Builds what the browser gets into dist/. Files named after their content are listed in dist/manifest.json,
// logical name -> { file, bytes, integrity }; palettes and the font for drawing on the server keep their names.
// dist/basemap, dist/surroundings, dist/print and dist/web are not ours: scripts in Python make them.
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
  if (!["basemap", "surroundings", "print", "web"].includes(name)) await rm(new URL(name, out), { recursive: true });
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

// Leaflet makes its classes by calls, which a bundler must keep for what they might do: they only make a class. Two that
// no page uses, layers of a WMS and the box of layers, hang on others and would stay with them.
const shaken = {
  name: "shaken",
  setup: ({ onLoad }) =>
    onLoad({ filter: /leaflet-src\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text
        .replace(/^(\s*var \w+ = )(?=\w+\.extend\()/gm, "$1/* @__PURE__ */ ")
        .replace(/^(tileLayer\.wms|TileLayer\.WMS|control\.layers|Control\.Layers) = .*$/gm, "");
      return { contents, loader: "js" };
    }),
};

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
  plugins: [shaken],
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
const rounded = outline.coordinates.map((rings) => rings.map((ring) => simplified(ring).map((pair) => pair.map((n) => Number(n.toFixed(3))))));
await put("area.json", Buffer.from(JSON.stringify(rounded)));

/** A ring without the points that lie within 0.005 degrees of it, some 500 m: the method of Douglas and Peucker. */
function simplified(ring) {
  const kept = new Set([0, ring.length - 1]);
  const parts = [[0, Math.floor(ring.length / 2)], [Math.floor(ring.length / 2), ring.length - 1]];
  kept.add(parts[0][1]);
  while (parts.length) {
    const [begin, end] = parts.pop();
    const [[x, y], [u, v]] = [ring[begin], ring[end]];
    let [far, most] = [0, 0.005];
    for (let i = begin + 1; i < end; i++) {
      const [px, py] = ring[i];
      const along = Math.max(0, Math.min(1, ((px - x) * (u - x) + (py - y) * (v - y)) / ((u - x) ** 2 + (v - y) ** 2 || 1)));
      const off = Math.hypot(px - x - along * (u - x), py - y - along * (v - y));
      if (off > most) [far, most] = [i, off];
    }
    if (far) {
      kept.add(far);
      parts.push([begin, far], [far, end]);
    }
  }
  return ring.filter((_, i) => kept.has(i));
}

await put("icon.svg", await readFile(new URL("css/icon.svg", here)));
await cp(new URL("palettes/", here), new URL("palettes/", out), { recursive: true });

// The one font that draws labels on the server: every alphabet in one file, read by FreeType as it is.
await mkdir(new URL("fonts/", out), { recursive: true });
await copyFile(new URL("node_modules/inter-ui/variable/InterVariable.woff2", here), new URL("fonts/inter-server.woff2", out));

const shipped = ["leaflet/LICENSE", "inter-ui/LICENSE.txt", "world-atlas/LICENSE"];
const licences = await Promise.all(
  shipped.map(async (path) => `${dirname(path)}\n\n${await readFile(new URL(`node_modules/${path}`, here), "utf8")}`),
);
await put("licences.txt", Buffer.from(licences.join("\n\n")));

await writeFile(new URL("manifest.json", out), JSON.stringify(manifest, null, 2) + "\n");
