"""How soon a page shows and answers on a poor line and a slow phone.

    python -m benchmarks first_view [--quick] [--data=FOLDER] [--stations=10000]

A real server, a new browser without a cache, the browser's own throttling: 1.6 Mbit/s down, 0.75
Mbit/s up, 150 ms of delay, a processor four times slower. With ``--stations`` the network is that
many stations of the test of large networks, in place of the demonstration's. FCP is the first
paint, with the state in words; LCP that of the largest element, the picture that the server draws
of the map; "map" when the map's own tiles and stations stand in its place; CLS the sum of layout
shifts. INP is the longest answer to a press or a key, as the browser's event timing has it. A step
is the time from a key on the slider of hours to the paint of the complete surface of that hour, the
slowest of three; "marks" is that to the paint of its numbers, marks and names, the middle one. The
aims are LCP within 2.5 s, INP within 200 ms, a step within 100 ms. Whatever else the machine does
is in these figures: its load is printed with them. A new server makes the bands of suitability in
its first minutes, beside the measurement; a FOLDER that a server of the demonstration has kept for
a while has them already.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.networks import fill, grid, last_hour
from tests.servers import Server, serving

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
CPU = 4
REPEATS = 3
DEMO = ("--demo-days", "1", "--surface-hours", "6")
LARGE = ("--no-demo", "--surface-hours", "4")
FIELDS = ("fcp", "lcp", "map", "inp", "step", "marks", "cls", "kilobytes", "requests")
SHAPES = {"phone": (390, 844), "desktop": (1440, 900)}
WATCH = """() => {
  window.seen = { lcp: 0, element: "", cls: 0, slowest: 0 };
  const watch = (type, take, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take))
      .observe({ type, buffered: true, ...more });
  watch("largest-contentful-paint", (e) => {
    seen.lcp = e.startTime;
    seen.element = `${e.element?.tagName} in #${e.element?.closest("[id]")?.id}`;
  });
  watch("layout-shift", (e) => (seen.cls += e.hadRecentInput ? 0 : e.value));
  watch("event", (e) => e.interactionId && (seen.slowest = Math.max(seen.slowest, e.duration)),
    { durationThreshold: 16 });
}"""
STEPS = """() => {
  window.steps = { surface: [], marks: [] };
  const begun = { surface: 0, marks: 0 };
  const shown = (what) => requestAnimationFrame(() => requestAnimationFrame((now) => {
    if (begun[what]) steps[what].push(now - begun[what]);
    begun[what] = 0;
  }));
  const pane = document.querySelector(".leaflet-surface-pane");
  const range = document.querySelector("#time input[type=range]");
  range.addEventListener("input", ({ timeStamp }) => (begun.surface = begun.marks = timeStamp),
    { capture: true });
  new MutationObserver(() => {
    if (begun.surface && pane.childElementCount === 1) shown("surface");
  }).observe(pane, { childList: true });
  // The numbers and colours of all marks change at once.
  new MutationObserver(() => begun.marks && shown("marks")).observe(
    document.querySelector(".leaflet-stations-pane"),
    { subtree: true, attributes: true, childList: true });
}"""

SHOWN = "(count) => steps.surface.length === count && steps.marks.length === count"


# The picture under the map goes when the tiles of the land are complete.
COMPLETE = """() => new Promise((resolve) => {
  const look = () => {
    const tiles = [...document.querySelectorAll(".leaflet-surface-pane canvas")];
    const loaded = tiles.length && tiles.every((each) => each.matches(".leaflet-tile-loaded"));
    if (loaded && document.querySelector("button.station") && !document.querySelector("#preview"))
      resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One opening of a page: milliseconds, kilobytes, and the element that was largest."""

    fcp: float
    lcp: float
    map: float
    element: str
    cls: float
    inp: float
    step: float
    marks: float
    kilobytes: float
    requests: int


def opened(browser: Browser, url: str, size: tuple[int, int], *, presses: bool) -> Seen:
    """Open a page as a first visitor has it; ``presses`` uses it afterwards."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    page.add_init_script(f"({WATCH})()")
    page.goto(url, wait_until="load", timeout=60_000)
    complete = page.evaluate(f"({COMPLETE})()") if presses else 0.0
    page.wait_for_timeout(500)
    kilobytes, requests = sum(received) / 1000, len(received)
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    fcp = float(page.evaluate(paint))
    step, marks = used(page, size) if presses else (0.0, 0.0)
    seen = page.evaluate("window.seen")
    context.close()
    return Seen(
        fcp,
        seen["lcp"],
        complete,
        seen["element"],
        seen["cls"],
        seen["slowest"],
        step,
        marks,
        kilobytes,
        requests,
    )


def used(page: Page, size: tuple[int, int]) -> tuple[float, float]:
    """Press what a reader presses first; return the slowest step and the middle of its marks."""
    page.locator("button.station").first.press("Enter")
    page.locator("#card").wait_for()
    page.keyboard.press("Escape")
    page.evaluate(f"({STEPS})()")
    slider = page.locator("#time input[type=range]")
    slider.focus()
    page.wait_for_timeout(4_000)  # the hours around are fetched ahead, on the same poor line
    for count, key in enumerate(("ArrowLeft", "ArrowLeft", "ArrowRight"), 1):
        slider.press(key)
        page.wait_for_function(SHOWN, arg=count, timeout=20_000)
        page.wait_for_timeout(1_000)
    page.mouse.click(*(side / 2 for side in size))
    page.wait_for_timeout(1_500)
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    steps = page.evaluate("window.steps")
    return max(steps["surface"]), statistics.median(steps["marks"])


def measured(server: Server, repeats: int) -> list[dict[str, Any]]:
    """Open each page so often; return the medians."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"no browser: none of {', '.join(BROWSERS)} is installed")
    rows = []
    with sync_playwright() as play:
        for name, size in SHAPES.items():
            for page, presses in (("/kk", True), ("/kk/lite", False)):
                seen = []
                for _ in range(repeats + 1):
                    browser = play.chromium.launch(
                        executable_path=path, args=["--no-sandbox", "--disable-gpu"]
                    )
                    seen.append(opened(browser, server.url + page, size, presses=presses))
                    browser.close()
                warm = seen[1:]  # the first has the server draw what all others find drawn
                rows.append(
                    {
                        "page": page,
                        "window": name,
                        "largest": warm[-1].element,
                        **{
                            field: round(statistics.median(getattr(s, field) for s in warm), 3)
                            for field in FIELDS
                        },
                        "first_lcp": round(seen[0].lcp),
                    }
                )
    return rows


def served(data: Path, options: tuple[str, ...], repeats: int) -> list[dict[str, Any]]:
    """Serve a folder until nothing is left to make; return what a reader sees of it."""
    with serving(data, *options, ahead=True) as server:
        end = time.monotonic() + 300
        # Ready, and for a second another worker may still say that it waits.
        while json.loads(server.get("/readyz")[2])["surfaces_waiting"] != 0:
            if time.monotonic() > end:
                raise SystemExit("the surfaces did not come to stand")
            time.sleep(0.5)  # it makes surfaces
        server.command("seed", "--pictures")  # as it does itself a little later
        time.sleep(15)  # what a start leaves to do comes to rest
        return measured(server, repeats)


def main(words: list[str]) -> None:
    """Measure and print."""
    repeats = 1 if "--quick" in words else REPEATS
    given = dict(word.removeprefix("--").split("=", 1) for word in words if "=" in word)
    stations = int(given.get("stations", "0"))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(given.get("data", f"{folder}/data")).resolve()
        if stations:
            values = np.random.default_rng(9).normal(120, 10, (stations, 4)).round(1)
            fill(kept, grid(stations), values, last_hour())
        rows = served(kept, LARGE if stations else DEMO, repeats)
    print(f"1.6 Mbit/s, 150 ms, {CPU}x CPU; median of {repeats}; load {os.getloadavg()[0]:.1f}")
    heads = ("FCP", "LCP", "map", "INP", "step", "marks", "CLS", "kB", "requests")
    print(f"{'page':9} {'window':8}", *(f"{head:>8}" for head in heads))
    for row in rows:
        figures = (f"{row[field]:8.{2 if field == 'cls' else 0}f}" for field in FIELDS)
        print(f"{row['page']:9} {row['window']:8}", *figures)
        print(f"{'':18} largest: {row['largest']}; first visitor of the hour: {row['first_lcp']}")


if __name__ == "__main__":
    main(sys.argv[1:])
