import csv
import re
from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers import demo, geo

REPO = Path(__file__).parents[3]
SHARED = REPO.parent / "shared" / "data"
TABLE = demo.station_table()


def _shared_rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared reference data are not here")
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_both_states_are_well_covered() -> None:
    countries = [s.country for s in TABLE.stations]
    assert countries.count("KZ") >= 40
    assert countries.count("UZ") >= 20
    assert set(countries) == {"KZ", "UZ"}


def test_codes_are_unique_and_fit_every_exchange_format() -> None:
    codes = [s.code for s in TABLE.stations]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Z]{5}", code) for code in codes)


def test_every_station_belongs_to_the_network_of_its_country() -> None:
    organisation = {o.id: o.country for o in demo.ORGANISATIONS}
    country = {n.id: organisation[n.organisation_id] for n in demo.NETWORKS}
    assert [country[s.network_id] for s in TABLE.stations] == [s.country for s in TABLE.stations]


def test_networks_say_that_they_are_simulated() -> None:
    assert all("imulated" in n.name and "not measured" in n.attribution for n in demo.NETWORKS)


@pytest.mark.parametrize("station", TABLE.stations, ids=lambda s: s.code)
def test_every_station_is_named_in_four_languages_with_the_right_letters(
    station: object,
) -> None:
    names = station.names  # type: ignore[attr-defined]
    cyrillic_ru = r"[А-Яа-яЁё -]+"
    assert set(names) == {"en", "kk", "ru", "uz"}
    assert re.fullmatch(r"[A-Za-z -]+", names["en"])
    assert re.fullmatch(cyrillic_ru, names["ru"])
    assert re.fullmatch(r"[А-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ -]+", names["kk"])
    # U+02BB stands only after o and g; an apostrophe or quotation mark never stands for it.
    assert re.fullmatch(r"(?:[A-Za-z -]|[OoGg]\u02bb|\u02bc)+", names["uz"])


def test_stations_follow_their_regions() -> None:
    seen: list[str] = []
    for region in TABLE.regions:
        if not seen or seen[-1] != region:
            assert region not in seen
            seen.append(region)
    assert set(seen) == set(demo.region_ranges())


def test_positions_agree_with_an_independent_list_of_places() -> None:
    """Within 0.2 degrees of the met station of that name or of the town in GeoNames."""
    met_stations = _shared_rows("monitoring/sites/candidate_monitoring_stations.csv")
    candidates = {r["name_en"]: r for r in met_stations}
    towns = _shared_rows("base/geonames_cities500.csv")
    lon = np.array([float(t["lon"]) for t in towns])
    lat = np.array([float(t["lat"]) for t in towns])
    compared, off = 0, []
    for station in TABLE.stations:
        row = candidates.get(station.names["en"])
        if row is None:
            continue
        compared += 1
        apart = max(
            abs(float(row["longitude"]) - station.lon), abs(float(row["latitude"]) - station.lat)
        )
        town = np.maximum(np.abs(lon - station.lon), np.abs(lat - station.lat)).min()
        if apart > 0.2 and town > 0.02:
            off.append((station.code, apart, town))
    assert compared >= 50
    assert off == []


def test_most_towns_are_confirmed_by_geonames() -> None:
    """Within 6 km of a settlement; the others are met stations away from one."""
    towns = _shared_rows("base/geonames_cities500.csv")
    lon = np.array([float(t["lon"]) for t in towns])
    lat = np.array([float(t["lat"]) for t in towns])
    far = []
    for station in TABLE.stations:
        here = np.full_like(lon, station.lon), np.full_like(lat, station.lat)
        if geo.GEOD.inv(*here, lon, lat)[2].min() > 6_000:
            far.append(station.code)
    assert far == [
        "KZOTR", "KZAYD", "KZKZQ", "KZKAT", "UZPIS", "UZZAR", "UZBUZ", "UZMIN", "UZJAS",
    ]  # fmt: skip


def test_elevations_agree_with_the_relief_around() -> None:
    """Within 50 m of the range of the 5' cells around, which smooth valleys and ridges."""
    path = SHARED / "base" / "elevation_5arcmin.tif"
    if not path.exists():
        pytest.skip("the shared reference data are not here")
    off = []
    with rasterio.open(path) as source:
        cells = source.read(1).astype(int)
        for station in TABLE.stations:
            row, col = source.index(station.lon, station.lat)
            around = cells[row - 1 : row + 2, col - 1 : col + 2]
            assert station.elevation_m is not None
            if not around.min() - 50 <= station.elevation_m <= around.max() + 50:
                off.append((station.code, station.elevation_m, int(around.min())))
    # Pskem lies in a gorge narrower than a cell.
    assert [code for code, *_ in off] == ["UZPIS"], off


def test_both_levels_of_pm2_5_are_typed_or_neither() -> None:
    measured = np.isfinite(TABLE.pm2_5_summer_ug_m3)
    assert np.array_equal(measured, np.isfinite(TABLE.pm2_5_winter_ug_m3))
    assert 20 <= measured.sum() <= 32
