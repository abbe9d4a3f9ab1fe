import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import units
from layers.errors import BadFileError, BadParameterError, TooLargeError
from layers.exchange import ADAPTERS, rows
from layers.model import Observation, RejectedRecord, Station, Status

CSV = ADAPTERS["csv-table"]
HEAD = (
    "station_code,time_start_utc,time_end_utc,quantity,value,unit,sd,averaging,status_flag,qc_flags"
)
BARE = {"quantity": "ambient_dose_rate", "unit": "uSv/h", "time": "2026-11-20T09:00:00Z"}
BEGIN = datetime(2026, 11, 20, 9, tzinfo=UTC)


def read(text: str | bytes, **defaults: str) -> list[object]:
    data = text.encode() if isinstance(text, str) else text
    return list(
        CSV.records(io.BytesIO(data), {k.replace("__", "."): v for k, v in defaults.items()})
    )


def row(**cells: str) -> str:
    """Return a table of one row that is right in all that is not given."""
    usual = {
        "station_code": "KZ1", "time_start_utc": "2026-11-20T09:00:00Z",
        "time_end_utc": "2026-11-20T10:00:00Z", "quantity": "ambient_dose_rate", "value": "0.120",
        "unit": "uSv/h", "sd": "", "averaging": "PT1H", "status_flag": "", "qc_flags": "",
    }  # fmt: skip
    return f"{HEAD}\n" + ",".join({**usual, **cells}.values()) + "\n"


def one(text: str, **defaults: str) -> Observation:
    (found,) = read(text, **defaults)
    assert isinstance(found, Observation), found
    return found


def refused(text: str, **defaults: str) -> RejectedRecord:
    (found,) = read(text, **defaults)
    assert isinstance(found, RejectedRecord), found
    return found


def test_a_row_keeps_what_was_received_and_means_the_canonical_value() -> None:
    found = one(row(unit="uR/h", value="14.10", sd="0.7", qc_flags="rain|wind", status_flag="raw"))
    assert found == Observation(
        "KZ1", "ambient_dose_rate", BEGIN, BEGIN + timedelta(hours=1), 141.0, 7.0, "14.10", "uR/h",
        "1 uR/h = 0.01 uSv/h", Status.RAW, ("rain", "wind"), "", 2,
    )  # fmt: skip


def test_an_empty_value_is_a_gap_and_stays_one() -> None:
    found = one(row(value="", status_flag="missing"))
    assert (found.value, found.source_value, found.status) == (None, "", Status.MISSING)
    assert one(row(value="", unit="")).status is Status.MISSING


@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        ({"value": "-1"}, "negative", "-1 uSv/h is below 0"),
        ({"value": "-0.001"}, "negative", "below 0"),
        ({"value": "NaN"}, "value", '"NaN" is no number'),
        ({"value": "inf"}, "value", "no number"),
        ({"value": "1_000"}, "value", "no number"),
        ({"value": "1e999"}, "value", "no number"),
        ({"value": "٣"}, "value", "no number"),
        ({"value": "-"}, "value", "no number"),
        ({"value": "1e15"}, "value", "no reading of any instrument"),
        ({"value": "-300", "quantity": "air_temperature", "unit": "degC"}, "value", "below -90"),
        ({"unit": ""}, "unit", "none is assumed"),
        ({"unit": "uSv"}, None, ""),
        ({"unit": "Bq/m3"}, "unit", "no unit of ambient_dose_rate"),
        ({"quantity": "dose"}, "quantity", "no quantity"),
        ({"quantity": ""}, "quantity", "no quantity"),
        ({"time_start_utc": "2026-11-20T09:00:00"}, "time", "no time zone"),
        ({"time_start_utc": "2026-11-20"}, "time", "is a date"),
        ({"time_start_utc": "20.11.2026 09:00"}, "time", "no RFC 3339 time"),
        ({"time_start_utc": ""}, "time", "empty"),
        ({"time_end_utc": "2026-11-20T09:00:00Z"}, "interval", "ends"),
        ({"time_end_utc": "2026-11-20T08:00:00Z"}, "interval", "before it begins"),
        ({"time_end_utc": "", "averaging": "1h"}, "averaging", "no duration"),
        ({"time_end_utc": "", "averaging": "PT0S"}, "averaging", "longer than zero"),
        ({"time_start_utc": "9999-12-31T23:30:00Z", "time_end_utc": ""}, "time", "calendar"),
        ({"sd": "0"}, "sd", "not above 0"),
        ({"sd": "-0.1"}, "sd", "not above 0"),
        ({"sd": "small"}, "sd", "no number"),
        ({"status_flag": "good"}, "status", "not known"),
        ({"status_flag": "missing"}, "status", "marked missing and has a value"),
        ({"station_code": ""}, "station", "no code"),
        ({"station_code": "x" * 65}, "station", "longer than 64"),
        ({"station_code": "a\x07b"}, "station", "cannot be printed"),
        ({"station_code": "a\0b"}, "characters", "zero byte"),
        ({"station_code": '"a'}, "quotes", "not closed"),
        ({"qc_flags": "a,b"}, "columns", "10 columns were expected"),
    ],
)
def test_a_wrong_cell_rejects_its_row_with_a_reason(
    cells: dict[str, str], code: str | None, words: str
) -> None:
    if code is None:
        assert one(row(**cells)).value == 120.0
        return
    found = refused(row(**cells))
    assert found.code == code
    assert words in found.reason
    assert found.line == 2
    assert found.raw == row(**cells).splitlines()[1]


