"""The suites of OGC CITE that our faces answer to, and what each of them is told."""

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Server

TESTNG, CTL = "testng", "ctl"
Words = Mapping[str, str]


@dataclass(frozen=True)
class Subject:
    """What is tested: a running server, and a folder for files that are fetched from it."""

    server: Server
    folder: Path

    @property
    def url(self) -> str:
        return self.server.url

    def fetched(self, path: str) -> str:
        """Fetch a file of the server; give the address it has here."""
        status, _, body = self.server.get(path)
        assert status == 200, (path, status, body[:300])
        kept = self.folder / path.rpartition("/")[2].replace(":", "")
        kept.write_bytes(body)
        return kept.as_uri()


@dataclass(frozen=True)
class Suite:
    """One suite: the name of its artifact, the version that was read, what it is told.

    ``needs`` is an address without which there is nothing to test; ``controller`` the class that
    runs a CTL suite; a ``plain`` one of TestNG knows no options.
    """

    id: str
    version: str
    needs: str
    told: Callable[[Subject], Words]
    kind: str = TESTNG
    controller: str = ""
    plain: bool = False

    def jar(self, folder: Path) -> Path | None:
        """Return the newest of its jars in a folder."""
        found = sorted(folder.glob(f"{self.id}-*-aio.jar"), key=_numbers)
        return found[-1] if found else None


def _numbers(path: Path) -> list[tuple[bool, int, str]]:
    """A key by which 1.10 comes after 1.9."""
    groups = itertools.groupby(path.stem, str.isdigit)
    words = ["".join(group) for _, group in groups]
    return [(word.isdigit(), int(word) if word.isdigit() else 0, word) for word in words]


def _tiles(subject: Subject) -> Words:
    """One zoom of the surface, by the addresses and limits that its tile set itself tells."""
    path = "/ogcapi/collections/dose-rate/map/tiles/WebMercatorQuad"
    told = json.loads(subject.server.get(f"{path}?f=json")[2])
    item = next(link for link in told["links"] if link["rel"] == "item")
    limits = next(each for each in told["tileMatrixSetLimits"] if each["tileMatrix"] == "5")
    return {
        "iut": f"{subject.url}/ogcapi/",
        "tilematrixsetdefinitionuri": told["tileMatrixSetURI"],
        "urltemplatefortiles": item["href"],
        "tilematrix": "5",
        "mintilerow": str(limits["minTileRow"]),
        "maxtilerow": str(limits["maxTileRow"]),
        "mintilecol": str(limits["minTileCol"]),
        "maxtilecol": str(limits["maxTileCol"]),
    }


SUITES = (
    Suite(
        "ets-ogcapi-features10",
        "1.9",
        "/ogcapi",
        lambda it: {"iut": f"{it.url}/ogcapi/", "noofcollections": "-1"},
    ),
    Suite("ets-ogcapi-tiles10", "1.2", "/ogcapi/tileMatrixSets", _tiles),
    Suite(
        "ets-ogcapi-edr10",
        "1.3",
        "/ogcapi/collections/dose-rate/position?coords=POINT(69.3%2041.3)",
        lambda it: {
            "iut": f"{it.url}/ogcapi/",
            "apiDefinition": f"{it.url}/ogcapi/api",
            "noofcollections": "-1",
        },
    ),
    Suite(
        "ets-wms13",
        "1.34",
        "/wms?REQUEST=GetCapabilities",
        lambda it: {
            "capabilities-url": f"{it.url}/wms?SERVICE=WMS&REQUEST=GetCapabilities",
            "updatesequence": "auto",
            # An option is on when its value is its own name. Time is left out: the suite wants a
            # layer of features that move every five seconds, which no kind of layer shows.
            "basic": "basic",
            "queryable": "queryable",
            "recommended": "recommended",
        },
        CTL,
        "org.opengis.cite.wms13.CtlController",
    ),
    Suite(
        "ets-wmts10",
        "1.11",
        "/wmts/1.0.0/WMTSCapabilities.xml",
        lambda it: {"capabilities-url": f"{it.url}/wmts/1.0.0/WMTSCapabilities.xml"},
        CTL,
        "org.opengis.cite.wmts10.CtlController",
    ),
    Suite(
        "ets-gpkg12",
        "1.3",
        "/files/stations/latest/latest.gpkg",
        lambda it: {"iut": it.fetched("/files/stations/latest/latest.gpkg")},
    ),
    Suite(
        "ets-geotiff11",
        "1.2",
        "/files/dose-rate/latest/latest.tif",
        lambda it: {"iut": it.fetched("/files/dose-rate/latest/latest.tif")},
    ),
    Suite(
        "ets-kml22",
        "1.16",
        "/files/stations/latest/latest.kmz",
        lambda it: {"iut": it.fetched("/files/stations/latest/latest.kmz"), "ics": "1"},
    ),
    Suite("ets-sta10", "1.5", "/sta/v1.1", lambda it: {"iut": f"{it.url}/sta/v1.1"}, plain=True),
)
