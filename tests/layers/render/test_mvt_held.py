"""Vector tiles of a table that many tiles share, read back by two decoders."""

import csv
import io
import math
import shutil
import subprocess

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.geo import HALF_WORLD_M, Window
from layers.model import Features
from layers.render import mvt, mvt_pieces

WINDOW = Window(6, 44, 23)


def metres(units, window=WINDOW):
    """Positions of grid units of a tile (y downward) in metres of EPSG:3857."""
    west, _, east, north = window.bounds_m
    unit = (east - west) / 4096
    return np.column_stack((west + units[:, 0] * unit, north - units[:, 1] * unit))


def placed(shapes, window=WINDOW):
    column = np.empty(len(shapes), object)
    column[:] = shapes
    return shapely.transform(column, lambda units: metres(units, window))


def held(geometry, **properties):
    """All rows of a table, as a layer of the server holds them."""
    ids = [str(i + 1) for i in range(len(geometry))]
    return Features(geometry, ids, properties).selection()


def tile(features, window=WINDOW):
    body = mvt.encode(features, window, "l")
    if not body:
        return []
    return mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["l"]["features"]


def shapes(features, window=WINDOW):
    return {f["id"]: shapely.geometry.shape(f["geometry"]) for f in tile(features, window)}


def star(generator, size):
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = size * generator.uniform(0.4, 1.0, 40)
    centre = generator.uniform(-2000, 6000, 2)
    return shapely.Polygon(
        centre + np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]
    )


@given(st.integers(0, 2**32 - 1), st.floats(20, 4000))
@settings(max_examples=30)
def test_what_was_cut_before_is_what_is_cut_when_asked(seed, size):
    generator = np.random.default_rng(seed)
    geometry = placed([star(generator, size) for _ in range(5)])
    ready = shapes(held(geometry))
    now = shapes(Features(geometry, [str(i + 1) for i in range(5)], {}))
    for one in {*ready} | {*now}:
        a, b = (found.get(one, shapely.Polygon()) for found in (ready, now))
        assert a.is_valid
        assert b.is_valid
        # Simplified by half a unit before or after the cut, and rounded.
        assert a.symmetric_difference(b).area <= 2.5 * max(a.length, b.length) + 8


def test_the_parts_of_an_area_in_neighbouring_tiles_make_the_whole():
    area = star(np.random.default_rng(5), 3000)
    features = held(placed([area]))
    found = []
    for right in range(-2, 3):
        for down in range(-2, 3):
            window = Window(6, WINDOW.col + right, WINDOW.row + down)
            part = shapes(features, window).get(1, shapely.Polygon())
            mine = shapely.clip_by_rect(part, 0, 0, 4096, 4096)
            found.append(shapely.affinity.translate(mine, 4096 * right, 4096 * down))
    whole = shapely.union_all(found)
    assert whole.symmetric_difference(area).area < 1.5 * area.length
    # They overlap nowhere and leave no seam: the area is that of the parts together.
    assert sum(part.area for part in found) == pytest.approx(whole.area, rel=1e-3)


def test_lines_areas_and_points_of_a_table_keep_ids_and_properties():
    geometry = placed(
        [
            shapely.Point(7, 8),
            shapely.LineString([(0, 0), (50, 90), (300, 20)]),
            shapely.Polygon([(0, 0), (500, 0), (500, 500)]),
            shapely.MultiPoint([(1, 1), (2, 2)]),
            shapely.Point(-255, 4000),
        ]
    )
    features = held(geometry, name=["a", "b", None, "d", "e"], n=[1, 1, 2, None, 1.5])
    found = {f["id"]: (f["geometry"]["type"], f["properties"]) for f in tile(features)}
    assert found == {
        1: ("Point", {"name": "a", "n": 1}),
        2: ("LineString", {"name": "b", "n": 1}),
        3: ("Polygon", {"n": 2}),
        4: ("MultiPoint", {"name": "d"}),
        5: ("Point", {"name": "e", "n": 1.5}),
    }


def test_a_selection_shows_its_rows_and_no_others():
    geometry = placed([shapely.box(10 * i, 0, 10 * i + 8, 8) for i in range(9)])
    features = held(geometry, n=list(range(9)))
    kept = np.arange(9) % 3 == 1
    assert [f["properties"]["n"] for f in tile(features.where(kept))] == [1, 4, 7]
    assert tile(features.where(np.zeros(9, bool))) == []
    assert len(tile(features)) == 9


def test_a_zoom_with_too_many_pieces_is_cut_tile_by_tile(monkeypatch):
    geometry = placed([star(np.random.default_rng(2), 900) for _ in range(3)])
    ready = shapes(held(geometry))
    monkeypatch.setattr(mvt_pieces, "MAX_PIECES", 2)
    cut = shapes(held(geometry))
    assert {*ready} == {*cut}
    for one, area in ready.items():
        assert area.symmetric_difference(cut[one]).area < 2.5 * area.length + 8


def test_twenty_thousand_different_values_each_reach_their_feature():
    count = 20_000
    xy = np.random.default_rng(1).integers(0, 4096, (count, 2)).astype(float)
    names = [f"Бекет {i * 7 % count}" for i in range(count)]
    geometry = placed(shapely.points(xy).tolist())
    found = tile(held(geometry, name=names, parity=[i % 2 == 0 for i in range(count)]))
    assert len(found) == count
    for f in found:
        i = f["id"] - 1
        assert f["properties"] == {"name": names[i], "parity": i % 2 == 0}
        assert f["geometry"]["coordinates"] == xy[i].tolist()


