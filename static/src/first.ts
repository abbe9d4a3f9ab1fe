// What a page does beside the map: the picture until its tiles are there, the state in words, the last state without a line.
import { keepUnderMap } from "./first/preview.ts";
import { fitPaper } from "./first/print.ts";
import { giveStorage } from "./first/storage.ts";
import { followState } from "./first/summary.ts";
import { keepOffline } from "./first/offline.ts";

giveStorage(window);
const map = document.getElementById("map")!;
keepUnderMap(map, document.getElementById("preview"));
fitPaper(map);
const root = new URL(document.querySelector<HTMLLinkElement>('link[hreflang="x-default"]')!.href).pathname.replace(/\/$/, "");
const language = document.documentElement.lang;
followState(`${root}/api/v1/summary?lang=${language}`);
if (!document.documentElement.classList.contains("embedded")) keepOffline(root);
