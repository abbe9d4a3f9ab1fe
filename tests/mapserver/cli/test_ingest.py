"""Files that are wrong in every way: refused whole with a sentence, or row by row with a reason."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

TABLES = ("observation", "observation_revision", "quarantine", "batch", "feature", "station")
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit"
GOOD = "KZ0,2026-11-01T01:00:00Z,2026-11-01T02:00:00Z,ambient_dose_rate,{},nSv/h"


def stored(house: Any) -> dict[str, int]:
    counts = house.counts()
    return {name: counts[name] for name in TABLES}


def geotiff() -> bytes:
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=64, height=64, count=1, dtype="float32",
            crs="EPSG:4326", transform=Affine(0.1, 0, 60, 0, -0.1, 46),
        ) as dataset:  # fmt: skip
            dataset.write(np.arange(4096, dtype="float32").reshape(64, 64), 1)
        return bytes(memory.read())


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def polygon(*ring: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


SQUARE = polygon((70, 40), (71, 40), (71, 41), (70, 41))
BOWTIE = polygon((70, 40), (71, 41), (71, 40), (70, 41))
DEEP = b'{"type":"FeatureCollection","features":[' + b"[" * 200_000
WIDE = b'{"type":"FeatureCollection","features":[' + b"[]," * 800_000 + b"[]]}"
ENORMOUS = b'{"type":"FeatureCollection","features":[],"n":' + b"9" * 100_000 + b"}"
ZONES = ("--set", "collection=zones")

# name of the file: (bytes, options, words of the sentence)
REFUSED: dict[str, tuple[bytes, tuple[str, ...], str]] = {
    "cut.tif": (geotiff()[:5_000], (), ""),
    "head.tif": (geotiff()[:8], (), ""),
    "whole.tif": (geotiff(), (), "entry in the catalogue"),
    "empty.csv": (b"", (), "empty"),
    "binary.csv": (b"\x00\x01\x02" * 100, (), "in no format"),
    "packed.csv": (gzip.compress(b"a,b\n1,2\n"), (), "unpack it first"),
    "bomb.csv.gz": (gzip.compress(b"0" * 10_000_000), (), "unpack it first"),
    "sheet.xlsx": (b"PK\x03\x04" + b"\0" * 50, (), "export it first"),
    "latin.csv": (f"{HEADER}\nKZ\u00e9".encode("latin-1"), (), "UTF-8"),
    "other.csv": (b"colour,shape\nred,round\n", (), ""),
    "large.csv": (b"x" * 3_000_001, (), "limit"),
    "no-collection.geojson": (collection(feature(SQUARE)), (), "collection"),
    "cut.geojson": (collection(feature(SQUARE))[:80], ZONES, "cut"),
    "deep.geojson": (DEEP, ZONES, "nested too deeply"),
    "wide.geojson": (WIDE + b" " * 10, ZONES, ""),
    "number.geojson": (ENORMOUS, ZONES, "too many digits"),
    "metres.geojson": (
        b'{"type":"FeatureCollection","crs":{"type":"name","properties":'
        b'{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[]}',
        ZONES,
        "convert it first",
    ),
    "topology.geojson": (b'{"type":"Topology","objects":{}, "a": "Feature"}', ZONES, "Topology"),
    "option.csv": (f"{HEADER}\n".encode(), ("--set", "colour=red"), "colour"),
    "pair.csv": (f"{HEADER}\n".encode(), ("--set", "unit"), "KEY=VALUE"),
    "stations.csv": (
        b"code,lon,lat,network\nN1,70,43,nowhere\n",
        ("--format", "stations-csv"),
        "nowhere",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_file_is_refused_with_a_sentence_and_nothing_of_it_is_kept(
    own: Any, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KYZYLKUM_MAX_UPLOAD_MB", "3")
    body, options, words = REFUSED[name]
    file = tmp_path / name
    file.write_bytes(body)
    before = stored(own)
    done = own.command("ingest", str(file), *options)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.output.startswith("mapserver: ")
    assert words in done.output
    assert "see its log" not in done.output
    assert len(done.output.split()) > 5
    assert stored(own) == before


ROWS = {
    "negative": (GOOD.format("-1"), "negative"),
    "not a number": (GOOD.format("NaN"), "value"),
    "infinite": (GOOD.format("inf"), "value"),
    "beyond all measure": (GOOD.format("1e300"), "value"),
    "no zone": (GOOD.format("1").replace("01:00:00Z", "01:00:00"), "time"),
    "turned around": (GOOD.format("1").replace("02:00:00Z", "00:00:00Z"), "interval"),
    "the 31st of November": (GOOD.format("1").replace("11-01", "11-31"), "time"),
    "future": (GOOD.format("1").replace("2026", "2027"), "future"),
    "unknown station": (GOOD.format("1").replace("KZ0", "XX"), "unknown_station"),
    "unknown unit": (GOOD.format("1").replace("nSv/h", "nSv"), "unit"),
    "unknown quantity": (GOOD.format("1").replace("ambient_dose_rate", "noise"), "quantity"),
    "too few": ("KZ0,1", "columns"),
    "too many": (GOOD.format("1") + ",1", "columns"),
    "open quote": (GOOD.format('"1'), "quotes"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_wrong_row_is_set_aside_with_its_reason_and_the_rest_is_kept(
    own: Any, tmp_path: Path, name: str
) -> None:
    bad, code = ROWS[name]
    good = GOOD.format(100 + list(ROWS).index(name))
    file = tmp_path / "rows.csv"
    file.write_text("\n".join([HEADER, bad, good, ""]))
    before = stored(own)
    done = own.command("ingest", str(file))
    assert done.exit_code == 0, done.output
    assert "2 rows = " in done.output
    assert "1 rejected" in done.output
    assert f"  line 2: {code}: " in done.output, done.output
    assert len(done.output.partition(f"{code}: ")[2].split()) > 2
    after = stored(own)
    assert after["quarantine"] == before["quarantine"] + 1
    assert after["observation"] <= before["observation"] + 1


PLACES = [
    (feature(BOWTIE), "crosses_itself", ()),
    (feature(polygon((70, 40), (71, 40), (200, 41))), "position", ()),
    (feature(polygon((40, 120), (41, 121), (40, 121))), "position", ()),
    (feature(polygon((41, 69), (42, 69), (42, 70))), "swapped", ("--set", "bounds=55,37,88,56")),
    (feature({"type": "Point", "coordinates": [70]}), "geometry", ()),
    (feature({"type": "Point", "coordinates": ["70", "40"]}), "geometry", ()),
    (feature({"type": "Point", "coordinates": [70, None]}), "geometry", ()),
    (feature({"type": "Polygon", "coordinates": [[[70, 40], [71, 40]]]}), "geometry", ()),
    (feature({"type": "Circle", "coordinates": [70, 40]}), "geometry", ()),
    (feature({"type": "Polygon", "coordinates": []}), "empty_geometry", ()),
    (feature(None), "empty_geometry", ()),
    (feature(SQUARE, time="2026-11-01T01:00:00"), "time", ()),
    (feature(SQUARE, id="x" * 300), "id", ()),
    ({"type": "Circle"}, "geometry", ()),
    ([], "geometry", ()),
]


@pytest.mark.parametrize(("wrong", "code", "options"), PLACES)
def test_a_wrong_feature_is_set_aside_with_its_reason(
    own: Any, tmp_path: Path, wrong: Any, code: str, options: tuple[str, ...]
) -> None:
    file = tmp_path / "zones.geojson"
    file.write_bytes(collection(wrong, feature(SQUARE, name=str(wrong))))
    before = stored(own)
    done = own.command("ingest", str(file), *ZONES, *options)
    assert done.exit_code == 0, done.output
    assert "2 rows = 1 accepted" in done.output
    assert f"  line 1: {code}: " in done.output, done.output
    after = stored(own)
    assert (after["feature"], after["quarantine"]) == (
        before["feature"] + 1,
        before["quarantine"] + 1,
    )


@pytest.mark.parametrize(
    ("lon", "lat", "country", "code"),
    [
        ("200", "43", "", "position"), ("70", "-91", "", "position"), ("NaN", "43", "", "position"),
        ("43", "70", "KZ", "swapped"), ("", "43", "", "position"), ("70", "1e400", "", "position"),
    ],
)  # fmt: skip
def test_a_station_that_is_nowhere_is_not_registered(
    own: Any, tmp_path: Path, lon: str, lat: str, country: str, code: str
) -> None:
    file = tmp_path / "stations.csv"
    file.write_text(f"code,lon,lat,country,network\nN1,{lon},{lat},{country},kz-net\n")
    before = stored(own)
    done = own.command("ingest", str(file))
    assert done.exit_code == 0, done.output
    assert "1 rows = 0 accepted" in done.output
    assert f"line 2: {code}: " in done.output
    assert stored(own)["station"] == before["station"]


def test_a_file_that_is_missing_or_a_folder_is_told(own: Any, tmp_path: Path) -> None:
    for place, words in ((tmp_path / "nothing.csv", "No such file"), (tmp_path, "directory")):
        done = own.command("ingest", str(place))
        assert done.exit_code == 1
        assert words in done.output
        assert str(place) in done.output


def test_what_an_unknown_station_sent_is_taken_once_it_is_known(own: Any, tmp_path: Path) -> None:
    rows, register = tmp_path / "rows.csv", tmp_path / "stations.csv"
    rows.write_text(f"{HEADER}\n{GOOD.format('55').replace('KZ0', 'LATE')}\n")
    assert "unknown_station" in own.command("ingest", str(rows)).output
    register.write_text("code,lon,lat,network\nLATE,70.5,43.5,kz-net\n")
    assert "1 accepted" in own.command("ingest", str(register)).output
    before = stored(own)["observation"]
    done = own.command("reprocess")
    assert done.exit_code == 0, done.output
    assert " = 1 accepted" in done.output
    assert stored(own)["observation"] == before + 1


def test_a_file_is_accounted_for_and_known_again(own: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEADER}\n{GOOD.format('71').replace('T01', 'T20').replace('T02', 'T21')}\n")
    first = own.command("ingest", str(file)).output
    assert "1 rows = 1 accepted + 0 duplicate + 0 corrected + 0 rejected" in first
    before = own.counts()["batch"]
    assert "this batch was here before" in own.command("ingest", str(file)).output
    assert own.counts()["batch"] == before


def test_a_table_of_a_spreadsheet_with_decimal_commas_is_understood(
    own: Any, tmp_path: Path
) -> None:
    file = tmp_path / "excel.csv"
    text = HEADER.replace(",", ";") + "\n" + GOOD.format("0|125").replace(",", ";") + "\n"
    text = text.replace("0|125", "0,125").replace("nSv/h", "uSv/h").replace("T01", "T22")
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("T02", "T23").replace("\n", "\r\n").encode())
    assert "1 accepted" in own.command("ingest", str(file)).output
    found = own.json("/files/stations/latest/2026-11-01T22:00:00Z.geojson")
    assert [f["properties"]["value"] for f in found["features"] if f["id"] == "KZ0"] == [125.0]


def test_bytes_of_every_kind_are_refused_or_accounted_for(own: Any, tmp_path: Path) -> None:
    whole = io.BytesIO()
    whole.write(f"{HEADER}\n".encode())
    for hour in range(3):
        whole.write(GOOD.format(90 + hour).replace("T01", f"T0{hour}").encode() + b"\n")
    body = whole.getvalue()
    for cut in range(0, len(body), 17):
        file = tmp_path / "cut.csv"
        file.write_bytes(body[:cut])
        done = own.command("ingest", str(file))
        if done.exit_code == 0:
            counts = [int(word) for word in done.output.replace(":", " ").split() if word.isdigit()]
            rows, taken = counts[0], counts[1:5]
            assert rows == sum(taken)
        else:
            assert done.output.startswith("mapserver: ")
