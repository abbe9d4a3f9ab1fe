"""Files as the world has them: counts in are records and rejected rows, and defects have words."""

from collections import Counter
from pathlib import Path

import pytest

from layers.errors import BadFileError
from layers.exchange import ADAPTERS, SNIFFED_BYTES, sniff
from layers.model import Feature, Observation, RejectedRecord, Station
from layers.model.raster import RasterInfo

SHARED = Path(__file__).parents[4] / "shared" / "data"
GAMMA = "monitoring/dose_rate/intamap_europe_3574.csv"
AIRKAZ = "monitoring/air_quality/kz_2020_airkaz_data.csv"
KAZHYDROMET = "monitoring/air_quality/kz_2020_kazgidromet_data.csv"
EANR = "monitoring/background/eanr/EANR_Terrestrial_gamma_dose_nSvh.tif"
GAMMA_OPTIONS = {"quantity": "ambient_dose_rate", "unit": "uSv/h", "time": "2026-11-20T09:00:00Z"}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")


def records(format_id: str, name: str, **defaults: str) -> list[object]:
    options = {key.replace("__", "."): value for key, value in defaults.items()}
    with (SHARED / name).open("rb") as stream:
        return list(ADAPTERS[format_id].records(stream, options))


def rejected(found: list[object]) -> Counter[str]:
    return Counter(record.code for record in found if isinstance(record, RejectedRecord))


@pytest.mark.parametrize(
    ("format_id", "name", "taken", "refused"),
    [
        ("quakes-csv", "seismic/iscgem_v7_main_1904_2016.csv", 1801, {}),
        ("quakes-csv", "seismic/iscgem_v7_supplement.csv", 354, {}),
        ("quakes-csv", "seismic/usgs_comcat_m6_1900_2023.csv", 326, {}),
        ("quakes-csv", "seismic/centennial_1900_2007.csv", 271, {}),
        ("quakes-csv", "seismic/catalogue_merged.csv", 1976, {"date_before_year_1": 3}),
        ("geojson", "seismic/gem_gaf_faults.geojson", 473, {}),
        ("geojson", "seismic/himatibetmap_faults.geojson", 308, {}),
        ("geojson", "seismic/demo_seismic_zones_475.geojson", 8, {}),
        ("geojson", "base/ne10m_boundary_lines_disputed.geojson", 15, {"duplicate_id": 2}),
        ("geojson", "base/ne10m_lakes.geojson", 88, {}),
    ],
)
def test_features_in_are_features_and_rejected_out(
    format_id: str, name: str, taken: int, refused: dict[str, int]
) -> None:
    options = {"collection": "test"}
    found = records(format_id, name, **options)
    assert sum(isinstance(record, Feature) for record in found) == taken
    assert rejected(found) == refused
    assert len(found) == taken + sum(refused.values())
    assert len({record.id for record in found if isinstance(record, Feature)}) == taken
    with (SHARED / name).open("rb") as stream:
        assert sniff(name, stream.read(SNIFFED_BYTES)).id == format_id


def test_every_european_gamma_station_is_read_and_none_without_its_unit() -> None:
    found = records("csv-table", GAMMA, **GAMMA_OPTIONS)
    values = [record.value for record in found if isinstance(record, Observation)]
    assert len(values) == sum(isinstance(record, Station) for record in found) == 3574
    assert len(found) == 7148
    # The README of the file: 5, 50 and 95 % are 0.066, 0.098 and 0.143 uSv/h.
    ordered = sorted(value for value in values if value is not None)
    assert [round(ordered[round(share * 3573)] / 1000, 3) for share in (0.05, 0.5, 0.95)] == [
        0.066, 0.098, 0.143,
    ]  # fmt: skip
    with pytest.raises(BadFileError, match="give the option quantity, unit, time"):
        records("csv-table", GAMMA)


