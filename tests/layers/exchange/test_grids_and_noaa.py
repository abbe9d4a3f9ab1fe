import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from layers.errors import BadFileError, TooLargeError
from layers.exchange import adapter, sniff, xyz_grid
from layers.model import Feature, RejectedRecord

SHARED = Path(__file__).parents[4] / "shared" / "data" / "seismic"


def grid(text: str, column: int = 1, **limits: int):  # type: ignore[no-untyped-def]
    return xyz_grid.read(io.BytesIO(text.encode()), column, **limits)


def test_a_table_of_places_in_any_order_is_a_grid_with_its_gaps() -> None:
    values, place = grid("lon lat pga\n60.5 40.5 1\n61.5 41.5 2\n60.5 41.5 3\n")
    np.testing.assert_array_equal(values, [[3, 2], [1, np.nan]])
    assert place == (60.0, 42.0, 1.0, 1.0)


def test_separators_lines_of_prose_and_more_columns_are_understood() -> None:
    text = (
        "Global map\nin m/s2\nlon,lat,a,b\n60,40,1,5\n60.1,40,2,6\n60,40.1,3,7\n60.1,40.1,NaN,8\n"
    )
    values, place = grid(text, column=2)
    np.testing.assert_array_equal(values, [[7, 8], [5, 6]])
    assert place == pytest.approx((59.95, 40.15, 0.1, 0.1))
    assert np.isnan(grid(text)[0][0, 1])


def test_positions_of_few_digits_still_lie_on_even_steps() -> None:
    third = [round(60 + i / 3, 2) for i in range(7)]
    text = "\n".join(f"{lon} {lat} {lon}" for lon in third for lat in (40, 41))
    values, place = grid(text)
    assert values.shape == (2, 7)
    assert place[2] == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no line of the grid"),
        ("only prose", "no line of the grid"),
        ("60 40 1\n61 x 2", "line 2"),
        ("60 40 1\n61 40", "line 2"),
        ("60 40 1\n60 41 2", "longitudes of the grid are all one"),
        ("60 40 1\n61 40 1\n61.4 40 1\n60 41 1", "not evenly apart"),
        ("ncols 2\nnrows 1\ncellsize 1\nxllcorner 60\n1 2", "lacks 'yllcorner'|lacks 'yllcenter'"),
        ("ncols 2\nnrows 1\nxllcorner 60\nyllcorner 40\ncellsize 1\n1", "1 cells; 1 x 2"),
        ("ncols x", "ncols is no number"),
        ("ncols inf\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2", "says ncols inf"),
        ("ncols 2\nnrows nan\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2", "says nrows nan"),
        ("ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize inf\n1 2", "says cellsize inf"),
        ("ncols 2\nnrows 1\nxllcorner 60\nyllcorner 40\ncellsize 1\n1 a", "no number"),
    ],
)
def test_what_is_no_grid_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadFileError, match=told):
        grid(text)


def test_a_grid_beyond_the_limits_is_refused() -> None:
    with pytest.raises(TooLargeError, match="25,000,000"):
        grid("0 0 1\n0.01 0.01 1\n0.02 0.02 1\n150 80 1\n")
    with pytest.raises(TooLargeError, match="larger than the limit"):
        grid("60 40 1\n" * 100, max_bytes=50)
    with pytest.raises(BadFileError, match="UTF-8"):
        xyz_grid.read(io.BytesIO(b"\xff\xfe"))


def test_an_esri_grid_is_read_with_its_missing_value() -> None:
    text = (
        "ncols 2\nnrows 2\nxllcorner 60\nyllcorner 40\ncellsize 0.5\nNODATA_value -9\n1 2\n-9 4\n"
    )
    values, place = grid(text)
    np.testing.assert_array_equal(values, [[1, 2], [np.nan, 4]])
    assert place == (60, 41, 0.5, 0.5)
    centred = text.replace("xllcorner 60", "xllcenter 60.25").replace(
        "yllcorner 40", "yllcenter 40.25"
    )
    assert grid(centred)[1] == place
    spelled = text.replace("value -9", "value nan").replace("-9 4", "nan 4")
    np.testing.assert_array_equal(grid(spelled)[0], values)


