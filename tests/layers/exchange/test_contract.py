"""What every format promises, shown on the samples of tests/data/exchange/<format>/."""

import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import (
    BadFileError,
    BadParameterError,
    TooLargeError,
    UnsupportedFormatError,
)
from layers.exchange import ADAPTERS, adapter, sniff
from layers.model import Feature, Observation, RejectedRecord, Station
from layers.model.raster import RasterInfo

DATA = Path(__file__).parents[2] / "data" / "exchange"
SAMPLES = sorted(path for path in DATA.glob("*/*") if path.is_file())
DEFAULTS = {"geojson": {"collection": "zones"}}
# Records of each kind that a sample holds: (taken, stations beside them, rejected).
COUNTS = {
    "hours.csv": (5, 0, 1),
    "semicolons.csv": (2, 2, 0),
    "register.csv": (0, 2, 1),
    "events.csv": (4, 0, 1),
    "zones.geojson": (2, 0, 2),
    "feed.geojson": (2, 0, 1),
    "significant.csv": (3, 0, 1),
    "tiled.tif": (1, 0, 0),
    "strips.tif": (1, 0, 0),
}
RECORDS = (Feature, Observation, RasterInfo, RejectedRecord, Station)
# What a reader may raise over the content of a file; anything else fails a test.
SENTENCES = (BadFileError, TooLargeError)
every_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)


def records(path: Path, data: bytes | None = None) -> list[object]:
    given_data = path.read_bytes() if data is None else data
    found = ADAPTERS[path.parent.name]
    return list(found.records(io.BytesIO(given_data), DEFAULTS.get(found.id)))


def test_every_format_has_a_sample() -> None:
    assert {path.parent.name for path in SAMPLES} == set(ADAPTERS)
    assert {path.name for path in SAMPLES} == set(COUNTS)


@every_sample
def test_a_whole_file_is_accounted_for_to_the_last_row(path: Path) -> None:
    found = records(path)
    taken = sum(isinstance(r, Observation | Feature | RasterInfo) for r in found)
    stations = sum(isinstance(r, Station) for r in found)
    rejected = [r for r in found if isinstance(r, RejectedRecord)]
    assert (taken, stations, len(rejected)) == COUNTS[path.name]
    assert all(r.code and r.reason and r.raw and r.line > 0 for r in rejected)


@every_sample
def test_a_file_is_recognised_by_its_beginning(path: Path) -> None:
    assert sniff(path.name, path.read_bytes()[:4096]).id == path.parent.name


@every_sample
def test_an_empty_file_is_refused_with_a_sentence(path: Path) -> None:
    with pytest.raises(BadFileError, match="empty"):
        records(path, b"")
    with pytest.raises(UnsupportedFormatError, match="empty"):
        sniff(path.name, b"")


@every_sample
def test_a_cut_file_is_refused_or_gives_only_whole_records(path: Path) -> None:
    data = path.read_bytes()
    whole = records(path)
    points = range(1, len(data)) if len(data) < 3000 else range(1, len(data), len(data) // 300)
    for point in points:
        try:
            found = records(path, data[:point])
        except SENTENCES:
            continue
        # Only the last record of a table can differ from that of the whole file.
        assert [r for r in found[:-1] if r not in whole] == []
        assert len(found) <= len(whole)
        # JSON and GeoTIFF show that they are cut, all but the newline at the end.
        assert path.suffix == ".csv" or found == whole


@pytest.mark.parametrize("path", [p for p in SAMPLES if p.suffix != ".tif"], ids=lambda p: p.name)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1251", "cp037"])
def test_another_encoding_is_refused_with_a_sentence(path: Path, encoding: str) -> None:
    text = path.read_bytes().decode("utf-8-sig").replace("µ", "u")
    # What a keyboard in either state types first, so that each encoding differs from UTF-8.
    text = text.replace("KZ-ALM-1", "Алматы").replace("place", "орын").replace("name", "ат")
    data = text.replace("\ufffd", "").encode(encoding, "ignore")
    with pytest.raises(BadFileError):
        records(path, data)


@every_sample
def test_binary_garbage_is_refused_with_a_sentence(path: Path) -> None:
    noise = random.Random(7)
    for size in (1, 16, 4096):
        with pytest.raises(BadFileError):
            records(path, bytes(noise.choices(range(128, 256), k=1)) + noise.randbytes(size))
        with pytest.raises(BadFileError):
            records(path, bytes(size))


@every_sample
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_file_gives_whole_records_or_a_sentence(path: Path, data: st.DataObject) -> None:
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        if data.draw(st.booleans()):
            damaged[at] = data.draw(st.integers(0, 255))
        else:
            damaged[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=12))
    try:
        found = records(path, bytes(damaged))
    except SENTENCES:
        return
    for record in found:
        if isinstance(record, Observation):
            assert record.begin_time < record.end_time
            assert record.begin_time.tzinfo is not None
            assert record.value is None or 0 <= record.value < 1e15
        elif isinstance(record, RejectedRecord):
            assert record.code
            assert record.reason
        elif isinstance(record, Feature):
            assert record.id
            assert record.geometry.is_valid
            assert not record.geometry.is_empty


@settings(max_examples=150, deadline=None)
@given(
    format_id=st.sampled_from(sorted(ADAPTERS)),
    body=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
            lambda part: (
                st.lists(part, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        ["type", "features", "coordinates", "geometry", "id", "properties"]
                    ),
                    part | st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon"]),
                    max_size=4,
                )
            ),
            max_leaves=20,
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_whatever_comes_nothing_but_a_sentence_comes_out(format_id: str, body: bytes) -> None:
    try:
        found = list(ADAPTERS[format_id].records(io.BytesIO(body), DEFAULTS.get(format_id)))
    except SENTENCES:
        return
    assert all(isinstance(r, RECORDS) for r in found)


@every_sample
def test_the_first_byte_too_many_ends_the_reading(path: Path) -> None:
    data = path.read_bytes()
    found = ADAPTERS[path.parent.name]
    with pytest.raises(TooLargeError, match="larger than the limit"):
        list(found.records(io.BytesIO(data), DEFAULTS.get(found.id), max_bytes=len(data) - 1))
    assert list(found.records(io.BytesIO(data), DEFAULTS.get(found.id), max_bytes=len(data)))


@every_sample
def test_the_stream_of_the_caller_stays_open(path: Path) -> None:
    stream = io.BytesIO(path.read_bytes())
    found = ADAPTERS[path.parent.name]
    list(found.records(stream, DEFAULTS.get(found.id)))
    assert not stream.closed


def test_an_unknown_format_or_option_names_the_nearest() -> None:
    with pytest.raises(UnsupportedFormatError, match='did you mean "csv-table"'):
        adapter("csv_table")
    with pytest.raises(BadParameterError, match='did you mean "quantity"'):
        ADAPTERS["csv-table"].records(io.BytesIO(b"x"), {"quantitiy": "radon"})


class Endless(io.RawIOBase):
    """A client that never stops sending; it counts what was taken from it."""

    def __init__(self, begin: bytes) -> None:
        self.begin = begin
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "the whole of an endless stream was asked for"
        self.taken += size
        head, self.begin = self.begin[:size], self.begin[size:]
        return head + b"1" * (size - len(head))


@every_sample
def test_an_endless_upload_is_cut_off_at_the_limit(path: Path) -> None:
    found = ADAPTERS[path.parent.name]
    stream = Endless(path.read_bytes())
    with pytest.raises(TooLargeError):
        list(found.records(stream, DEFAULTS.get(found.id), max_bytes=1_000_000))  # type: ignore[arg-type]
    assert stream.taken < 1_200_000
