"""The map as one picture: for link previews, letters, prints and those without script."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from flask import Blueprint, Response, request
from numpy.typing import NDArray

from layers import temporal
from layers.errors import BadParameterError, NotFoundError
from layers.kinds import is_timed
from layers.kinds.scenario import ScenarioKind
from layers.messages import LANGUAGES
from layers.model import LayerDefinition
from layers.model.kind import Scenario
from layers.pictures import MEDIA_TYPES, Caption, Place, Plate, Sheet, boxes
from layers.tiles import TileOptions
from layers.views import View
from mapserver import negotiation, params
from mapserver.documents import captions
from mapserver.documents.page import SURFACE_OPACITY
from mapserver.documents.page_config import is_of_the_area
from mapserver.services import first_view, shared
from mapserver.services.newest import asked_twice
from mapserver.services.shared import Margins, Shared
from mapserver.services.site import Site

FloatArray = NDArray[np.float64]

SIZE = (1200, 630)
"""What link previews show whole."""
LEAST_PX, MOST_PX, MOST_PIXELS = 120, 2400, 3_000_000
THEMES = ("light", "dark")
KEYS = ("lang", "theme", "width", "height", "legend")
_EDGE_PX = 18
_DOSE = {"uSv/h": (0.001, 2), "nSv/h": (1.0, 0), "uR/h": (0.1, 0)}
"""By what a dose rate of nSv/h is multiplied in each unit, and how many decimals a mark has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a picture of a shared state is to look."""

    language: str = "en"
    theme: str = "light"
    width: int = SIZE[0]
    height: int = SIZE[1]
    legend: bool = True


class MapPictures:
    """Makes pictures of shared states."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @asked_twice
    def draw(self, state: Shared, asked: Asked, image: str) -> tuple[bytes, Plate, str]:
        """Return a picture, what it shows, and the time of it as a word."""
        plate, at = self.plate(state, asked)
        return self._site.plates.draw(plate, image), plate, temporal.word(at) if at else ""

    def view(self, state: Shared, asked: Asked, caption: Caption) -> View:
        """Return what a picture shows: its place, clear of what is written on it."""
        return state.view(
            asked.width, asked.height, first_view.view(self._site), _covered(asked, caption)
        )

    def plate(self, state: Shared, asked: Asked) -> tuple[Plate, datetime | None]:
        """Return the plate of a state at its time, and that time.

        Raises
        ------
        NotFoundError
            For a time of which there is nothing.
        """
        filled = self._sheet(*_pair(state), state, state.time) if state.filled else None
        # One picture shows one hour: that of the surface, where there is one.
        hour = state.time or (filled.time if filled else None)
        above: list[Sheet] = []
        stations: list[Sheet] = []
        for layer in state.overlays:
            style = layer.styles[0].id
            if layer.kind == "zones" and filled and layer.style("outline"):
                style = "outline"
            sheet = self._sheet(layer, style, state, hour)
            if sheet is not None:
                (stations if layer.kind == "stations" else above).append(sheet)
        at = next((s.time for s in (filled, *stations, *above) if s and s.time), None)
        if state.time is not None and at is None:
            raise NotFoundError(f"nothing that is shown has values at {temporal.word(state.time)}")
        caption = self._caption(state, asked, at)
        base, lines = self._land(asked.theme)
        plate = Plate(
            view=self.view(state, asked, caption),
            theme=asked.theme,
            base=base,
            filled=filled,
            lines=lines,
            overlays=above,
            stations=stations,
            opacity=SURFACE_OPACITY,
            area=self._area(state),
            places=self._places[asked.language],
            language=asked.language,
            decimal="." if asked.language == "en" else ",",
            dose=_DOSE[state.unit],
            caption=caption,
        )
        return plate, at

    def _sheet(
        self, layer: LayerDefinition, style: str, state: Shared, hour: datetime | None
    ) -> Sheet | None:
        """Return a layer at an hour (None: its newest), None where it has nothing to show then."""
        try:
            version, drawn = self._site.tiler.newest(
                layer.id, style, hour if is_timed(layer) else None
            )
        except NotFoundError:
            return None
        is_filled = state.filled is not None and layer is state.filled[0]
        options = state.options if is_filled else TileOptions()
        return Sheet(layer.id, style, version, drawn, options)

    def _land(self, theme: str) -> tuple[Sheet | None, Sheet | None]:
        """Return the sheets of the land and of its lines."""
        layer = next((e for e in self._site.catalog.layers.values() if e.kind == "basemap"), None)
        if layer is None:
            return None, None
        found: list[Sheet | None] = []
        for measure in (theme, "lines" if theme == "light" else "lines-dark"):
            style = next((s for s in layer.styles if s.measure == measure), None)
            version = self._site.tiler.newest(layer.id, style.id, None)[0] if style else ""
            found.append(Sheet(layer.id, style.id, version, None) if style else None)
        return found[0], found[1]

    def _caption(self, state: Shared, asked: Asked, at: datetime | None) -> Caption:
        definition = self._site.credited_catalog(asked.language)
        if not asked.legend:
            notes = captions.credit(definition, self._site.assets, asked.language)
            return Caption(notes=notes)
        return captions.caption(
            definition,
            self._site.assets,
            asked.language,
            filled=state.filled,
            overlays=state.overlays,
            threshold=state.options.threshold,
            unit=state.unit,
            at=at,
            earthquake=self._earthquake(state),
        )

    def _earthquake(self, state: Shared) -> tuple[Mapping[str, str], float] | None:
        """Return names and magnitude of what a scenario shows."""
        kind = None if state.filled is None else self._site.catalog.kind(state.filled[0].id)
        if not isinstance(kind, ScenarioKind):
            return None
        return kind.named(state.options.scenario or Scenario())

    def _area(self, state: Shared) -> tuple[FloatArray, ...]:
        """Return the rings in which the surface is shown; none for what is drawn whole."""
        if state.filled is None or state.filled[0].kind != "surface":
            return ()
        bounds = self._site.catalog.kinds[state.filled[0].id].extent().bounds
        if is_of_the_area(bounds):
            return self._rings
        w, s, e, n = bounds.as_tuple()
        return (np.array([(w, s), (w, n), (e, n), (e, s)], float),)

    @cached_property
    def _rings(self) -> tuple[FloatArray, ...]:
        path = self._site.assets.folder / self._site.assets["area.json"].file
        polygons = json.loads(path.read_text("utf-8"))
        return tuple(np.array(ring, float) for polygon in polygons for ring in polygon)

    @cached_property
    def _places(self) -> dict[str, tuple[Place, ...]]:
        path = self._site.assets.folder / "basemap" / "places.json"
        rows = json.loads(path.read_text("utf-8")) if path.is_file() else []
        return {
            language: tuple(
                Place(
                    name=row[f"name_{language}"] or row["name_en"],
                    name_en=row["name_en"],
                    kind=row["kind"],
                    home=row["country"] in ("KZ", "UZ"),
                    lon=row["lon"],
                    lat=row["lat"],
                    min_zoom=row["min_zoom"],
                )
                for row in rows
            )
            for language in LANGUAGES
        }


