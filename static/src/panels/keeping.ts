// A view to keep: its link, its picture, its print, its data.
import { formatAddress, formatForServers } from "../address.ts";
import { element, icon } from "../dom.ts";
import type { Parts } from "../later.ts";
import { pictureOf } from "../map/picture.ts";

export class Keeping {
  private readonly parts: Parts;
  private readonly body: HTMLElement;

  constructor(parts: Parts, body: HTMLElement) {
    this.parts = parts;
    this.body = body;
  }

  show(): void {
    const { words, say } = this.parts;
    const focused = this.body.contains(document.activeElement) ? document.activeElement!.id : "";
    const field = element("input", { type: "text", id: "keep-link", readonly: true, value: this.link });
    const action = (id: string, name: string, act: () => void): HTMLButtonElement => {
      const made = element("button", { type: "button", id: `keep-${id}`, class: "action" }, icon(name), words.text(`keep.${id}`));
      made.addEventListener("click", act);
      return made;
    };
    const told = element("p", { class: "caption", role: "status" });
    const copy = action("copy", "link", () => {
      field.value = this.link;
      field.select();
      void navigator.clipboard?.writeText(field.value).then(() => (told.textContent = words.text("keep.copied")), () => undefined);
    });
    const png = action("png", "down", () => {
      void pictureOf(this.parts).then(
        (picture) => {
          saveFile(`kyzylkum-${this.parts.moments.shown?.replaceAll(":", "") ?? "map"}.png`, picture);
          told.textContent = words.text("keep.saved");
        },
        () => say(words.text("tools.failed")),
      );
    });
    const print = action("print", "print", () => {
      void pictureOf(this.parts).then(printed, () => say(words.text("tools.failed")));
    });
    this.body.replaceChildren(
      element("label", { class: "pick", for: "keep-link" }, element("span", {}, words.text("keep.link")), field),
      element("div", { class: "actions" }, copy, png, print),
      told,
      element("h3", {}, words.text("keep.data")),
      element("ul", { class: "links" }, ...this.files()),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  /** Where the server answers with a preview of the same view, the words stand where it can read them. */
  private get link(): string {
    const read = document.querySelector('meta[property="og:image"]') !== null;
    const shared = this.parts.shared();
    return `${location.origin}${location.pathname}${read ? formatForServers(shared) : formatAddress(shared)}`;
  }

  private files(): HTMLElement[] {
    const { config, store, current } = this.parts;
    const { filled, overlays, time } = store.state;
    const shown = config.layers.filter(({ id }) => id === filled || overlays.includes(id));
    return shown.flatMap((layer) => {
      const entry = current.entry(layer.id, time);
      const suffix = { surface: "tif", raster: "", contours: "" }[layer.kind] ?? "geojson";
      if (!entry || !suffix) return [];
      const href = `${config.root}/files/${layer.id}/${entry.data}/${entry.time}.${suffix}`;
      const format = suffix === "tif" ? "GeoTIFF" : "GeoJSON";
      return [element("li", {}, element("a", { href, download: `${layer.id}-${entry.time}.${suffix}` }, `${layer.title} (${format})`))];
    });
  }
}

/** A sheet with the picture of the view alone: panels that lie over a map would hide a part of it. */
async function printed(picture: Blob): Promise<void> {
  const sheet = element("img", { id: "sheet", alt: "" });
  sheet.src = URL.createObjectURL(picture);
  await sheet.decode();
  document.body.append(sheet);
  window.addEventListener(
    "afterprint",
    () => {
      URL.revokeObjectURL(sheet.src);
      sheet.remove();
    },
    { once: true },
  );
  window.print();
}

export function saveFile(name: string, content: Blob): void {
  const href = URL.createObjectURL(content);
  const link = element("a", { href, download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
