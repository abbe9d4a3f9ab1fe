"""Real files end to end: counts, defects, and three faces of one surface that must agree."""

import csv
import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.io import MemoryFile
from rasterio.warp import transform

from layers.store import Reader

SHARED = Path(__file__).parents[3] / "shared" / "data"
EANR = "monitoring/background/eanr/EANR_Terrestrial_gamma_dose_nSvh.tif"
AIRKAZ = "monitoring/air_quality/kz_2020_airkaz_data.csv"
AIRKAZ_COLUMNS = {
    "quantity": "pm2_5", "unit": "ug/m3", "column.value": "pm25 (S)",
    "column.station_code": "name (S)", "column.lon": "lng (S)", "column.lat": "lat (S)",
    "column.time_start_utc": "date (S)",
}  # fmt: skip
KAZHYDROMET = "monitoring/air_quality/kz_2020_kazgidromet_data.csv"
KAZHYDROMET_COLUMNS = {
    "column.quantity": "code (S)", "column.value": "value (N)", "column.unit": "unit (S)",
    "column.station_code": "stationId (N)", "column.time_start_utc": "date (S)",
}  # fmt: skip
HOUR = "2026-11-20T09:00:00Z"
_ACCOUNT = re.compile(
    r": (\d+) rows = (\d+) accepted \+ (\d+) duplicate \+ (\d+) corrected \+ (\d+) rejected"
)

# Frankfurt, Helsinki, Dublin, Madrid, Athens, Minsk, Yekaterinburg
PLACES = [(8.68, 50.11), (24.94, 60.17), (-6.26, 53.35), (-3.70, 40.42), (23.73, 37.98),
          (27.56, 53.90), (60.60, 56.84)]  # fmt: skip