NOAA = (
    "I_D\tYEAR\tMONTH\tDAY\tHOUR\tMINUTE\tSECOND\tFOCAL_DEPTH\tEQ_MAG_MW\tEQ_MAG_MS\tINTENSITY\t"
    "LOCATION_NAME\tLATITUDE\tLONGITUDE\tDEATHS\n"
    "1\t1902\t12\t16\t5\t7\t\t9\t\t6.4\t9\tUZBEKISTAN:  ANDIJAN\t40.8\t72.3\t4725\n"
    "2\t1887\t6\t8\t\t\t\t\t\t7.3\t10\tKAZAKHSTAN: VERNY\t43.1\t76.8\t330\n"
    "3\t-250\t\t\t\t\t\t\t\t6.7\t\tKYRGYZSTAN\t42.7\t77.5\t\n"
    "4\t1208\t\t\t\t\t\t\t\t\t\tSOMEWHERE\t42.7\t60.5\t\n"
)


def records(text: str) -> list[Feature | RejectedRecord]:
    body = text.encode()
    found = sniff("signif.txt.tsv", body)
    assert found.id == "noaa-quakes"
    return list(found.records(io.BytesIO(body), {}))  # type: ignore[arg-type]


def test_a_table_of_noaa_is_recognised_and_read_with_dates_magnitudes_and_effects() -> None:
    andijan, verny, refused, old = records(NOAA)
    assert isinstance(andijan, Feature)
    assert andijan.time == datetime(1902, 12, 16, 5, 7, tzinfo=UTC)
    facts = andijan.properties
    assert (facts["magnitude"], facts["magnitude_type"]) == (6.4, "ms")
    assert (facts["time_precision"], facts["deaths"], facts["intensity_mmi"]) == ("time", 4725, 9)
    assert isinstance(verny, Feature)
    assert (verny.properties["time_precision"], verny.properties["depth_km"]) == ("day", None)
    assert isinstance(refused, RejectedRecord)
    assert refused.code == "date_before_year_1"
    assert isinstance(old, Feature)
    assert old.properties["time_precision"] == "year"
    assert old.properties["magnitude"] is None


def test_what_the_web_page_of_noaa_exports_is_read_too() -> None:
    text = (
        "Year\tMo\tDy\tHr\tMn\tSec\tLocation Name\tLatitude\tLongitude\t"
        "Focal Depth (km)\tMag\tMMI Int\n"
        "1966\t4\t25\t23\t22\t49.3\tUZBEKISTAN: TASHKENT\t41.2\t69.3\t8\t5.1\t8\n"
        "1966\t13\t25\t\t\t\tNOWHERE\t41.2\t69.3\t\t5.1\t\n"
        "1966\t1e300\t25\t\t\t\tNOWHERE\t41.2\t69.3\t\t5.1\t\n"
        "1e30\t1\t25\t\t\t\tNOWHERE\t41.2\t69.3\t\t5.1\t\n"
    )
    tashkent, *refused = records(text)
    assert isinstance(tashkent, Feature)
    assert tashkent.time == datetime(1966, 4, 25, 23, 22, 49, 300_000, tzinfo=UTC)
    assert tashkent.properties["magnitude_type"] == "unknown"
    assert [r.code for r in refused if isinstance(r, RejectedRecord)] == ["time"] * 3


@pytest.mark.parametrize(
    "date",
    ["2000.7\t1\t1\t1\t1\t1", "1e300\t1\t1\t\t\t", "2000\t1e300\t1\t\t\t", "2000\t1.5\t1\t\t\t",
     "2000\t1\t1\t1\t1\t60", "2000\t1\t1\t1\t1\t-1", "9999\t12\t31\t23\t59\t59.9999999"],
)  # fmt: skip
def test_what_is_no_date_is_refused_and_nothing_of_it_is_cut_off(date: str) -> None:
    (refused,) = records(NOAA.partition("\n")[0] + f"\n1\t{date}\t9\t\t6\t\tX\t41\t69\t\n")
    assert isinstance(refused, RejectedRecord)
    assert refused.code == "time"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_the_real_tables_are_read_whole() -> None:
    body = (SHARED / "noaa_significant_earthquakes.csv").read_bytes()
    found = list(adapter("noaa-quakes").records(io.BytesIO(body), {}))
    assert len(found) == 401
    refused = [r for r in found if isinstance(r, RejectedRecord)]
    assert {r.code for r in refused} <= {"date_before_year_1"}
    assert len(refused) < 10
    with (SHARED / "demo_pga_grid.csv").open("rb") as stream:
        values, place = xyz_grid.read(stream)
    assert values.shape == (93, 169)
    assert place[2:] == pytest.approx((0.25, 0.25))