@pytest.mark.parametrize("value", ["1.001", "10000", "1e10"])
def test_no_value_is_rejected_for_being_high(value: str) -> None:
    assert one(row(value=value)).value == pytest.approx(float(value) * 1000)


def test_one_bad_row_leaves_the_others() -> None:
    text = row() + 'KZ1,"oops\n\n' + row().splitlines()[1] + "\n"
    found = read(text)
    assert [type(r) for r in found] == [Observation, RejectedRecord, Observation]
    assert [r.line for r in found] == [2, 3, 5]  # type: ignore[attr-defined]


def test_an_end_that_contradicts_the_averaging_is_kept_with_a_reason() -> None:
    found = one(row(averaging="PT10M"))
    assert found.end_time - found.begin_time == timedelta(hours=1)
    assert found.reasons == ("averaging_differs",)


def test_without_an_end_the_averaging_says_it_and_an_hour_is_usual() -> None:
    assert one(row(time_end_utc="", averaging="PT10M")).end_time == BEGIN + timedelta(minutes=10)
    assert one(row(time_end_utc="", averaging="")).end_time == BEGIN + timedelta(hours=1)


@pytest.mark.parametrize(("separator", "value"), [(";", "0,151"), ("\t", "0,151"), (";", "0.151")])
def test_semicolons_tabs_and_decimal_commas_are_understood(separator: str, value: str) -> None:
    head = separator.join(["station_code", "time", "quantity", "value", "unit"])
    cells = separator.join(["A", "2026-11-20T09:00:00Z", "ambient_dose_rate", value, "uSv/h"])
    found = one(f"\ufeff{head}\r\n{cells}\r\n")
    assert found.value == 151.0
    assert found.source_value == value


@pytest.mark.parametrize("value", ["1.234,5", "1,234.5", "1 234"])
def test_thousands_separators_are_never_guessed(value: str) -> None:
    head = "station_code;time;quantity;value;unit\n"
    assert (
        refused(f"{head}A;2026-11-20T09:00:00Z;ambient_dose_rate;{value};nSv/h\n").code == "value"
    )
    assert refused(row(value='"1,234"')).code == "value"


def test_old_line_ends_and_blank_lines_are_no_rows() -> None:
    for end in ("\n", "\r\n", "\r"):
        assert len(read((row() + "\n   \n" + row().splitlines()[1]).replace("\n", end))) == 2


def test_a_bare_table_takes_the_rest_from_the_caller() -> None:
    station, found = read("lon,lat,value\n76.95,43.25,0.151\n", **BARE)
    assert station == Station("p43.2500_76.9500", "", 76.95, 43.25)
    assert isinstance(found, Observation)
    assert (found.station_code, found.value, found.begin_time) == ("p43.2500_76.9500", 151.0, BEGIN)


