"""The catalogue is checked key by key; an error names the entry and offers the nearest word."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import Affine

from layers.catalog import DEFAULT_CATALOG, parse, read
from layers.errors import CatalogError
from layers.kinds import evidence
from layers.model import Context, Palette

PALETTES = {
    name: Palette(name, tuple(f"#{i:02X}{i:02X}{i:02X}" for i in range(20)))
    for name in ("dose", "spread", "share", "probability", "msk", "pga", "depth", "dust")
}
DEFAULT = tomllib.loads(DEFAULT_CATALOG.read_text("utf-8"))
RAMPS = {s.get("ramp") for e in DEFAULT["layer"] for s in e.get("style", []) if s.get("ramp")}
PALETTES |= {name: Palette(name, PALETTES["dose"].colours) for name in RAMPS}

LAYER = {"id": "dose-rate", "kind": "surface", "title": "Dose", "quantity": "ambient_dose_rate"}
FEED = {"id": "f", "format": "csv", "location": "x"}
STYLE = {"id": "mean", "measure": "mean", "ramp": "dose", "breaks": [50, 100]}


def refused(table: dict[str, Any]) -> str:
    with pytest.raises(CatalogError) as caught:
        parse(table, Path("own.toml"), PALETTES)
    return str(caught.value)


def with_layer(**changes: Any) -> dict[str, Any]:
    layer = {k: v for k, v in {**LAYER, **changes}.items() if v is not None}
    return {"title": "T", "layer": [layer]}


def with_style(**changes: Any) -> dict[str, Any]:
    return with_layer(style=[{k: v for k, v in {**STYLE, **changes}.items() if v is not None}])


def test_the_default_catalogue_has_what_every_installation_shows() -> None:
    found = read(DEFAULT_CATALOG, PALETTES)
    layers = {layer.id: layer for layer in found.layers}
    assert set(layers) >= {
        "basemap", "dose-rate", "stations", "seismic-zones", "faults", "earthquakes",
    }  # fmt: skip
    styles = {style.id for style in layers["dose-rate"].styles}
    assert styles == {"mean", "sd", "exceedance", "uncertainty"}
    assert found.context is Context.SIMULATED
    for layer in found.layers:
        assert set(layer.titles) == {"kk", "uz", "ru", "en"}, layer.id
        assert set(layer.abstracts) == ({"kk", "uz", "ru"} if layer.abstract else set()), layer.id


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (with_layer(titel="x"), 'layer "dose-rate".*titel.*title'),
        (with_layer(kind="surfaces"), 'layer "dose-rate".*surfaces.*"surface"'),
        (with_layer(quantity="ambient_dose_rat"), 'layer "dose-rate".*ambient_dose_rate'),
        (with_layer(quantity=None), '"quantity" is missing'),
        (with_layer(title=None), '"title" is missing'),
        (with_layer(title=7), '"title" is 7; expected str'),
        (with_layer(visible=1), '"visible" is 1; expected bool'),
        (with_layer(id="Dose Rate"), "lower-case letters"),
        (with_layer(domain=[80, 40, 60, 50]), "west, south, east, north"),
        (with_layer(domain=[1, 2]), "west, south, east, north"),
        (with_layer(native_zoom=99), "native_zoom"),
        (with_layer(support_limit=0), "support_limit"),
        (with_layer(titles={"de": "x"}), "kk, uz, ru, en"),
        (with_layer(kind="raster", quantity=None, path="no.tif"), "no.tif is missing"),
        (with_layer(kind="raster", quantity=None, path="no/*.tif"), "folder .*no is missing"),
        (with_layer(kind="raster", quantity=None, path=["no.tif"]), "no.tif is missing"),
        (with_layer(kind="raster", quantity=None, path=[]), "path"),
        (with_layer(kind="raster", quantity=None, path=[3]), "no text"),
        (with_layer(kind="raster", quantity=None, path="{time:%H}.tif"), "no year"),
        (with_layer(kind="raster", quantity=None, path="*.tif", align=1), "align.*bool"),
        (with_layer(path="x.tif"), "path"),
        (with_layer(relative_to="own-norm"), 'relative_to.*own-norm.*own-normal'),
        (with_layer(relative_to="own-normal", quantity="air_temperature"), "ratio.*0 or below"),
        (with_layer(relative_to="own-normal", kind="stations"), "relative_to"),
        (with_layer(quantity="ambient_dose_rate_relative"), "no quantity"),
        (with_style(ramp="dosis"), 'style mean.*dosis.*dose'),
        (with_style(measure="main"), 'style mean.*main.*mean'),
        (with_style(breaks=[100, 50]), "rise strictly"),
        (with_style(breaks=[1, "x"]), "no number"),
        (with_style(breaks=list(range(25))), "20 colours"),
        (with_style(unit="uSv/h"), "nSv/h"),
        (with_style(labels=["a"]), "labels"),
        (with_style(measure="exceedance"), "threshold"),
        (with_style(colour="red"), "colour"),
        ({"title": "T", "layer": []}, r"no \[\[layer\]\]"),
        ({"layer": [LAYER]}, '"title" is missing'),
        ({"title": "T", "layer": [LAYER, LAYER]}, "two layer entries"),
        ({"title": "T", "layer": [LAYER | {"wms_name": "two words"}]}, "Lakes or cite:Lakes"),
        (
            {"title": "T", "layer": [LAYER, LAYER | {"id": "b", "wms_name": LAYER["id"]}]},
            "in WMS",
        ),
        ({"title": "T", "layer": LAYER}, r"\[\[layer\]\]"),
        ({"title": "T", "context": "simulate", "layer": [LAYER]}, "simulated"),
        ({"title": "T", "layers": [LAYER], "layer": [LAYER]}, "layers"),
        (
            {"title": "T", "layer": [LAYER], "feed": [FEED]},
            'feed "f".*csv-table',
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(table: dict[str, Any], said: str) -> None:
    import re

    text = refused(table)
    assert re.search(said, text, re.DOTALL), text
    assert text.startswith("own.toml")


def places(table: Any) -> Iterator[tuple[list[str | int], str]]:
    """Yield the path and the key of every key of a catalogue whose words are fixed."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield [], key
            if key not in ("titles", "abstracts", "defaults"):
                for path, inner in places(value):
                    yield [key, *path], inner
    elif isinstance(table, list):
        for i, each in enumerate(table):
            for path, inner in places(each):
                yield [i, *path], inner


