"""The bands of a surface in its file: of a routine day and of an event, every measure."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers.exchange import cog
from layers.files import Wanted
from layers.files.cells import SurfaceCells, table
from layers.geo import Bounds, CellGrid
from layers.interpolation import Predictive
from layers.interpolation.event import PROBABILITIES
from layers.kinds.readings import measured
from layers.model import Context, LayerDefinition, StyleDefinition, Surface
from layers.model.kind import Question
from layers.store import Reader, Writer

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRID = CellGrid.covering(Bounds(62, 36, 76, 46), 5)
MEASURES = ("uncertainty", "median", "quantile", "mean")
STYLES = (
    *(StyleDefinition(measure, measure=measure) for measure in MEASURES),
    StyleDefinition("high", measure="exceedance", threshold=150.0),
    StyleDefinition("higher", measure="exceedance", threshold=300.0),
    StyleDefinition("again", measure="exceedance", threshold=150.0),
)
LAYER = LayerDefinition(
    "l", "surface", "Layer", quantity="ambient_dose_rate", styles=STYLES, attribution="Own"
)
NAMES = ("mean", "sd", "uncertainty", "median", "quantile", "exceedance_150", "exceedance_300",
         "support")  # fmt: skip


@pytest.fixture(params=["routine", "event"], scope="module")
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SurfaceCells, Surface, Wanted]:
    generator = np.random.default_rng(5)
    bands = np.empty((3, *GRID.shape), np.float32)
    bands[0] = np.log(100) + generator.normal(0, 0.3, GRID.shape)
    bands[1] = 0.05 + 0.1 * generator.random(GRID.shape)
    bands[2] = np.where(generator.random(GRID.shape) < 0.1, 0.99, 0.2)
    tags = {"mode": request.param, "method": "kriging"}
    is_event = request.param == "event"
    if is_event:
        found = Predictive(bands, "log")
        bands = np.stack([*(found.quantile(p) for p in PROBABILITIES), found.support])
        tags["probabilities"] = list(PROBABILITIES)
    surface = Surface(
        "l", "ambient_dose_rate", AT, 1, Context.ROUTINE, GRID, bands,
        "quantiles" if is_event else "log", 0.1, "input", 1, tags,
    )  # fmt: skip
    root = tmp_path_factory.mktemp("store")
    info = Writer(root, Context.ROUTINE).publish_surface(surface, AT)
    wanted = Wanted(LAYER, STYLES[0], "tif", info.token, AT, "routine", "")
    return SurfaceCells.of(Reader(root), wanted), surface, wanted


def test_the_bands_are_what_the_styles_show_and_what_they_are_made_of(
    made: tuple[SurfaceCells, Surface, Wanted], tmp_path: Path
) -> None:
    cells, surface, _ = made
    path = tmp_path / "x.tif"
    cog.write(path, cells.grid, cells.bands, cells.strips(), cells.tags)
    whole = Predictive(surface.bands, surface.transform)
    known = whole.support < LAYER.support_limit
    assert 0 < known.mean() < 1
    with rasterio.open(path) as dataset:
        names, units = dataset.descriptions, dataset.units
        found = dict(zip(names, dataset.read(), strict=True))
        assert dataset.tags()["method"] == "kriging"
        assert dataset.tags()["attribution"] == "Own"
    assert names[: len(NAMES)] == NAMES
    for style in (StyleDefinition("sd", measure="sd"), *STYLES):
        name = style.measure + (f"_{style.threshold:g}" if style.threshold else "")
        expected = measured(Question(style), whole)
        assert np.isnan(found[name][~known]).all()
        np.testing.assert_allclose(found[name][known], expected[known], rtol=1e-6)
        unit = "1" if style.measure in ("exceedance", "uncertainty") else "nSv/h"
        assert units[names.index(name)] == unit
    np.testing.assert_array_equal(found["support"], surface.bands[-1])
    rest = names[len(NAMES) :]
    if surface.transform == "log":
        assert rest == ("mu", "sigma")
        assert units[-1] == "ln(nSv/h)"
    else:
        assert rest[:3] == ("p00.2", "p01.0", "p02.5")
        assert units[-1] == "nSv/h"
    for name, band in zip(rest, surface.bands, strict=False):
        np.testing.assert_array_equal(found[name], band)


def test_rows_of_a_table_are_the_known_cells_at_their_centres(
    made: tuple[SurfaceCells, Surface, Wanted],
) -> None:
    cells, surface, wanted = made
    rows = table(cells, wanted.facts)
    known = surface.bands[-1] < LAYER.support_limit
    assert rows.num_rows == known.sum()
    assert rows.column_names[:3] == ["id", "lon", "lat"]
    assert tuple(rows.column_names[3 : 3 + len(NAMES)]) == NAMES
    lon, lat = cells.grid.centres()
    row, col = np.argwhere(known)[1234]
    at = int(known[:row].sum() + known[row, :col].sum())
    assert rows["id"][at].as_py() == f"5/{GRID.col + col}/{GRID.row + row}"
    assert rows["lon"][at].as_py() == pytest.approx(lon[col], abs=1e-6)
    assert rows["lat"][at].as_py() == pytest.approx(lat[row], abs=1e-6)
    whole = Predictive(surface.bands, surface.transform)
    assert rows["mean"][at].as_py() == pytest.approx(float(whole.mean()[row, col]), rel=1e-6)
    assert rows["unit"][at].as_py() == "nSv/h"