def test_dates_of_old_earthquakes_keep_how_well_they_are_known() -> None:
    found = records("quakes-csv", "seismic/catalogue_merged.csv")
    precision = Counter(
        record.properties["time_precision"] for record in found if isinstance(record, Feature)
    )
    assert precision == {"time": 1813, "day": 114, "year": 40, "month": 9}


def test_the_feed_of_kazhydromet_is_read_by_naming_its_columns() -> None:
    with pytest.raises(BadFileError, match='no column "station_code'):
        records("csv-table", KAZHYDROMET)
    found = records(
        "csv-table", KAZHYDROMET, column__quantity="code (S)", column__value="value (N)",
        column__station_code="stationId (N)", column__time_start_utc="date (S)",
        column__unit="unit (S)",
    )  # fmt: skip
    assert len(found) == 100
    assert all(isinstance(record, Observation) for record in found)
    assert {record.source_unit for record in found if isinstance(record, Observation)} == {"mg/m3"}


def test_the_defects_of_airkaz_are_rejected_in_words() -> None:
    options = {
        "quantity": "pm2_5", "unit": "ug/m3", "column__value": "pm25 (S)",
        "column__station_code": "name (S)", "column__lon": "lng (S)", "column__lat": "lat (S)",
        "column__time_start_utc": "date (S)",
    }  # fmt: skip
    naive = records("csv-table", AIRKAZ, **options)
    assert rejected(naive) == {"time": 100}
    found = records("csv-table", AIRKAZ, zone="+06:00", **options)
    taken = sum(isinstance(record, Observation) for record in found)
    reasons = rejected(found)
    assert (taken, reasons) == (47, {"negative": 53})


def test_a_gap_a_foreign_mark_and_a_unit_of_the_handmade_file_are_kept() -> None:
    found = records("csv-table", "monitoring/handmade_samples/dose_observations.csv")
    assert all(isinstance(record, Observation) for record in found)
    assert [record.status for record in found if isinstance(record, Observation)] == [
        "raw", "rejected", "raw", "missing",
    ]  # fmt: skip


def test_registers_of_stations_are_read_by_their_own_column_names() -> None:
    assert len(records("stations-csv", "monitoring/sites/candidate_monitoring_stations.csv")) == 66
    found = records("stations-csv", "monitoring/stations/meteostat_kz_uz.csv")
    assert sum(isinstance(record, Station) for record in found) == 180


def test_the_european_background_is_a_raster_in_its_own_projection() -> None:
    (info,) = records("geotiff", EANR, unit="nSv/h")
    assert isinstance(info, RasterInfo)
    assert (info.width, info.height, info.crs_name) == (620, 480, "Lambert_Azimuthal_Equal_Area")
    assert 17 <= info.minimum < 18
    assert 188 < info.maximum <= 189
    assert info.unit == "nSv/h"


@pytest.mark.parametrize("years", [475, 975, 2475, 10000])
def test_the_demonstration_hazard_grids_are_read_with_their_unit(years: int) -> None:
    (info,) = records("geotiff", f"seismic/demo_pga_{years}.tif")
    assert isinstance(info, RasterInfo)
    assert (info.valid_cells, info.unit, info.crs_name) == (169 * 93, "g", "EPSG:4326")
    assert info.bounds.as_tuple() == (45.875, 33.875, 88.125, 57.125)


@pytest.mark.parametrize(
    "name",
    [
        "monitoring/formats/eurdep/IS20131215-reitr.EUR",
        "monitoring/formats/irix_xsd_1.0/IRIX.xsd",
        "monitoring/background/eanr/01_dataset_description.txt",
        "seismic/demo_pga_grid.csv",
        "monitoring/air_quality/kz_2020_us_embassy_data.csv",
    ],
)
@pytest.mark.parametrize("format_id", sorted(ADAPTERS))
def test_a_real_file_of_another_format_is_refused_with_a_sentence(
    format_id: str, name: str
) -> None:
    options = {"collection": "x"} if format_id == "geojson" else {}
    with pytest.raises(BadFileError):
        records(format_id, name, **options)