def test_a_bare_table_without_the_rest_names_the_options() -> None:
    with pytest.raises(BadFileError, match="give the option quantity, unit, time"):
        read("lon,lat,value\n76.95,43.25,0.151\n")
    with pytest.raises(BadFileError, match="give the option time with"):
        read("lon,lat,value\n1,2,3\n", quantity="radon", unit="Bq/m3")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"quantity": "dose"}, "no quantity"),
        ({"unit": "Bq/m3"}, "no unit"),
        ({"time": "yesterday"}, "no RFC 3339 time"),
        ({"averaging": "hour"}, "a duration such as PT1H"),
        ({"zone": "Asia/Almaty"}, "an offset such as"),
        ({"bounds": "1,2,3"}, "west,south,east,north"),
        ({"bounds": "88,37,46,56"}, "west,south,east,north"),
        ({"column__valeu": "value"}, 'did you mean "value"'),
        ({"column__value": "vlaue"}, 'did you mean "value"'),
    ],
)
def test_a_wrong_option_is_refused_once(option: dict[str, str], words: str) -> None:
    with pytest.raises(BadParameterError, match=words):
        read("lon,lat,value\n76.95,43.25,0.151\n", **{**BARE, **option})


def test_a_zone_that_the_caller_states_makes_naive_times_whole() -> None:
    text = "station,time,quantity,value,unit\nA,2026-11-20 14:00:00,radon,30,Bq/m3\n"
    assert refused(text).code == "time"
    assert one(text, zone="+05:00").begin_time == BEGIN
    # A time that has a zone keeps its own.
    assert one(text.replace("14:00:00", "09:00:00Z"), zone="+05:00").begin_time == BEGIN


def test_a_station_comes_before_its_first_observation_and_once() -> None:
    text = (
        "station;name_ru;lon;lat;elevation_m;country;network;time;quantity;value;unit\n"
        "A;Алматы;76,95;43,25;847;KZ;kz;2026-11-20T09:00:00Z;radon;30;Bq/m3\n"
        "A;Алматы;76,95;43,25;847;KZ;kz;2026-11-20T10:00:00Z;radon;31;Bq/m3\n"
    )
    station, first, second = read(text)
    assert station == Station("A", "kz", 76.95, 43.25, {"ru": "Алматы"}, 847.0, "KZ")
    assert isinstance(first, Observation)
    assert isinstance(second, Observation)


def test_a_station_that_moves_within_a_file_is_refused_where_it_moves() -> None:
    text = "id,lon,lat,value\nA,76.95,43.25,0.1\nA,76.9505,43.25,0.1\nA,76.96,43.25,0.1\n"
    found = read(text, **BARE)
    assert [getattr(r, "code", "") for r in found] == ["A", "", "", "moved"]


def test_a_rejected_row_introduces_no_station() -> None:
    found = read("id,lon,lat,value\nA,76.95,43.25,-1\nA,76.95,43.25,0.1\n", **BARE)
    assert [type(r) for r in found] == [RejectedRecord, Station, Observation]


@pytest.mark.parametrize(
    ("lon", "lat", "code", "words"),
    [
        ("76.95", "93.25", "position", "no position on Earth"),
        ("43.25", "176.95", "position", "are longitude and latitude swapped?"),
        ("276.95", "43.25", "position", "no position on Earth"),
        ("", "43.25", "position", "longitude is empty"),
        ("76E", "43.25", "position", "no number"),
        ("43.25", "76.95", "swapped", "inside with the two swapped"),
    ],
)
def test_a_position_that_cannot_be_is_refused(lon: str, lat: str, code: str, words: str) -> None:
    found = refused(f"lon,lat,value\n{lon},{lat},0.1\n", bounds="46,34,88,57", **BARE)
    assert found.code == code
    assert words in found.reason


def test_only_the_stated_bounds_tell_a_swapped_position_of_the_region() -> None:
    # 43 E, 77 N is in the Barents Sea, and a position on Earth like any other.
    assert len(read("lon,lat,value\n43.25,76.95,0.1\n", **BARE)) == 2


def test_the_country_of_a_row_tells_a_swapped_position() -> None:
    assert refused("lon,lat,value,country\n43.25,76.95,0.1,KZ\n", **BARE).code == "swapped"
    assert refused("lon,lat,value\n41.31,69.28,0.1\n", country="UZ", **BARE).code == "swapped"


