"""A WMS as one sees it who knows nothing of it but its address: all else is in its document."""

import io
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from tests.servers import Server

HREF = "{http://www.w3.org/1999/xlink}href"
Words = dict[str, str | None]


@dataclass
class Layer:
    """A layer that can be asked for, with what it inherits."""

    name: str
    element: ET.Element
    systems: list[str]
    boxes: dict[str, list[float]]
    degrees: list[float]
    styles: list[str]
    queryable: bool
    times: str = ""
    default_time: str = ""


@dataclass
class Wms:
    """One version of a WMS behind an address."""

    server: Server
    version: str
    root: ET.Element = field(init=False)

    def __post_init__(self) -> None:
        self.root = ET.fromstring(self.capabilities()[2])
        assert self.root.attrib["version"] == self.version

    @property
    def newer(self) -> bool:
        return self.version == "1.3.0"

    def tag(self, path: str) -> str:
        """A path of names as this version has them."""
        space = "{http://www.opengis.net/wms}" if self.newer else ""
        return "/".join(f"{space}{part}" for part in path.split("/"))

    def ask(self, words: Words) -> tuple[int, Any, bytes]:
        given = {"SERVICE": "WMS", "VERSION": self.version, **words}
        return self.server.get(
            "/wms?" + urllib.parse.urlencode({k: v for k, v in given.items() if v is not None})
        )

    def capabilities(self, **words: str | None) -> tuple[int, Any, bytes]:
        return self.ask({"REQUEST": "GetCapabilities", **words})

    def capabilities_sequence(self) -> str:
        return ET.fromstring(self.capabilities()[2]).attrib["updateSequence"]

    def layers(self) -> list[Layer]:
        top = self.root.find(self.tag("Capability/Layer"))
        assert top is not None
        return list(self._below(top, [], {}, []))

    def layer(self, name: str) -> Layer:
        return next(layer for layer in self.layers() if layer.name == name)

    def _below(
        self, element: ET.Element, systems: list[str], boxes: dict[str, list[float]],
        degrees: list[float],
    ) -> Iterator[Layer]:  # fmt: skip
        word = "CRS" if self.newer else "SRS"
        own = [str(each.text) for each in element.findall(self.tag(word))]
        systems = list(dict.fromkeys(systems + own))
        found = {
            each.attrib[word]: [float(each.attrib[k]) for k in ("minx", "miny", "maxx", "maxy")]
            for each in element.findall(self.tag("BoundingBox"))
        }
        boxes, degrees = boxes | found, self._degrees(element) or degrees
        name = element.findtext(self.tag("Name"))
        if name:
            timed = "Dimension" if self.newer else "Extent"
            time = next(
                (e for e in element.findall(self.tag(timed)) if e.get("name") == "time"), None
            )
            yield Layer(
                name=name,
                element=element,
                systems=systems,
                boxes=boxes,
                degrees=degrees,
                styles=[
                    str(e.findtext(self.tag("Name"))) for e in element.findall(self.tag("Style"))
                ],
                queryable=element.get("queryable") == "1",
                times=(time.text or "") if time is not None else "",
                default_time=time.get("default", "") if time is not None else "",
            )
        for each in element.findall(self.tag("Layer")):
            yield from self._below(each, systems, boxes, degrees)

    def _degrees(self, element: ET.Element) -> list[float]:
        if not self.newer:
            box = element.find("LatLonBoundingBox")
            names = ("minx", "miny", "maxx", "maxy")
            return [] if box is None else [float(box.attrib[name]) for name in names]
        box = element.find(self.tag("EX_GeographicBoundingBox"))
        sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude",
                 "northBoundLatitude")  # fmt: skip
        if box is None:
            return []
        return [float(box.findtext(self.tag(side)) or "nan") for side in sides]

    def map_words(self, layer: Layer, crs: str = "EPSG:4326", **words: str | None) -> Words:
        """The words of a map of a layer's declared box."""
        return {
            "REQUEST": "GetMap",
            "LAYERS": layer.name,
            "STYLES": "",
            "CRS" if self.newer else "SRS": crs,
            "BBOX": ",".join(map(repr, layer.boxes[crs])),
            "WIDTH": "200",
            "HEIGHT": "100",
            "FORMAT": "image/png",
            "TRANSPARENT": "TRUE",
            **words,
        }

    def exception(self, answer: tuple[int, Any, bytes]) -> tuple[str, str]:
        """Code and text of a service exception; anything else is a failure."""
        status, headers, body = answer
        assert status == 200, (status, body)
        kind = "text/xml" if self.newer else "application/vnd.ogc.se_xml"
        assert headers.get_content_type() == kind, body[:300]
        root = ET.fromstring(body)
        space = "{http://www.opengis.net/ogc}" if self.newer else ""
        assert root.tag == f"{space}ServiceExceptionReport"
        assert root.attrib["version"] == self.version
        (said,) = root
        assert (said.text or "").strip()
        return said.get("code", ""), said.text or ""

    def refused(self, words: Words) -> str:
        """The code of the exception that a request is answered with."""
        return self.exception(self.ask(words))[0]


def picture(answer: tuple[int, Any, bytes], media_type: str = "image/png") -> np.ndarray:
    """The pixels of an answer, shape (height, width, 4)."""
    status, headers, body = answer
    assert status == 200, (status, body[:300])
    assert headers.get_content_type() == media_type, body[:300]
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))
