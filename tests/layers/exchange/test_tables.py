"""Registers of stations and catalogues of earthquakes as rows."""

import io
from datetime import UTC, datetime

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadFileError
from layers.exchange import ADAPTERS
from layers.model import Feature, RejectedRecord, Station

STATIONS, QUAKES = ADAPTERS["stations-csv"], ADAPTERS["quakes-csv"]
USGS_HEAD = "time,latitude,longitude,depth,mag,magType,id,place,type\n"


def stations(text: str, **defaults: str) -> list[object]:
    return list(STATIONS.records(io.BytesIO(text.encode()), defaults))


def quakes(text: str, **defaults: str) -> list[object]:
    return list(QUAKES.records(io.BytesIO(text.encode()), defaults))


def quake(text: str, head: str = USGS_HEAD) -> Feature:
    (found,) = quakes(head + text)
    assert isinstance(found, Feature), found
    return found


def test_a_station_has_names_in_the_languages_of_its_columns() -> None:
    text = (
        "code,name_en,name_kk,name_ru,name_uz,country,latitude,longitude,elevation_m,valid_from\n"
        "KZ1,Almaty,Алматы,Алма-Ата,,KZ,43.25,76.95,847,2020-01-01T00:00:00Z\n"
    )
    (found,) = stations(text, network="kz")
    assert found == Station(
        "KZ1", "kz", 76.95, 43.25, {"kk": "Алматы", "ru": "Алма-Ата", "en": "Almaty"}, 847.0, "KZ",
        datetime(2020, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_semicolons_and_decimal_commas_are_understood_in_a_register() -> None:
    (found,) = stations("code;name;lon;lat\nA;Ташкент;69,28;41,31\n")
    assert found == Station("A", "", 69.28, 41.31, {"en": "Ташкент"})


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (",76.95,43.25,,", "station"),
        ("A,76.95,143.25,,", "position"),
        ("A,43.25,76.95,,", "swapped"),
        ("A,,43.25,,", "position"),
        ("A,76.95,43.25,2020,", "time"),
        ("A,76.95,43.25,2020-01-01T00:00:00Z,2019-01-01T00:00:00Z", "interval"),
        ("A,76.95,43.25", "columns"),
    ],
)
def test_a_wrong_station_is_rejected_with_a_reason(cells: str, code: str) -> None:
    text = f"code,lon,lat,valid_from,valid_to\n{cells}\nB,70,42,,\n"
    first, second = stations(text, bounds="46,34,88,57")
    assert isinstance(first, RejectedRecord)
    assert first.code == code
    assert isinstance(second, Station)


@pytest.mark.parametrize(
    ("country", "lon", "lat"), [("KZ", 43.25, 76.95), ("uz", 41.31, 69.28), ("UZ", 37.2, 67.3)]
)
def test_a_country_tells_that_its_position_is_swapped(country: str, lon: float, lat: float) -> None:
    text = f"code,country,lon,lat\nA,{country},{lon},{lat}\nB,{country},{lat},{lon}\n"
    swapped, right = stations(text)
    assert isinstance(swapped, RejectedRecord)
    assert swapped.code == "swapped"
    assert isinstance(right, Station)
    # A station that lies elsewhere either way round is kept: registers do name wrong countries.
    assert isinstance(stations(f"code,country,lon,lat\nA,{country},10,20\n")[0], Station)


def test_a_code_stands_once() -> None:
    first, second = stations("code,lon,lat\nA,70,42\nA,71,42\n")
    assert isinstance(first, Station)
    assert isinstance(second, RejectedRecord)
    assert "line 2" in second.reason


def test_a_register_without_positions_names_what_is_near() -> None:
    with pytest.raises(BadFileError, match=r'"lon" \(did you mean "long"\?\), "lat"'):
        stations("code,long,y\nA,70,42\n")


places = st.builds(
    Station,
    code=st.from_regex(r"[=+@A-Za-z0-9][A-Za-z0-9.-]{0,10}", fullmatch=True),
    network_id=st.sampled_from(["", "kz", "=kz"]),
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    names=st.dictionaries(
        st.sampled_from(["kk", "uz", "ru", "en"]),
        st.sampled_from(["Алматы", 'a "b", c', "=cmd", "-x"]),
    ),
    elevation_m=st.none() | st.floats(-100, 8000),
    country=st.sampled_from(["KG", ""]),
    valid_from=st.none() | st.just(datetime(2020, 1, 1, 0, 0, 0, 5, tzinfo=UTC)),
)


@given(st.lists(places, max_size=4, unique_by=lambda station: station.code))
def test_a_register_written_reads_back_the_same(batch: list[Station]) -> None:
    stream = io.BytesIO()
    assert STATIONS.write is not None
    assert STATIONS.write(batch, stream) == len(batch)
    assert stations(stream.getvalue().decode()) == batch
    assert not any(cell.startswith("=") for cell in stream.getvalue().decode().split(","))


def test_a_row_of_comcat_has_the_properties_of_every_earthquake() -> None:
    found = quake('1911-01-03T23:25:45.5Z,42.9,76.9,20,7.7,mw,us1,"Kebin, Almaty",earthquake\n')
    assert found == Feature(
        id="us1",
        collection="earthquakes",
        geometry=shapely.Point(76.9, 42.9),
        properties={
            "magnitude": 7.7, "magnitude_type": "mw", "depth_km": 20.0, "place": "Kebin, Almaty",
            "time_precision": "time", "source": "",
        },
        time=datetime(1911, 1, 3, 23, 25, 45, 500_000, tzinfo=UTC),
        line=2,
    )  # fmt: skip