def ingest(server: Any, name: str, **options: str) -> tuple[subprocess.CompletedProcess[str], Any]:
    pairs = [word for key, value in options.items() for word in ("--set", f"{key}={value}")]
    if any(key.startswith("column.") for key in options):
        pairs += ["--format", "csv-table"]
    done = subprocess.run(
        [sys.executable, "-m", "mapserver", "ingest", str(SHARED / name), "--verbose", *pairs,
         "--data-dir", str(server.data_dir)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = _ACCOUNT.search(done.stdout)
    return done, found and tuple(map(int, found.groups()))


def kept(server: Any) -> dict[str, int]:
    """Rows in the store by kind, and rows in quarantine."""
    reader = Reader(server.data_dir)
    counts = reader.counts()
    reader.close()
    return {name: counts[name] for name in ("station", "observation", "feature", "quarantine")}


def pixel(server: Any, address: str, zoom: int, lon: float, lat: float, query: str = "") -> Any:
    """RGBA of the pixel of an address template that holds a place."""
    side = 256 * 2**zoom
    x = (lon + 180) / 360 * side
    y = (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * side
    path = address.replace("{z}", str(zoom)).replace("{x}", str(int(x) // 256))
    status, headers, body = server.get(path.replace("{y}", str(int(y) // 256)) + query)
    if status == 204:
        return (0, 0, 0, 0)
    assert (status, headers["Content-Type"]) == (200, "image/png"), body
    with Image.open(io.BytesIO(body)) as image:
        return image.convert("RGBA").getpixel((int(x) % 256, int(y) % 256))


def hex_of(rgba: Any) -> str:
    assert rgba[3] == 255
    return "#{:02X}{:02X}{:02X}".format(*rgba[:3])


def tiles_of(server: Any, layer: str, style: str) -> tuple[dict[str, Any], str]:
    document = server.json(f"/tilejson/{layer}.json?style={style}")
    address = next(a for a in document.get("raster_tiles", document["tiles"]))
    return document, "/tiles/" + address.split("/tiles/", 1)[1]


@pytest.fixture(scope="module")
def surface(own_map: Any) -> Iterator[Any]:
    """The GeoTIFF of the surface as a client downloads it."""
    status, headers, body = own_map.get("/files/dose-rate/latest/latest.tif")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "image/tiff")
    with MemoryFile(body) as memory, memory.open() as dataset:
        yield dataset


def test_every_row_of_the_tutorials_files_is_in_the_store_or_in_quarantine(own_map: Any) -> None:
    counts = {each["id"]: each.get("count") for each in own_map.json("/current.json")["layers"]}
    features = {"earthquakes": 1801, "comcat": 326, "history": 1976, "faults": 473, "zones": 8}
    assert {layer: counts[layer] for layer in features} == features
    for layer, expected in features.items():
        found = own_map.json(f"/files/{layer}/latest/static.geojson")
        assert len({feature["id"] for feature in found["features"]}) == expected
    # Three dates before year 1 of the catalogue since antiquity, and no other row.
    whole = (SHARED / "seismic/catalogue_merged.csv").read_text("utf-8")
    assert len(whole.splitlines()) - 1 == 1976 + 3
    healthy = kept(own_map)
    assert (healthy["station"], healthy["observation"]) == (3574, 3574)
    assert (healthy["feature"], healthy["quarantine"]) == (sum(features.values()), 3)


def test_every_gamma_value_is_on_the_map_where_the_file_has_it(own_map: Any) -> None:
    with (SHARED / "monitoring/dose_rate/intamap_europe_3574.csv").open(newline="") as stream:
        rows = {
            (float(row["lon"]), float(row["lat"])): float(row["value"]) * 1000
            for row in csv.DictReader(stream)
        }
    found = own_map.json(f"/files/stations/latest/{HOUR}.geojson")["features"]
    assert len(found) == len(rows) == 3574
    for feature in found:
        lon, lat = feature["geometry"]["coordinates"]
        value = rows.pop(min(rows, key=lambda at: abs(at[0] - lon) + abs(at[1] - lat)))
        assert feature["properties"]["value"] == pytest.approx(value, rel=1e-12)
    suspect = [f["properties"] for f in found if f["properties"]["status"] != "auto_passed"]
    assert [(p["status"], p["reasons"]) for p in suspect] == [("suspect", ["gross_range"])]
    assert suspect[0]["value"] == pytest.approx(1.747)


@pytest.mark.parametrize(
    ("name", "options", "rejected", "accepted"),
    [
        # Device times without a zone; then -1 where a value is missing.
        (AIRKAZ, AIRKAZ_COLUMNS, {"time": 100}, 0),
        (AIRKAZ, {**AIRKAZ_COLUMNS, "zone": "+06:00"}, {"negative": 53}, 47),
        # Numbers of stations that no register names.
        (KAZHYDROMET, KAZHYDROMET_COLUMNS, {"unknown_station": 100}, 0),
        ("base/ne10m_boundary_lines_disputed.geojson", {"collection": "disputed"},
         {"duplicate_id": 2}, 15),
    ],
)  # fmt: skip
def test_defects_of_real_files_are_named_and_the_rest_is_kept(
    own_map: Any, name: str, options: dict[str, str], rejected: dict[str, int], accepted: int
) -> None:
    before = kept(own_map)
    done, account = ingest(own_map, name, **options)
    rows = accepted + sum(rejected.values())
    assert account is not None, done.stderr
    assert account[0] == rows
    assert account[4] == sum(rejected.values())
    codes = re.findall(r"^  line \d+: (\w+): \S", done.stdout, re.MULTILINE)
    assert {code: codes.count(code) for code in set(codes)} == rejected
    after = kept(own_map)
    assert after["quarantine"] - before["quarantine"] == sum(rejected.values())
    grown = sum(after[kind] - before[kind] for kind in ("observation", "feature"))
    assert grown == account[1]
    assert sum(account[1:4]) == accepted


def test_a_real_file_of_a_format_that_is_not_known_leaves_nothing_behind(own_map: Any) -> None:
    before = kept(own_map)
    done, account = ingest(own_map, "monitoring/formats/eurdep/IS20131215-reitr.EUR")
    assert (done.returncode, account) == (1, None)
    assert done.stderr.startswith("mapserver: ")
    assert "Traceback" not in done.stderr
    assert kept(own_map) == before


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_tile_point_and_geotiff_tell_the_same(
    own_map: Any, surface: Any, lon: float, lat: float
) -> None:
    point = own_map.json(f"/api/v1/point?lon={lon}&lat={lat}")
    told = next(each for each in point["layers"] if each["layer"] == "dose-rate")
    values = {each["name"]: each["value"] for each in told["values"]}
    (x,), (y,) = transform("OGC:CRS84", surface.crs, [lon], [lat])
    bands = dict(zip(surface.descriptions, next(surface.sample([(x, y)])).tolist(), strict=True))
    mu, sigma, support = (bands[name] for name in ("mu", "sigma", "support"))
    assert surface.tags()["transform"] == "log"
    assert told["support"] == pytest.approx(support)
    assert values["median"] == pytest.approx(math.exp(mu), rel=1e-5)
    assert values["mean"] == pytest.approx(math.exp(mu + sigma**2 / 2), rel=1e-5)
    spread = math.sqrt(math.expm1(sigma**2)) * values["mean"]
    assert values["sd"] == pytest.approx(spread, rel=1e-4)
    assert (bands["mean"], bands["sd"]) == pytest.approx((values["mean"], values["sd"]), rel=1e-6)
    zoom = round(math.log2(2 * math.pi * 6378137 / 256 / surface.transform.a))
    for style, value in (("mean", values["mean"]), ("sd", values["sd"])):
        document, address = tiles_of(own_map, "dose-rate", style)
        legend = document["legend"]
        shown = hex_of(pixel(own_map, address, zoom, lon, lat))
        (held,) = [
            each
            for each in legend
            if (each["low"] is None or value >= each["low"])
            and (each["high"] is None or value < each["high"])
        ]
        assert shown == held["colour"].upper()
        # Breaks a thousandth around the value: the pixel shows this number and no other.
        narrow = f"?breaks={value * 0.999:.9g},{value * 1.001:.9g}"
        shown = hex_of(pixel(own_map, address, zoom, lon, lat, narrow))
        low = hex_of(pixel(own_map, address, zoom, lon, lat, f"?breaks={value * 1.001:.9g},1e9"))
        high = hex_of(pixel(own_map, address, zoom, lon, lat, f"?breaks=1e-9,{value * 0.999:.9g}"))
        assert len({shown, low, high}) == 3


def test_far_from_every_station_no_face_pretends_to_know(own_map: Any, surface: Any) -> None:
    lon, lat = 60.0, 45.0  # the Aral Sea
    (told,) = [
        each
        for each in own_map.json(f"/api/v1/point?lon={lon}&lat={lat}")["layers"]
        if each["layer"] == "dose-rate"
    ]
    assert (told["known"], told["values"], told["reason"]) == (False, [], "no_station_near")
    (x,), (y,) = transform("OGC:CRS84", surface.crs, [lon], [lat])
    assert next(surface.sample([(x, y)]))[2] >= 0.9
    _, address = tiles_of(own_map, "dose-rate", "mean")
    assert pixel(own_map, address, 5, lon, lat)[3] == 0


def test_the_surface_says_what_it_is_made_of(own_map: Any, surface: Any) -> None:
    tags = surface.tags()
    assert (tags["stations"], tags["valid_time"], tags["context"]) == ("3574", HOUR, "routine")
    assert tags["unit"] == "nSv/h"
    report = json.loads(tags["left_one_out"])
    # The field is salted: an error near a tenth of the median is what can be had.
    assert report["rmse"] < 20
    assert 0.85 < report["coverage_90"] < 0.95


def test_the_background_in_its_own_projection_reads_as_rasterio_reads_it(own_map: Any) -> None:
    document, address = tiles_of(own_map, "background", "default")
    with rasterio.open(SHARED / EANR) as file:
        cells = file.read(1, masked=True)
        rng = np.random.default_rng(8)
        rows, cols = np.nonzero(~np.ma.getmaskarray(cells))
        chosen = [(int(rows[i]), int(cols[i])) for i in rng.choice(len(rows), 12, replace=False)]
        empty = [(int(r), int(c)) for r, c in np.argwhere(np.ma.getmaskarray(cells))[::90_000]]
        assert empty
        for row, col in chosen + empty:
            x, y = file.xy(row, col)
            (lon,), (lat,) = transform(file.crs, "OGC:CRS84", [x], [y])
            answer = own_map.json(f"/api/v1/point?lon={lon:.7f}&lat={lat:.7f}")
            told = next(each for each in answer["layers"] if each["layer"] == "background")
            shown = pixel(own_map, address, 9, lon, lat)
            if cells[row, col] is np.ma.masked:
                assert (told["known"], shown[3]) == (False, 0)
                continue
            value = float(cells[row, col])
            assert told["values"] == [{"name": "value", "value": value, "unit": "nSv/h"}]
            (held,) = [
                each["colour"].upper()
                for each in document["legend"]
                if (each["low"] is None or value >= each["low"])
                and (each["high"] is None or value < each["high"])
            ]
            assert hex_of(shown) == held


@pytest.mark.parametrize(
    ("name", "lon", "lat", "pga_g"),
    # Levels that the description of the grids states for 475 years.
    [("Almaty", 76.95, 43.24, 0.27), ("Tashkent", 69.24, 41.30, 0.13),
     ("Dushanbe", 68.78, 38.56, 0.37), ("Ulken", 73.98, 45.20, 0.036)],
)  # fmt: skip
def test_the_hazard_grids_and_bands_agree_with_their_description(
    own_map: Any, name: str, lon: float, lat: float, pga_g: float
) -> None:
    layers = {
        each["layer"]: each for each in own_map.json(f"/api/v1/point?lon={lon}&lat={lat}")["layers"]
    }
    grids = [layers[f"pga-{years}"]["values"][0] for years in (475, 975, 2475, 10000)]
    assert {each["unit"] for each in grids} == {"g"}
    levels = [each["value"] for each in grids]
    assert levels[0] == pytest.approx(pga_g, rel=0.04)
    assert levels == sorted(levels)
    bands = [(f["pga_min_g"], f.get("pga_max_g", 9.0)) for f in layers["zones"]["features"]]
    assert any(low <= levels[0] * 1.2 and levels[0] * 0.8 <= high for low, high in bands)


def test_vector_tiles_hold_every_earthquake_once_a_zoom(own_map: Any) -> None:
    document = own_map.json("/tilejson/earthquakes.json")
    template = "/tiles/" + document["tiles"][0].split("/tiles/", 1)[1]
    seen: list[Any] = []
    for x in (10, 11):
        for y in range(16):
            path = template.replace("{z}/{x}/{y}", f"4/{x}/{y}")
            status, _, body = own_map.get(path)
            if status == 200 and body:
                (layer,) = mapbox_vector_tile.decode(body).values()
                inside = [
                    f for f in layer["features"]
                    if all(0 <= c < layer["extent"] for c in f["geometry"]["coordinates"])
                ]  # fmt: skip
                seen += [f["properties"]["time"] for f in inside]
    assert len(seen) == 1801
    west, _, east, _ = document["bounds"]
    assert (int((west + 180) / 22.5), int((east + 180) / 22.5)) == (10, 11)