def test_two_hundred_properties_each_reach_their_feature():
    properties = {f"k{k}": [k, None if k % 3 else f"v{k}"] for k in range(200)}
    found = tile(held(placed([shapely.Point(1, 1), shapely.Point(2, 2)]), **properties))
    assert found[0]["properties"] == {f"k{k}": k for k in range(200)}
    assert found[1]["properties"] == {f"k{k}": f"v{k}" for k in range(0, 200, 3)}


def test_a_tile_of_too_many_points_holds_an_even_part_of_them(monkeypatch):
    monkeypatch.setattr(mvt, "MAX_POINTS", 100)
    geometry = placed([shapely.Point(i, 5) for i in range(250)])
    assert [f["id"] for f in tile(held(geometry))] == list(range(1, 251, 3))


def test_neither_the_first_nor_the_last_row_shows_what_lies_beyond_the_square():
    x = HALF_WORLD_M / 3
    beyond = np.array([HALF_WORLD_M * 1.3, -HALF_WORLD_M * 1.3])
    edge = HALF_WORLD_M * (1 - 1e-9)
    points = [shapely.Point(x, y) for y in (*beyond, edge, -edge)]
    to_the_poles = shapely.box(0, -1e8, 2 * x, 1e8)
    features = held(np.array([*points, to_the_poles], object))
    assert set(shapes(features, Window(0, 0, 0))) == {3, 4, 5}
    assert shapes(features, Window(0, 0, 0))[5].bounds == (2048, -256, 3413, 4352)
    north, south = (shapes(features, Window(3, 5, row)) for row in (0, 7))
    assert set(north) == {3, 5}
    assert set(south) == {4, 5}
    # It fills the buffer too: no outline is drawn along the edge of the world.
    assert north[5].bounds[1] == -256
    assert south[5].bounds[3] == 4352


def test_an_area_over_the_antimeridian_is_in_the_tiles_of_both_sides():
    side = 2 * HALF_WORLD_M / 8
    over = shapely.box(HALF_WORLD_M - side / 2, 0, HALF_WORLD_M + side / 2, side / 2)
    features = held(np.array([over], object))
    assert shapes(features, Window(3, 7, 3))[1].bounds == (2048, 2048, 4352, 4096)
    assert shapes(features, Window(3, 0, 3))[1].bounds == (-256, 2048, 2048, 4096)
    # Split at 180 degrees, each half is in the buffer of the other.
    split = held(
        np.array(
            [
                shapely.box(HALF_WORLD_M - side / 2, 0, HALF_WORLD_M, side / 2),
                shapely.box(-HALF_WORLD_M, 0, -HALF_WORLD_M + side / 2, side / 2),
            ],
            object,
        )
    )
    assert shapes(split, Window(3, 7, 3))[2].bounds == (4096, 2048, 4352, 4096)
    assert shapes(split, Window(3, 0, 3))[1].bounds == (-256, 2048, 0, 4096)


def test_what_is_made_of_a_table_goes_with_it():
    from layers.render.mvt_prepared import _KEPT

    before = len(_KEPT)
    features = held(placed([shapely.box(0, 0, 9, 9)]))
    tile(features)
    assert len(_KEPT) == before + 1
    del features
    assert len(_KEPT) == before


@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="gdal-bin is not installed")
def test_gdal_reads_the_same_features_as_the_other_decoder(tmp_path):
    generator = np.random.default_rng(7)
    drawn = [
        *(star(generator, 700).difference(shapely.Point(2000, 2000).buffer(200)) for _ in range(8)),
        *(shapely.LineString(generator.uniform(-900, 5000, (12, 2))) for _ in range(8)),
        *(shapely.Point(p) for p in generator.uniform(-255, 4351, (60, 2))),
        shapely.MultiPoint(generator.uniform(0, 4096, (4, 2))),
    ]
    names = [f"Тұрақ {i}" for i in range(len(drawn))]
    value = [None if i % 7 == 0 else i / 8 for i in range(len(drawn))]
    features = held(placed(drawn), name=names, value=value)
    path = tmp_path / "tile.mvt"
    path.write_bytes(mvt.encode(features, WINDOW, "l"))
    done = subprocess.run(
        ["ogr2ogr", "-f", "CSV", "/vsistdout/", f"MVT:{path}", "-oo", "CLIP=NO",
         "-lco", "GEOMETRY=AS_WKT"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    known = {str(f["id"]): f for f in tile(features)}
    assert len(known) > 60
    assert sorted(row["mvt_id"] for row in rows) == sorted(known)
    for row in rows:
        other = known[row["mvt_id"]]
        assert row["name"] == other["properties"]["name"]
        value = other["properties"].get("value", math.nan)
        assert row["value"] == ("" if math.isnan(value) else f"{value:.15g}")
        here = shapely.transform(shapely.from_wkt(row["WKT"]), lambda c: c * (1, -1) + (0, 4096))
        assert here.is_valid
        assert here.equals(shapely.geometry.shape(other["geometry"])), row
