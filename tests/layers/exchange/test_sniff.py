import pytest

from layers.errors import UnsupportedFormatError
from layers.exchange import sniff


@pytest.mark.parametrize(
    ("name", "head", "media_type", "expected"),
    [
        ("a.csv", b"station_code,time,quantity,value,unit\n", "", "csv-table"),
        ("a.csv", b"\xef\xbb\xbfstation_code;value;unit\n", "", "csv-table"),
        ("a.txt", b"lon\tlat\tvalue\n", "", "csv-table"),
        ("upload", b'"lon","lat","value"\n', "text/csv; charset=utf-8", "csv-table"),
        ("a.csv", b"code,name_en,lon,lat\n", "", "stations-csv"),
        ("a.csv", b"time,latitude,longitude,depth,mag,magType\n", "", "quakes-csv"),
        ("a.csv", b"time,lon,lat,depth_km,mw,mw_kind\n", "", "quakes-csv"),
        ("a.json", b' {"type": "FeatureCollection", "features": [', "", "geojson"),
        ("a.json", b'{"type":"FeatureCollection","metadata":{"url":"https://earthquake.usgs.gov/x"',
         "", "usgs-geojson"),
        ("whatever", b"II*\0\x08\0\0\0", "", "geotiff"),
        # The bytes speak before the name.
        ("a.csv", b"MM\0*\0\0\0\x08", "text/csv", "geotiff"),
        ("a.tif", b'{"type": "Feature"}', "image/tiff", "geojson"),
    ],
)  # fmt: skip
def test_a_file_is_recognised(name: str, head: bytes, media_type: str, expected: str) -> None:
    assert sniff(name, head, media_type).id == expected


@pytest.mark.parametrize(
    ("name", "head", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"  \n", "is empty"),
        ("a.xlsx", b"PK\x03\x04", "a ZIP archive"),
        ("a.csv.gz", b"\x1f\x8b\x08", "unpack it first"),
        ("a.pdf", b"%PDF-1.7", "a PDF document"),
        ("a.gpkg", b"SQLite format 3\0", "GeoPackage"),
        ("a.csv", "value".encode("utf-16"), "save it as UTF-8"),
        ("a.xml", b"<?xml version='1.0'?><irix:Report/>", "XML"),
        ("a.vrt", b"<VRTDataset/>", "XML"),
        ("a.tif", b"not a tiff", "in no format that is understood"),
        ("a.json", b'{"a": 1}', "in no format that is understood"),
        ("a.csv", b"one,two,three\n", "in no format that is understood"),
        ("a.exe", b"station_code,value,unit\n", "in no format that is understood"),
    ],
)
def test_what_is_not_read_is_named_where_it_can_be(name: str, head: bytes, words: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=words) as caught:
        sniff(name, head)
    assert name in str(caught.value)
    assert "read are csv-table" in str(caught.value)