def _pair(state: Shared) -> tuple[LayerDefinition, str]:
    assert state.filled is not None  # noqa: S101 - the caller has asked
    return state.filled[0], state.filled[1].id


def _covered(asked: Asked, caption: Caption) -> Margins:
    """Return what panels leave free for the land: the legend at its right, the foot below."""
    found = boxes(asked.width, asked.height, caption)
    foot = asked.height - found[-1][1] if caption.notes else 0
    legend = max((asked.width - box[0] for box in found if box[0] > asked.width / 2), default=0)
    # On a narrow picture the title stands above the land.
    narrow = asked.width < 800
    title = found[0][3] if caption.title and narrow else 0
    return _EDGE_PX, title + _EDGE_PX, _EDGE_PX + legend, _EDGE_PX + foot


def blueprint(site: Site) -> Blueprint:
    """Return the addresses ``/map.png``, ``/map.webp`` and ``/map.jpeg``."""
    bp = Blueprint("map_pictures", __name__)
    pictures = MapPictures(site)

    @bp.get("/map.<image>")
    def picture(image: str) -> Response:
        if image not in ("png", "webp", "jpeg"):
            raise NotFoundError(f'no picture "map.{image}"; there are png, webp and jpeg')
        state = shared.read(site, request.args, KEYS)
        asked = look(request.args)
        if request.if_none_match:
            plate, _ = pictures.plate(state, asked)
            etag = f"{plate.name}{image[0]}"
            known = negotiation.not_modified(request, etag, negotiation.LATEST, varies=False)
            if known is not None:
                return known
        body, plate, at = pictures.draw(state, asked, image)
        response = negotiation.answer(
            body,
            MEDIA_TYPES[image],
            request,
            cache=negotiation.LATEST,
            etag=f"{plate.name}{image[0]}",
        )
        if at:
            response.headers["X-Data-Time"] = at
        return response

    return bp


def look(query: Mapping[str, str]) -> Asked:
    """Return how a picture is to look.

    Raises
    ------
    BadParameterError
        For a word that means nothing, or a size that is not drawn.
    """
    language = params.language(query)
    theme = query.get("theme", THEMES[0])
    if theme not in THEMES:
        raise BadParameterError(f'theme is "{theme}"; light or dark was expected')
    legend = query.get("legend", "1")
    if legend not in ("0", "1"):
        raise BadParameterError(f'legend is "{legend}"; 0 or 1 was expected')
    width, height = (
        params.whole(query[key], key, LEAST_PX, MOST_PX) if key in query else default
        for key, default in zip(("width", "height"), SIZE, strict=True)
    )
    if width * height > MOST_PIXELS:
        raise BadParameterError(
            f"{width} x {height} pixels; at most {MOST_PIXELS:,} are drawn in one picture"
        )
    return Asked(language, theme, width, height, legend == "1")
