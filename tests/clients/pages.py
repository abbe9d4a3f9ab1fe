"""Pages of another origin that show our layers with the libraries of the web."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import launched
from tests.clients import pictures
from tests.clients.worlds import World

MODULES = Path(__file__).parents[2] / "static" / "node_modules"
LEFT, TOP = 7_513_065.0, 5_635_549.0
"""The corner of tile 6/44/23, in metres; a page shows 512 px from there at zoom 6."""
SIDE_PX, PIXEL_M = 512, 2_445.98490512564
CENTRE = (LEFT + 256 * PIXEL_M, TOP - 256 * PIXEL_M)
BOX = (LEFT, TOP - 512 * PIXEL_M, LEFT + 512 * PIXEL_M, TOP)

HEADS = {
    "ol": "<link rel=stylesheet href=/ol/ol.css><script src=/ol/dist/ol.js></script>",
    "leaflet": "<link rel=stylesheet href=/leaflet/dist/leaflet.css>"
    "<script src=/leaflet/dist/leaflet.js></script>",
    "maplibre": "<link rel=stylesheet href=/maplibre-gl/dist/maplibre-gl.css><script type=module>"
    'import * as gl from "/maplibre-gl/dist/maplibre-gl.mjs"; window.maplibregl = gl;</script>',
}
# Reading a picture back throws where its origin did not allow it: that is how CORS is seen.
DRAW = """
window.drawn = (pictures) => {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = 512;
  const pen = sheet.getContext("2d");
  for (const [picture, x, y, w, h] of pictures) pen.drawImage(picture, x, y, w, h);
  return sheet.toDataURL("image/png");
};
"""


@contextlib.contextmanager
def origin(folder: Path = MODULES) -> Iterator[str]:
    """Serve the libraries and an empty page for each, from an address of its own."""
    if not (MODULES / "ol").is_dir():
        pytest.skip("the libraries of the web are not installed: python hatch_build.py npm ci")

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {  # noqa: RUF012 - as the base class has it
            **http.server.SimpleHTTPRequestHandler.extensions_map,
            ".mjs": "text/javascript",
        }

        def do_GET(self) -> None:
            name = self.path.removeprefix("/page/")
            if name not in HEADS:
                return super().do_GET()
            body = (
                f"<!doctype html><meta charset=utf-8><title>{name}</title>{HEADS[name]}"
                f"<style>body{{margin:0}}#map{{width:512px;height:512px}}</style><div id=map></div>"
                f"<script>{DRAW}</script>"
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        # another host name is another origin, and another site too
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def library(name: str) -> Iterator[Page]:
    """Give a page of a library; it is loaded anew by ``opened``."""
    with (
        origin() as address,
        launched("--use-angle=swiftshader", "--enable-unsafe-swiftshader") as browser,
    ):
        yield _page(browser, f"{address}/page/{name}")


def _page(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": SIDE_PX, "height": SIDE_PX})
    page.set_default_timeout(30_000)
    page.goto(address)
    return page


def run(page: Page, script: str, **said: Any) -> Any:
    """Run a script in a fresh page; it gets ``said`` and may take its time."""
    page.reload()
    page.wait_for_function("window.ol || window.L || window.maplibregl")
    timely = (
        "async (said) => Promise.race([(" + script + ")(said), new Promise((_, no) =>"
        " setTimeout(() => no(new Error('it took too long')), 20000))])"
    )
    return page.evaluate(timely, {"centre": CENTRE, "box": BOX, "pixel": PIXEL_M, **said})


def own(world: World, **words: str) -> np.ndarray:
    """The same box as the server draws it, without any client."""
    box = {"CRS": "EPSG:3857", "BBOX": ",".join(map(repr, BOX)), "WIDTH": "512", "HEIGHT": "512"}
    return pictures.own(world, **{**box, **words})


def two_hours(world: World) -> tuple[str, str]:
    """Times of the dose rate of which the server itself draws two pictures of the box.

    In a calm night the classes of a style are the same for hours: then there is nothing to compare.
    """
    times = world.json("/tilejson/dose-rate.json")["times"]
    newest = own(world, TIME=times[-1])
    for at in times[-2::-1]:
        if (own(world, TIME=at) != newest).any():
            return times[-1], at
    pytest.skip("all hours that are shown have one picture")


def alike(found: np.ndarray, expected: np.ndarray, share: float = 0.995) -> None:
    """A browser may shift a pixel at the borders of tiles."""
    pictures.alike(found, expected, share)
