// The page's own code begins when the picture under the map is painted: it keeps a slow processor busy for a while.
import { painted } from "../device.ts";

const PATIENCE_MS = 1_000;

const picture = document.querySelector<HTMLImageElement>("#preview img");
const soon = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
await Promise.race([soon, picture?.decode().then(painted, () => soon)]);