def test_a_column_of_moment_magnitudes_names_their_type() -> None:
    found = quake(
        "1911-01-03T23:25:45Z,76.9,42.9,20,7.7,1695\n", "time,lon,lat,depth_km,mw,eventid\n"
    )
    assert (found.properties["magnitude"], found.properties["magnitude_type"]) == (7.7, "Mw")
    assert found.id == "1695"


@pytest.mark.parametrize(
    ("text", "begin", "precision"),
    [
        ("1208", datetime(1208, 1, 1, tzinfo=UTC), "year"),
        ("0943-08", datetime(943, 8, 1, tzinfo=UTC), "month"),
        ("1889-07-11", datetime(1889, 7, 11, tzinfo=UTC), "day"),
        ("1889-07-11T22:14:00+04:00", datetime(1889, 7, 11, 18, 14, tzinfo=UTC), "time"),
    ],
)
def test_a_date_alone_is_kept_as_what_it_is(text: str, begin: datetime, precision: str) -> None:
    found = quake(f"{text},42,76,,8,mw,a,,\n")
    assert (found.time, found.properties["time_precision"]) == (begin, precision)


def test_what_is_not_known_stays_unknown_and_an_id_is_made_of_the_content() -> None:
    found = quake("1889-07-11,42,76,,,,,,\n")
    assert found.properties["magnitude"] is found.properties["depth_km"] is None
    assert found.id == quake("1889-07-11,42.0,76.0,,,,,,\n").id
    assert found.id != quake("1889-07-11,42.0,76.1,,,,,,\n").id


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("-2000,38,58,18,7.1,,3,,", "date_before_year_1"),
        ("-0400-01-01,38,58,18,7.1,,3,,", "date_before_year_1"),
        ("0000,38,58,18,7.1,,3,,", "date_before_year_1"),
        ("1889-13,42,76,,8,mw,a,,", "time"),
        ("1889-02-30,42,76,,8,mw,a,,", "time"),
        ("1889-07-11 22:14,42,76,,8,mw,a,,", "time"),
        (",42,76,,8,mw,a,,", "time"),
        ("1889-07-11,142,76,,8,mw,a,,", "position"),
        ("1889-07-11,76,42,,8,mw,a,,", "swapped"),
        ("1889-07-11,42,76,900,8,mw,a,,", "depth"),
        ("1889-07-11,42,76,deep,8,mw,a,,", "depth"),
        ("1889-07-11,42,76,,11,mw,a,,", "magnitude"),
        ("1889-07-11,42,76,,NaN,mw,a,,", "magnitude"),
        ("1889-07-11,42,76,,8,mw," + "x" * 201 + ",,", "id"),
    ],
)
def test_a_wrong_event_is_rejected_with_a_reason(cells: str, code: str) -> None:
    (found,) = quakes(f"{USGS_HEAD}{cells}\n", bounds="46,34,88,57")
    assert isinstance(found, RejectedRecord)
    assert found.code == code


def test_an_event_stands_once() -> None:
    row = "1889-07-11,42,76,,8,mw,a,,\n"
    first, second = quakes(USGS_HEAD + row + row)
    assert isinstance(first, Feature)
    assert isinstance(second, RejectedRecord)
    assert second.code == "duplicate_id"


def test_a_table_without_events_says_what_was_expected() -> None:
    with pytest.raises(
        BadFileError, match=r'"mag" \(did you mean "magn"\?\).*expected were time, lon'
    ):
        quakes("time,lon,lat,magn\n")


events = st.builds(
    lambda key, x, y, time, magnitude, depth, place: Feature(
        key, "earthquakes", shapely.Point(x, y),
        {"magnitude": magnitude, "magnitude_type": "mw", "depth_km": depth, "place": place,
         "time_precision": "time", "source": "net"},
        time=time,
    ),
    st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True),
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.datetimes(datetime(10, 1, 2), datetime(9990, 1, 1), timezones=st.just(UTC)),
    st.none() | st.floats(-3, 10),
    st.none() | st.floats(-10, 800),
    st.sampled_from(["", "Kebin, near Almaty", '=HYPERLINK("x")', "-5 km"]),
)  # fmt: skip


@given(st.lists(events, max_size=4, unique_by=lambda event: event.id))
def test_a_catalogue_written_reads_back_the_same(batch: list[Feature]) -> None:
    stream = io.BytesIO()
    assert QUAKES.write is not None
    assert QUAKES.write(batch, stream) == len(batch)
    found = quakes(stream.getvalue().decode())
    for old, new in zip(batch, found, strict=True):
        assert isinstance(new, Feature), new
        assert (new.id, new.time, new.properties) == (old.id, old.time, old.properties)
        assert new.geometry.equals(old.geometry)


@pytest.mark.parametrize("precision", ["year", "month", "day"])
def test_an_imprecise_date_is_written_as_imprecise(precision: str) -> None:
    old = quake(
        {"year": "1208", "month": "1208-01", "day": "1208-01-01"}[precision] + ",42,76,,,,a,,\n"
    )
    stream = io.BytesIO()
    assert QUAKES.write is not None
    QUAKES.write([old], stream)
    assert quakes(stream.getvalue().decode()) == [old]