KEYS = list(places(DEFAULT))


@given(st.sampled_from(KEYS), st.integers(0, 40), st.sampled_from("abcxyz_"))
def test_a_key_that_is_misspelt_by_one_letter_is_offered_its_right_spelling(
    place: tuple[list[str | int], str], at: int, letter: str
) -> None:
    path, key = place
    table = copy.deepcopy(DEFAULT)
    holder: Any = table
    for step in path:
        holder = holder[step]
    wrong = key[: at % len(key)] + letter + key[at % len(key) :]
    holder[wrong] = holder.pop(key)
    with pytest.raises(CatalogError) as caught:
        parse(table, DEFAULT_CATALOG, PALETTES)
    assert f'"{key}"' in str(caught.value)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(body: bytes) -> Path:
        path = tmp_path / "own.toml"
        path.write_bytes(body)
        return path

    return write


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"title = ", "own.toml"), (b"\xff\xfe\x00", "not UTF-8"), (b"[[layer]\n", "own.toml")],
)
def test_a_file_that_is_no_catalogue_is_refused_by_name(
    written: Callable[[bytes], Path], body: bytes, said: str
) -> None:
    with pytest.raises(CatalogError, match=said):
        read(written(body), PALETTES)


def test_a_catalogue_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.toml"):
        read(tmp_path / "none.toml", PALETTES)


def test_a_raster_that_was_cut_off_is_refused_by_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "cut.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=200, height=200, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.1, 0, 60, 0, -0.1, 50),
    ) as dataset:  # fmt: skip
        dataset.write(np.ones((200, 200), np.float32), 1)
    whole = with_layer(kind="raster", quantity=None, path=str(path))
    assert parse(whole, DEFAULT_CATALOG, PALETTES).layers[0].paths == (path,)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(CatalogError, match=r"cut\.tif is cut off"):
        parse(whole, DEFAULT_CATALOG, PALETTES)


@pytest.mark.parametrize(
    ("kind", "word", "near"),
    [("points", "airprot", "airport"), ("zones", "floods", "flood"), ("points", "slope", "")],
)
def test_a_layer_is_evidence_of_what_is_known_and_of_nothing_else(
    tmp_path: Path, kind: str, word: str, near: str
) -> None:
    path = tmp_path / "catalog.toml"
    entry = f'title = "T"\n[[layer]]\nid = "own"\nkind = "{kind}"\ntitle = "Own"\nevidence = '
    path.write_text(f'{entry}"airport"\n')
    (layer,) = read(path, {}).layers
    assert evidence.of(layer) == "airport"
    path.write_text(f'{entry}"{word}"\n')
    with pytest.raises(CatalogError, match=f'"evidence" is "{word}".*{near}'):
        read(path, {})


def test_a_surface_relative_to_the_usual_is_of_a_ratio() -> None:
    style = STYLE | {"ramp": "relative", "breaks": [0.9, 1.1], "unit": "times"}
    (layer,) = parse(
        with_layer(relative_to="own-normal", style=[style]), Path("own.toml"), PALETTES
    ).layers
    assert (layer.quantity, layer.observed) == ("ambient_dose_rate_relative", "ambient_dose_rate")
    (plain,) = parse(with_layer(), Path("own.toml"), PALETTES).layers
    assert (plain.quantity, plain.relative_to) == ("ambient_dose_rate", "")
