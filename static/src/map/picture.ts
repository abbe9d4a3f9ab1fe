// The view as a picture: what is drawn on the map, its marks and names, with title, hour, legend and sources around it.
import type { Parts } from "../later.ts";
import { OVER, REVIEW, SHAPES } from "./station.ts";
import type { Shape } from "../scale.ts";

const FOOT = 54;
const INK = "#1b2430";
const QUIET = "#56616f";
const FONT = "Inter, system-ui, sans-serif";

export async function pictureOf(parts: Parts): Promise<Blob> {
  const { map, store } = parts;
  const dense = Math.max(1, Math.min(2, window.devicePixelRatio));
  const { x: width, y: height } = map.size;
  const canvas = document.createElement("canvas");
  canvas.width = width * dense;
  canvas.height = (height + FOOT) * dense;
  const context = canvas.getContext("2d")!;
  context.scale(dense, dense);
  const dark = store.state.theme === "dark";
  context.fillStyle = dark ? "#23272d" : "#dcd8cd";
  context.fillRect(0, 0, width, height);
  const frame = document.getElementById("map")!.getBoundingClientRect();
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  for (const part of drawn()) {
    const box = part.getBoundingClientRect();
    const divided = part instanceof HTMLCanvasElement ? part.closest<HTMLElement>(".leaflet-surface-pane, .leaflet-compared-pane") : null;
    context.save();
    if (divided?.style.clipPath) side(context, divided.classList.contains("leaflet-surface-pane"), width, height, store.state.swipe);
    context.drawImage(await drawable(part), box.left - frame.left, box.top - frame.top, box.width, box.height);
    context.restore();
  }
  for (const name of document.querySelectorAll<HTMLElement>("#map .name")) writeName(context, name, frame, dark);
  for (const mark of document.querySelectorAll<HTMLElement>("#map button.station")) drawMark(context, mark, frame);
  if (store.state.against) {
    context.fillStyle = "#ffffff";
    context.fillRect(width * store.state.swipe - 1.5, 0, 3, height);
  }
  drawLegend(context, width, height);
  context.restore();
  drawFoot(context, parts, width, height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

/** What is drawn, from the ground up: pictures of tiles, canvases and drawings. Marks and names are elements of the page. */
function drawn(): (HTMLImageElement | HTMLCanvasElement | SVGSVGElement)[] {
  const panes = [...document.querySelectorAll<HTMLElement>("#map .leaflet-map-pane > .leaflet-pane")];
  panes.sort((one, other) => Number(getComputedStyle(one).zIndex) - Number(getComputedStyle(other).zIndex));
  return panes.flatMap((pane) => [...pane.querySelectorAll<HTMLImageElement | HTMLCanvasElement | SVGSVGElement>("img.leaflet-tile-loaded, canvas, :scope > svg")]);
}

function side(context: CanvasRenderingContext2D, left: boolean, width: number, height: number, share: number): void {
  const middle = width * share;
  context.beginPath();
  context.rect(left ? 0 : middle, 0, left ? middle : width - middle, height);
  context.clip();
}

/** A drawing has to become a picture first. */
async function drawable(part: HTMLImageElement | HTMLCanvasElement | SVGSVGElement): Promise<CanvasImageSource> {
  if (!(part instanceof SVGSVGElement)) return part;
  const { width, height } = part.getBoundingClientRect();
  const copy = part.cloneNode(true) as SVGSVGElement;
  copy.removeAttribute("style"); // where it stands on the page is not where it stands in itself
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

function writeName(context: CanvasRenderingContext2D, name: HTMLElement, frame: DOMRect, dark: boolean): void {
  const box = name.getBoundingClientRect();
  const { fontWeight, fontSize, fontStyle, color } = getComputedStyle(name);
  context.font = `${fontStyle} ${fontWeight} ${fontSize} ${FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  const [x, y] = [box.left - frame.left, box.top - frame.top + box.height / 2];
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = dark ? "rgba(18,23,31,.85)" : "rgba(255,255,255,.85)";
  context.strokeText(name.textContent!, x, y);
  context.fillStyle = color;
  context.fillText(name.textContent!, x, y);
}

function drawMark(context: CanvasRenderingContext2D, mark: HTMLElement, frame: DOMRect): void {
  const box = mark.getBoundingClientRect();
  const shape = mark.dataset.shape as Shape;
  const [kind, attributes] = SHAPES[shape];
  const path = new Path2D(kind === "path" ? attributes.d! : undefined);
  if (kind === "circle") path.arc(17, 17, 13.4, 0, 2 * Math.PI);
  if (kind === "rect") path.roundRect(3.8, 3.8, 26.4, 26.4, 4);
  context.save();
  context.translate(box.left - frame.left, box.top - frame.top);
  context.lineWidth = 5;
  context.strokeStyle = "rgba(255,255,255,.95)";
  context.stroke(path);
  const empty = shape === "late" || shape === "hollow";
  context.fillStyle = getComputedStyle(mark.querySelector(".ring")!).fill;
  context.fill(path);
  context.lineWidth = 1.6;
  context.strokeStyle = "#27303f";
  context.setLineDash(empty || mark.hasAttribute("data-doubtful") ? [4, 3] : []);
  context.stroke(path);
  context.setLineDash([]);
  if (OVER[shape]) context.stroke(new Path2D(OVER[shape]));
  if (mark.hasAttribute("data-doubtful")) {
    const badge = new Path2D();
    badge.arc(29, 5, 6.5, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.fill(badge);
    context.stroke(badge);
    context.stroke(new Path2D(REVIEW));
  }
  const number = mark.querySelector(".number")!;
  context.font = `700 ${getComputedStyle(number).fontSize} ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = getComputedStyle(number).color;
  context.fillText(number.textContent!, 17, shape === "triangle" ? 21 : 17.5);
  context.restore();
}

/** The classes of the filled surface, as the legend of the page has them. */
function drawLegend(context: CanvasRenderingContext2D, width: number, height: number): void {
  const section = document.querySelector("#legend section");
  if (!section) return;
  const rows = [...section.querySelectorAll(".classes li")].map((row) => ({
    colour: row.querySelector<HTMLElement>(".swatch")!.style.getPropertyValue("--colour"),
    edge: row.querySelector(".edge")?.textContent ?? "",
    words: row.querySelector(".words")?.textContent ?? "",
  }));
  if (!rows.length) return;
  const [line, left, top] = [19, width - 268, height - 52 - 19 * rows.length];
  context.fillStyle = "rgba(255,255,255,.94)";
  context.beginPath();
  context.roundRect(left, top, 252, rows.length * line + 40, 10);
  context.fill();
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = INK;
  context.font = `650 13px ${FONT}`;
  context.fillText(section.querySelector("h3")?.textContent ?? "", left + 14, top + 18);
  rows.forEach(({ colour, edge, words }, i) => {
    const y = top + 32 + i * line;
    context.fillStyle = colour;
    context.fillRect(left + 14, y, 22, line);
    context.fillStyle = INK;
    context.font = `500 12px ${FONT}`;
    context.fillText(edge, left + 44, y + line / 2);
    context.fillStyle = QUIET;
    context.font = `400 11px ${FONT}`;
    context.fillText(words, left + 124, y + line / 2, 120);
  });
}

/** What, when, how real, from whom: a picture travels without its page. */
function drawFoot(context: CanvasRenderingContext2D, { words, moments, config }: Parts, width: number, height: number): void {
  context.fillStyle = "#ffffff";
  context.fillRect(0, height, width, FOOT);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = INK;
  context.font = `650 14px ${FONT}`;
  const { shown, other } = moments;
  const simulated = config.context === "simulated" || config.context === "exercise" ? words.text(`context.${config.context}`) : "";
  const time = shown ? words.clock(shown) + (other ? ` | ${words.clock(other)}` : "") : "";
  const title = document.getElementById("subtitle")!.textContent!;
  context.fillText([simulated, title, time].filter(Boolean).join(" · "), 14, height + 22, width - 28);
  context.fillStyle = QUIET;
  context.font = `400 11px ${FONT}`;
  context.fillText(`${location.host} · ${document.querySelector("#map .leaflet-control-attribution")?.textContent ?? ""}`, 14, height + 42, width - 28);
}
