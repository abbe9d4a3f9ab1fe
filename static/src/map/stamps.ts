// Dots as small pictures: thousands of them are copied in a fraction of the time that so many circles take.
import type { Dot, LineStyle } from "./leaflet.ts";

export interface Stamp {
  picture: CanvasImageSource;
  side: number;
}

const stamps = new Map<string, Stamp>();

/** The picture of a dot; those that look alike have one. */
export function stampOf({ radius, line }: Dot): Stamp {
  const rounded = Math.round(radius); // so that there are few
  const key = `${rounded} ${Object.values(line).join(" ")}`;
  const found = stamps.get(key) ?? stamped(rounded, line);
  stamps.set(key, found);
  return found;
}

function stamped(radius: number, line: LineStyle): Stamp {
  const side = 2 * Math.ceil(radius + line.width);
  const dense = Math.max(1, Math.ceil(window.devicePixelRatio));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * dense;
  const context = canvas.getContext("2d")!;
  context.scale(dense, dense);
  context.arc(side / 2, side / 2, radius, 0, 2 * Math.PI);
  context.globalAlpha = line.fillOpacity ?? 1;
  context.fillStyle = line.fill ?? line.colour;
  context.fill();
  context.globalAlpha = line.opacity ?? 1;
  context.strokeStyle = line.colour;
  context.lineWidth = line.width;
  context.stroke();
  const made: Stamp = { picture: canvas, side };
  // A canvas is looked through whenever it is copied; the first frame need not wait for the bitmap.
  void createImageBitmap(canvas).then((bitmap) => (made.picture = bitmap));
  return made;
}
