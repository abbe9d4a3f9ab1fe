"""Every wrong question is answered with a sentence, never with a failure."""

import json
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TILE = "/tiles/dose-rate/mean/latest/latest/6/44/23.png"
CHANCE = "/tiles/dose-rate/exceedance/latest/latest/6/44/23.png"
POINT = "/api/v1/point"
LONG = "a" * 1_000

# (address, status, words of the sentence)
WRONG = [
    ("/tiles/dose_rate/mean/latest/latest/6/44/23.png", 404, 'did you mean "dose-rate"'),
    ("/tiles/doserate/mean/latest/latest/6/44/23.png", 404, 'did you mean "dose-rate"'),
    (f"/tiles/{LONG}/mean/latest/latest/6/44/23.png", 404, "no layer"),
    ("/tiles/dose-rate/meen/latest/latest/6/44/23.png", 404, 'did you mean "mean"'),
    ("/tiles/faults/mean/latest/latest/6/44/23.png", 404, "known are default"),
    ("/tiles/dose-rate/mean/newest/latest/6/44/23.png", 400, "no version"),
    ("/tiles/dose-rate/mean/0123456789/latest/6/44/23.png", 400, "no version"),
    ("/tiles/dose-rate/mean/0123456789-01234567/latest/6/44/23.png", (404, 410), "version"),
    ("/tiles/faults/default/0123456789-01234567/static/6/44/23.png", (404, 410), "version"),
    ("/tiles/dose-rate/mean/latest/2026-11-20T08:00:00Z/6/44/23.png", 404, "2026-11-20T08"),
    ("/tiles/stations/default/latest/2026-11-20T08:00:00Z/6/44/23.png", 404, "2026-11-20T08"),
    ("/tiles/dose-rate/mean/latest/2026-11-20T09:30:00Z/6/44/23.png", 404, "2026-11-20T09:30"),
    ("/tiles/dose-rate/mean/latest/2026-11-20T09:00:00/6/44/23.png", 400, "no time zone"),
    ("/tiles/dose-rate/mean/latest/2026-11-20/6/44/23.png", 400, "is a date"),
    ("/tiles/dose-rate/mean/latest/2026-13-20T09:00:00Z/6/44/23.png", 400, "RFC 3339"),
    ("/tiles/dose-rate/mean/latest/0001-01-01T00:00:00%2B14:00/6/44/23.png", 400, "calendar"),
    ("/tiles/dose-rate/mean/latest/now/6/44/23.png", 400, "RFC 3339"),
    ("/tiles/dose-rate/mean/latest/static/6/44/23.png", 400, "changes with time"),
    ("/tiles/faults/default/latest/2026-11-20T09:00:00Z/6/44/23.png", 400, "has no times"),
    ("/tiles/dose-rate/mean/latest/latest/6/64/23.png", 400, "6/64/23"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/64.png", 400, "6/44/64"),
    ("/tiles/dose-rate/mean/latest/latest/0/0/1.png", 400, "0/0/1"),
    ("/tiles/dose-rate/mean/latest/latest/23/0/0.png", 400, "23"),
    ("/tiles/dose-rate/mean/latest/latest/999999999/0/0.png", 400, "999999999"),
    ("/tiles/dose-rate/mean/latest/latest/-1/0/0.png", 400, '"-1" is no whole number'),
    ("/tiles/dose-rate/mean/latest/latest/6/-44/23.png", 400, '"-44" is no whole number'),
    ("/tiles/dose-rate/mean/latest/latest/6/44/-23.png", 400, "does not end a tile address"),
    ("/tiles/dose-rate/mean/latest/latest/6.0/44/23.png", 400, "no whole number"),
    ("/tiles/dose-rate/mean/latest/latest/NaN/44/23.png", 400, "no whole number"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/NaN.png", 400, "does not end a tile address"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/23", 400, "does not end a tile address"),
    (f"/tiles/dose-rate/mean/latest/latest/{quote('٦')}/44/23.png", 400, "no whole number"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/23@3x.png", 400, "does not end a tile address"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/23.jpg", 400, "known are png, webp, mvt"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/23.pgn", 400, 'did you mean "png"'),
    ("/tiles/dose-rate/mean/latest/latest/6/44/23.mvt", 400, "no vector tiles"),
    ("/tiles/own-raster/cells/latest/latest/6/44/23.mvt", 400, "no vector tiles"),
    (f"{TILE}?treshold=100", 400, 'did you mean "threshold"'),
    (f"{TILE}?threshold=100", 400, "exceedance has"),
    (f"{TILE}?q=0.5", 400, "no quantile"),
    (f"{TILE}?breaks=", 400, "number"),
    (f"{TILE}?breaks=100,50", 400, "rise"),
    (f"{TILE}?breaks=50,50", 400, "rise"),
    (f"{TILE}?breaks=50,,60", 400, "number"),
    (f"{TILE}?breaks={','.join(map(str, range(33)))}", 400, "limit"),
    (f"{TILE}?breaks={','.join(map(str, range(20)))}", 400, "colours"),
    ("/tiles/faults/default/latest/static/6/44/23.png?breaks=1,2", 400, "no classes"),
    ("/tiles/stations/default/latest/latest/6/44/23.png?breaks=100", 400, "no cells"),
    ("/tiles/stations/default/latest/latest/6/44/23.mvt?smooth=1", 400, "no cells"),
    ("/tiles/basemap/light/latest/static/6/44/23.webp?smooth=1", 400, "no cells"),
    ("/tiles/dose-rate/mean/latest/latest/06/44/23.png", 400, "begins with 0"),
    ("/tiles/dose-rate/mean/latest/latest/6/044/23.png", 400, "begins with 0"),
    ("/tiles/dose-rate/mean/latest/latest/6/44/023.png", 400, "does not end a tile address"),
    (f"{TILE}/", 404, "no address"),
    ("/healthz?x=1", 400, "none is known"),
    ("/readyz?x=1", 400, "none is known"),
    ("/metrics?x=1", 400, "none is known"),
    (f"{TILE}?smooth=yes", 400, "0 or 1"),
    (f"{TILE}?smooth=1&smooth=1", 400, "stands 2 times"),
    (f"{TILE}?fade=yes", 400, "0 or 1"),
    (f"{CHANCE}?fade=1", 400, "means nothing"),
    ("/tiles/stations/default/latest/latest/6/44/23.png?fade=1", 400, "means nothing"),
    (f"{CHANCE}?threshold=1&threshold=2", 400, "stands 2 times"),
    (f"{TILE}?{'a' * 5_000}=1", 414, "bytes"),
    ("/tilejson/dose_rate.json", 404, 'did you mean "dose-rate"'),
    ("/tilejson/dose-rate.json?style=meen", 404, 'did you mean "mean"'),
    ("/tilejson/dose-rate.json?time=2026-11-20T08:00:00Z", 404, "2026-11-20T08"),
    ("/tilejson/dose-rate.json?time=2026-11-20T09:00:00", 400, "no time zone"),
    ("/tilejson/dose-rate.json?stile=mean", 400, 'did you mean "style"'),
    ("/tilejson/dose-rate", 404, "/tilejson/dose-rate"),
    ("/files/dose_rate/latest/latest.tif", 404, 'did you mean "dose-rate"'),
    ("/files/dose-rate/latest/latest.gpkg", 400, "offered as .tif"),
    ("/files/stations/latest/latest.tif", 400, "offered as .geojson"),
    ("/files/stations/latest/latest.cvs", 400, 'did you mean "csv"'),
    ("/files/basemap/latest/latest.tif", 400, "tiles only"),
    ("/files/stations/latest/latest.csv?bom=yes", 400, "0 or 1"),
    ("/files/stations/latest/latest.gpkg?bom=1", 400, "none is known"),
    ("/files/stations/latest/live.csv", 400, "live"),
    ("/files/dose-rate/latest/latest.qml?style=meen", 404, 'did you mean "mean"'),
    ("/files/dose-rate/0123456789/2026-11-20T09:00:00Z.tif", (404, 410), "version"),
    ("/files/dose-rate/newest/latest.tif", 400, "no version"),
    ("/files/dose-rate/latest/2026-11-20T08:00:00Z.tif", 404, "2026-11-20T08"),
    ("/files/dose-rate/latest/static.tif", 400, "changes with time"),
    ("/files/dose-rate/latest/2026-11-20T11:00:00.5Z.tif", 400, "fraction of a second"),
    ("/tiles/dose-rate/mean/latest/2026-11-20T11:00:00.123456Z/6/44/23.png", 400, "fraction"),
    ("/files/dose-rate/latest/latest", 400, ""),
    ("/files/dose-rate/latest/latest.tif?band=1", 400, "band"),
    ("/en/layers/doserate", 404, 'did you mean "dose-rate"'),
    ("/layers/dose_rate", 404, 'did you mean "dose-rate"'),
    ("/de/layers/dose-rate", 404, "/de/layers/dose-rate"),
    ("/en/layers", 404, "/en/layers"),
    ("/en/layers/dose-rate?tine=latest", 400, 'did you mean "time"'),
    ("/en/layers/dose-rate?time=latest&time=latest", 400, "stands 2 times"),
    ("/en/layers/dose-rate?time=2026-11-20T08:00:00Z", 404, "2026-11-20T08"),
    ("/en/layers/dose-rate?time=2026-11-20T09:00:00", 400, "no time zone"),
    ("/en/layers/dose-rate?time=", 400, "RFC 3339"),
    ("/en/layers/dose-rate?time=static", 400, "changes with time"),
    ("/en/layers/stations?time=2026-11-20T08:00:00Z", 404, "2026-11-20T08"),
    ("/en/layers/faults?time=2026-11-20T09:00:00Z", 400, "has no times"),
    ("/current.json?layer=dose-rate", 400, "none is known here"),
    (POINT, 400, '"lon" is missing'),
    (f"{POINT}?lon=70", 400, '"lat" is missing'),
    (f"{POINT}?lon=70&lat=91", 400, "swapped"),
    (f"{POINT}?lon=43&lat=120", 400, "swapped"),
    (f"{POINT}?lon=181&lat=43", 400, "no position on Earth"),
    (f"{POINT}?lon=181&lat=91", 400, "no position on Earth"),
    (f"{POINT}?lng=70&lat=43", 400, 'did you mean "lon"'),
    (f"{POINT}?lon=70&lon=71&lat=43", 400, "stands 2 times"),
    (f"{POINT}?lon=70&lat=43&time=2026-11-20T09:00:00", 400, "no time zone"),
    (f"{POINT}?lon=70&lat=43&time=2026-11-20", 400, "is a date"),
    (f"{POINT}?lon=70&lat=43&time=noon", 400, "RFC 3339"),
    ("/de", 404, "/de"),
    ("/EN", 404, "/EN"),
    ("/en/lite?lang=kk", 400, "lang"),
    ("/kk/words?language=kk", 400, "language"),
    ("/kk/meaning?value=1&unit=rem", 400, "uSv/h"),
    ("/api/v1/summary?lang=de", 400, "kk, uz, ru, en"),
    ("/feeds/alarms.atom?lang=", 400, "kk, uz, ru, en"),
    ("/feeds/alarms.atom?time=latest", 400, "time"),
    ("/map.gif", 404, "webp"),
    ("/map.png?layer=dose_rate", 404, "dose-rate"),
    ("/map.png?layer=dose-rate.average", 404, "mean"),
    ("/map.png?layer=stations", 400, "fills no area"),
    ("/map.png?with=dose-rate", 400, "layer="),
    ("/map.png?with=nothing", 404, "nothing"),
    ("/map.png?threshold=100", 400, "exceedance"),
    ("/map.png?time=noon", 400, "RFC 3339"),
    ("/map.png?time=1999-01-01T00:00:00Z", 404, "1999"),
    ("/map.png?unit=rem", 400, "nSv/h"),
    ("/map.png?map=5/60", 400, "zoom/latitude/longitude"),
    ("/map.png?map=5/91/60", 400, "latitude"),
    ("/map.png?map=nan/41/60", 400, "number"),
    ("/map.png?bbox=70,40,60,50", 400, "west"),
    ("/map.png?bbox=60,40,70", 400, "west,south,east,north"),
    ("/map.png?width=10", 400, "120"),
    ("/map.png?width=2400&height=2400", 400, "3,000,000"),
    ("/map.png?theme=sepia", 400, "dark"),
    ("/map.png?legend=yes", 400, "legend"),
    ("/map.png?lang=de", 400, "kk, uz, ru, en"),
    ("/map.png?station=%C3%A4", 400, "station"),
    ("/map.png?titel=x", 400, "titel"),
    ("/static/nothing.js", 404, "nothing.js"),
    ("/static/../pyproject.toml", 404, ""),
    ("/static/%2e%2e/%2e%2e/pyproject.toml", 404, ""),
    ("/static//etc/passwd", 404, ""),
    ("/static/%2Fetc%2Fpasswd", 404, ""),
    ("/static/a%00b", 404, ""),
    ("/wp-login.php", 404, "/wp-login.php"),
    ("/tiles", 404, "/tiles"),
    ("/api/v1", 404, "/api/v1"),
    ("/%ff%fe", 404, ""),
]  # fmt: skip

NUMBERS = ["NaN", "nan", "inf", "-inf", "Infinity", "1e999", "abc", "", "1_000", "0x10", "1,5",
           "--1", "1e", "٧٠", "7 0", "None", "[]", "1" * 400, "%00"]  # fmt: skip
NUMERIC = [
    (f"{POINT}?lat=43&lon=", "lon"),
    (f"{POINT}?lon=70&lat=", "lat"),
    (f"{CHANCE}?threshold=", "threshold"),
    (f"{TILE}?breaks=100,", "breaks"),
]


def refused(answer: Any, *statuses: int) -> str:
    """The sentence of a refusal: one problem document, in words, without any of our insides."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.mimetype == "application/problem+json"
    told = json.loads(answer.data)
    assert told.keys() == {"type", "title", "status", "detail", "instance"}
    assert told["status"] == answer.status_code
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for inside in ("Traceback", 'File "', "sqlite", "site-packages"):
        assert inside not in answer.text
    assert len(told["detail"].split()) > 2, told
    return str(told["detail"])


@pytest.mark.parametrize(("path", "status", "words"), WRONG, ids=[w[0][:70] for w in WRONG])
def test_a_wrong_question_is_told_what_is_wrong_with_it(
    house: Any, path: str, status: int | tuple[int, ...], words: str
) -> None:
    statuses = status if isinstance(status, tuple) else (status,)
    assert words in refused(house.get(path), *statuses)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(("address", "name"), NUMERIC)
def test_what_is_no_number_is_told_by_name(
    house: Any, address: str, name: str, number: str
) -> None:
    value = number if number == "%00" else quote(number)
    assert name in refused(house.get(address + value), 400)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_is_read_is_not_written(house: Any, method: str) -> None:
    rules = list(house.app.url_map.iter_rules())
    allowed: dict[str, set[str]] = {}
    for rule in rules:
        allowed.setdefault(rule.rule, set()).update(rule.methods or ())
    for rule in rules:
        if "GET" not in (rule.methods or ()) or method.upper() in allowed[rule.rule]:
            continue
        path = rule.build(dict.fromkeys(rule.arguments, "1"))
        assert path is not None
        answer = getattr(house.client, method)(path[1], data=b"x" * 1000)
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == allowed[rule.rule]
        # Only files of sites, and observations, are sent to a server.
        assert "POST" not in allowed[rule.rule] or "screening" in rule.rule
        assert answer.mimetype == "application/problem+json"
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("accept", ["application/xml", "nonsense", "image/*;q=x", "*/*;q=0", ""])
def test_an_unusual_wish_of_a_format_changes_no_answer(house: Any, accept: str) -> None:
    for path in (
        TILE,
        "/current.json",
        "/tilejson/dose-rate.json",
        "/en",
        f"{POINT}?lon=70&lat=43",
    ):
        plain, wished = house.get(path), house.get(path, headers={"Accept": accept})
        assert (wished.status_code, wished.mimetype) == (200, plain.mimetype)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("uz", "uz"), ("kk-KZ,ru;q=0.5", "kk"), ("ru-RU, en;q=0.3", "ru"), ("de", "en"),
        ("", "en"), ("*", None), ("xx;q=nonsense", "en"), ("a" * 3000, "en"),
    ],
)  # fmt: skip
def test_the_front_page_speaks_the_language_that_is_wished(
    house: Any, wish: str, language: str | None
) -> None:
    answer = house.get("/", headers={"Accept-Language": wish})
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] in (
        (language,) if language else ("kk", "uz", "ru", "en")
    )
    assert "Accept-Language" in answer.headers["Vary"]


EVENTS = "/api/v1/events"
words = st.one_of(
    st.sampled_from(
        ["latest", "static", "dose-rate", "stations", "faults", "own-raster", "mean", "default",
         "basemap", "0", "6", "44", "23.png", "23.mvt", "latest.tif", "latest.geojson",
         "latest.csv", "live.kmz", "WebMercatorQuad", "-1", "..",
         "2026-11-20T09:00:00Z", "2026-11-20T09:00:00", "NaN", "1e999", "0123456789-01234567"]
    ),
    st.text(min_size=1, max_size=30),
)  # fmt: skip
keys = st.one_of(
    st.sampled_from(
        ["lon", "lat", "time", "style", "threshold", "q", "breaks", "smooth", "format", "batch_id"]
    ),
    st.text(max_size=10),
)
queries = st.lists(st.tuples(keys, words), max_size=4)


@settings(
    max_examples=600,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_question_makes_the_server_fail(house: Any, data: st.DataObject) -> None:
    # A stream has no end; test_events.py asks it.
    rules = sorted((r for r in house.app.url_map.iter_rules() if str(r) != EVENTS), key=str)
    rule = data.draw(st.sampled_from(rules))
    parts = {name: data.draw(words) for name in sorted(rule.arguments)}
    path = rule.rule
    for name, word in parts.items():
        for written in (f"<{name}>", f"<path:{name}>"):
            path = path.replace(written, quote(word.encode("utf-8", "surrogatepass"), safe=""))
    query = "&".join(
        f"{quote(k.encode('utf-8', 'surrogatepass'))}={quote(v.encode('utf-8', 'surrogatepass'))}"
        for k, v in data.draw(queries)
    )
    answer = house.get(f"{path}?{query}")
    assert answer.status_code < 500, (path, query, answer.text)
    if answer.status_code >= 400:
        (ET.fromstring if "xml" in answer.mimetype else json.loads)(answer.data)


@pytest.mark.parametrize("place", ["layer", "style", "version", "time"])
def test_what_is_too_long_to_be_read_is_not_said_whole(house: Any, place: str) -> None:
    words = {"layer": "dose-rate", "style": "mean", "version": "latest", "time": "latest"}
    path = "/".join({**words, place: "a" * 10_000}.values())
    answer = house.get(f"/tiles/{path}/6/44/23.png")
    assert answer.status_code in (400, 404)
    assert len(answer.data) < 2_000
    assert "aaa … aaa" in answer.json["detail"]
