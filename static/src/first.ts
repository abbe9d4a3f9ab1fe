// What a page does beside the map: the picture until its tiles are there, the state in words, the last state without a line.
import { keepUnderMap } from "./first/preview.ts";
import { followState } from "./first/summary.ts";
import { keepOffline } from "./first/offline.ts";

keepUnderMap(document.getElementById("map")!, document.getElementById("preview"));
const root = document.querySelector<HTMLLinkElement>('link[rel="alternate"][hreflang="x-default"]')!.pathname.replace(/\/$/, "");
const language = document.documentElement.lang;
followState(`${root}/api/v1/summary?lang=${language}`);
if (!document.documentElement.classList.contains("embedded")) keepOffline(root);
