"""Makes the bands of suitability layers, tile by tile, when what they are made of is another."""

import hashlib
import math
from collections.abc import Callable

import numpy as np

from layers.errors import GoneError
from layers.geo import TILE_PX, Bounds, Window, cell_m
from layers.kinds.suitability import layout_of, parts_of
from layers.model import LayerDefinition
from layers.screening import Layout, Said
from layers.siting.block import Block
from layers.siting.fields import Fields
from layers.siting.loaded import Loaded
from layers.siting.sheet import DEFAULT_MWTH, VERSION
from layers.store.aligned import Aligned

NATIVE_ZOOM = 6
"""Cells of 1.7 km in the middle of the region: finer than any source that comes with it."""
RULES = f"{VERSION}.2"
"""Raised where a change of the code moves a number: the sheet's rules, and those of the bands."""
UNWEIGHED = ("wind", "basin")
"""What a sheet tells and no criterion weighs."""
Written = tuple[np.ndarray, np.ndarray]


def token_of(layer: LayerDefinition, loaded: Loaded) -> str:
    """Return the version of the bands that what is loaded would give."""
    unused = {each.id for each in loaded.dose}
    unused |= {t.layer.id for theme in UNWEIGHED for t in loaded.themes.get(theme, ())}
    tokens = sorted((k, v) for k, v in loaded.tokens.items() if k not in unused)
    said = repr(
        (RULES, layout_of(layer).token, tokens, loaded.surroundings.token, loaded.register,
         _zoom(layer), _domain(layer, loaded), _power(layer))
    )  # fmt: skip
    return hashlib.blake2b(said.encode(), digest_size=5).hexdigest()


def build(
    layer: LayerDefinition,
    loaded: Loaded,
    copies: Aligned,
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Make the bands of a layer unless they are there, and delete older ones.

    Returns
    -------
    bool
        Whether anything was made.

    Raises
    ------
    GoneError
        Where it was asked to stop; what is not whole by then is nothing.
    """
    token = token_of(layer, loaded)
    made = not copies.has(layer.id, token)
    if made:
        layout, zoom, domain = layout_of(layer), _zoom(layer), _domain(layer, loaded)
        fields = Fields(loaded, _power(layer), stop)

        def read(window: Window) -> Written:
            if stop():
                raise GoneError("the server ends")
            return tile(fields, layout, window, domain)

        middle = math.cos(math.radians((domain.south + domain.north) / 2))
        said = {
            "layout": layout.token,
            "cell_km": round(cell_m(zoom) * middle / 1000, 2),
            "sources": sources(loaded, layout),
        }
        copies.write(layer.id, token, domain, zoom, read, parts_of(layout), said)
    copies.keep(layer.id, {token})
    return made


def tile(fields: Fields, layout: Layout, window: Window, domain: Bounds) -> Written:
    """Return the bands and the values of a tile, shapes (..., 256, 256)."""
    side = (TILE_PX, TILE_PX)
    bands = layout.made({}, side)
    values = np.full((len(layout.evidence), *side), np.nan, np.float16)
    block = Block.of(window, domain)
    if block is not None:
        row, col = block.row % TILE_PX, block.col % TILE_PX
        here = (..., slice(row, row + block.shape[0]), slice(col, col + block.shape[1]))
        evidence = fields.of(block, layout.evidence)
        bands[here] = layout.made(evidence, block.shape)
        for i, name in enumerate(layout.evidence):
            if name in evidence:
                values[i][here] = evidence[name]
    return bands, values


def sources(loaded: Loaded, layout: Layout) -> dict[str, Said]:
    """Return where each evidence that is loaded is from."""
    around = loaded.surroundings.sources
    places: dict[str, Said] = {
        name: {"source": str(said["title"]), "vintage": str(said["vintage"])}
        for name, said in around.items()
    }
    hazard: Said = {
        "source": "; ".join(d.manifest.title for _, d in loaded.hazard),
        "vintage": "; ".join(dict.fromkeys(d.manifest.vintage for _, d in loaded.hazard)),
    }
    cells = loaded.rasters.get("slope", ())
    counted = [loaded.told(layer) for layer in loaded.rasters.get("population", ())[:1]]
    by = [*counted, places["settlements"]]
    people: Said = {
        "source": "; ".join(each["source"] for each in by),
        "vintage": "; ".join(each["vintage"] for each in by),
    }
    found: dict[str, Said] = {
        **dict.fromkeys(("sl2", "msk_sl2", "pga_2475"), hazard),
        **dict.fromkeys(("fault_distance", "fault_margin"), loaded.said(loaded.faults)),
        "historic_msk": loaded.said(loaded.events),
        "msk_zone": loaded.said(loaded.zones),
        "border_distance": places["states"],
        **dict.fromkeys(("open_water", "water_distance"), places["waters"]),
        "empty_sectors_epd": {"source": "register of stations", "vintage": ""},
        "flood_zone": loaded.said(loaded.themes.get("flood", ())),
        "slope": {
            "source": "; ".join(each.title for each in cells),
            "vintage": "; ".join(loaded.tokens[each.id] for each in cells),
        },
    }
    for name in layout.evidence:
        if name.startswith("density"):
            found[name] = people
        elif name.startswith("town"):
            found[name] = places["settlements"]
        elif name not in found:
            theme = name.removesuffix("_distance").replace("_", "-")
            found[name] = loaded.said(loaded.themes.get(theme, ()))
    return {name: found[name] for name in layout.evidence if found[name]["source"]}


def _zoom(layer: LayerDefinition) -> int:
    return NATIVE_ZOOM if layer.native_zoom is None else layer.native_zoom


def _domain(layer: LayerDefinition, loaded: Loaded) -> Bounds:
    return layer.domain or loaded.surroundings.bounds


def _power(layer: LayerDefinition) -> float:
    return float(layer.options.get("thermal_mw", DEFAULT_MWTH))