def test_columns_of_any_name_can_be_pointed_at() -> None:
    text = '"code (S)","date (S)","stationId (N)","unit (S)","value (N)"\n'
    text += '"PM2.5","2020-03-29T00:00:00.000Z","12","mg/m3","0.0343"\n'
    with pytest.raises(BadFileError, match='no column "station_code'):
        read(text)
    found = one(
        text, column__quantity="code (S)", column__station_code="stationid (N)",
        column__time_start_utc="date (S)", column__unit="unit (S)", column__value="value (N)",
    )  # fmt: skip
    assert (found.station_code, found.quantity, found.value) == ("12", "pm2_5", 34.3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("станция;значение\n".encode("cp1251"), "not UTF-8"),
        ("station_code,value\n".encode("utf-16"), "not UTF-8"),
        (b"station_code\0,value\n", "no text table"),
        (b'station_code,"value\n', "quote that is not closed"),
        (b"value,station,value\n", 'column "value" twice'),
        (b"a,b,c\n1,2,3\n", "expected were station_code"),
        (b"station_code,valeu,unit\n", r'"value" \(did you mean "valeu"\?\)'),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(BadFileError, match=words):
        read(data)


def test_a_broken_letter_far_down_refuses_the_file_and_names_the_place() -> None:
    data = row().encode() + b"KZ1,caf\xe9\n"
    with pytest.raises(BadFileError, match=r"not UTF-8 \(byte 0xE9 near line"):
        read(data)


def test_more_rows_than_the_limit_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 3)
    text = row() + row().splitlines()[1] + "\n"
    assert len(read(text)) == 2
    with pytest.raises(TooLargeError, match="more than 3 rows"):
        read(row() + "x\n" * 3)


def test_a_line_without_end_is_one_rejected_row() -> None:
    found = refused(row(qc_flags="x" * 70_000))
    assert found.code == "size"
    assert len(found.raw) == 1_000


texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs", "Cn", "Co", "Cf"]),
                min_size=1, max_size=12)  # fmt: skip


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    quantity = draw(st.sampled_from(sorted(units.QUANTITIES)))
    unit = draw(st.sampled_from(sorted(units.CONVERSIONS[quantity])))
    low = 300.0 if unit == "K" else 0.0
    number = draw(st.none() | st.floats(low, low + 100))
    value = None if number is None else units.to_canonical(number, unit, quantity)
    spread = draw(st.none() | st.floats(1e-6, 100))
    begin = draw(st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)))
    status = draw(st.sampled_from([s for s in Status if s is not Status.MISSING]))
    return Observation(
        station_code=draw(texts),
        quantity=quantity,
        begin_time=begin,
        end_time=begin + timedelta(seconds=draw(st.integers(1, 10**6))),
        value=value,
        sd=None if spread is None else units.spread_to_canonical(spread, unit, quantity),
        source_value="" if number is None else repr(number),
        source_unit=unit,
        conversion=units.CONVERSIONS[quantity][unit].note,
        status=Status.MISSING if number is None else status,
        reasons=draw(st.sampled_from([(), ("rain",), ("rain", "=cmd")])),
        detector=draw(st.sampled_from(["", "GM", "=cmd"])),
    )


@given(st.lists(observations(), max_size=5))
def test_what_is_written_reads_back_the_same(batch: list[Observation]) -> None:
    stream = io.BytesIO()
    assert CSV.write is not None
    assert CSV.write(batch, stream) == len(batch)
    found = read(stream.getvalue())
    for old, new in zip(batch, found, strict=True):
        assert isinstance(new, Observation), new
        for name in Observation.__slots__:
            if name != "line":
                assert getattr(new, name) == getattr(old, name), name


def test_no_cell_of_text_is_a_formula_for_a_spreadsheet() -> None:
    item = one(row(station_code="=cmd|'/C calc'!A0", qc_flags="@x"))
    stream = io.BytesIO()
    assert CSV.write is not None
    CSV.write([item], stream)
    line = stream.getvalue().decode().splitlines()[1]
    assert line.startswith("'=cmd")
    assert ",'@x," in line
    assert one(stream.getvalue().decode()).station_code == "=cmd|'/C calc'!A0"
