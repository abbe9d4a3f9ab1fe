"""Tiles and clicks before Flask: the same answer, and Flask's for all else."""

from concurrent.futures import Future
from typing import Any

import pytest

from mapserver.app import MAX_QUERY_BYTES, create_app
from mapserver.runtime.front import Front
from mapserver.services import quick_clicks
from mapserver.services.point import PATH
from mapserver.wire import Answer, Request, environ

PATHS = [
    "{fixed}",
    "{fixed}?breaks=60,90,120",
    "{fixed}?smooth=1",
    "{fixed}?breaks=90,60",
    "{fixed}?thresold=3",
    "{fixed}?smooth=1&smooth=0",
    "{fixed}?smooth=",
    "{fixed}/",
    "{latest}",
    "{static}",
    "{vector}",
    "{vector_picture}",
    "/tiles/dose-rate/mean/00-00/2026-11-20T11:00:00Z/6/44/23.png",
    "/tiles/dose-rate/mean/0/2026-11-20T11:00:00Z/6/44/23.png",
    "/tiles/dose-rat/mean/00-00/2026-11-20T11:00:00Z/6/44/23.png",
    "/tiles/dose-rate/mean/00-00/2026-11-20T11:00:00Z/99/44/23.png",
    "/tiles/dose-rate/mean/00-00/2026-11-20T11:00:00Z/6/44/23.gif",
    "/tiles/%2e%2e/mean/00-00/2026-11-20T11:00:00Z/6/44/23.png",
    "/tiles/",
]
IGNORED = {"Date"}
PACKINGS = ("", "gzip", "br, gzip;q=0.5", "gzip;q=0", "*")
CASES = [(path, packing) for path in PATHS for packing in (PACKINGS if "vector" in path else ("",))]


@pytest.fixture(scope="module")
def addresses(house: Any) -> dict[str, str]:
    layers = {each["id"]: each for each in house.json("/current.json")["layers"]}

    def fixed(layer: str, style: str, leaf: str) -> str:
        newest = layers[layer]["times"][-1]
        where = leaf if "/" in leaf else f"6/44/{leaf}"
        return f"/tiles/{layer}/{style}/{newest['versions'][style]}/{newest['time']}/{where}"

    return {
        "fixed": fixed("dose-rate", "mean", "23.png"),
        "latest": "/tiles/dose-rate/mean/latest/latest/6/44/23.png",
        "static": "/tiles/basemap/light/latest/static/6/44/23.webp",
        "vector": fixed("stations", "default", "4/11/5.mvt"),
        "vector_picture": fixed("stations", "default", "23@2x.webp"),
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize(("path", "packing"), CASES)
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_an_answer_is_the_one_that_flask_gives(
    house: Any, addresses: dict[str, str], path: str, method: str, known: bool, packing: str
) -> None:
    address = path.format(**addresses)
    behind = create_app(house.site).test_client()
    tags = {"Accept-Encoding": packing} if packing else {}
    first = behind.open(address, method=method, headers=tags, buffered=True)
    if known and "ETag" in first.headers:
        tags["If-None-Match"] = first.headers["ETag"]
    true = behind.open(address, method=method, headers=tags, buffered=True)
    found = house.client.open(address, method=method, headers=tags, buffered=True)
    assert (found.status_code, found.data) == (true.status_code, true.data)
    if "If-None-Match" in tags and method in ("GET", "HEAD"):
        assert found.status_code == 304
    told, expected = (
        {name: value for name, value in each.headers.items() if name not in IGNORED}
        for each in (found, true)
    )
    assert told == expected


def asked_of(front: Front, request: Request) -> Answer | None:
    """What the loop answers, at once or soon."""
    found = front.at_once(request)
    if isinstance(found, tuple):
        return found
    return front.soon(request) if found else None


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(("path", "packing"), CASES)
def test_what_the_loop_answers_is_what_a_thread_answers(
    house: Any, addresses: dict[str, str], path: str, method: str, packing: str
) -> None:
    address = path.format(**addresses)
    front = Front(house.site, house.app)
    given = [(b"accept-encoding", packing.encode())] if packing else []
    request = Request(method, address.encode(), given, "1.1", True)
    before = asked_of(front, request)
    tags = {"Accept-Encoding": packing} if packing else {}
    true = house.client.open(address, method=method, headers=tags, buffered=True)
    found = asked_of(front, request)
    if before is not None:
        assert found == before
    is_tile = true.status_code == 200 and method != "POST" and "/latest/" not in address
    assert (found is not None) == is_tile
    if found is not None:
        head, body = found
        told = dict(line.split(": ", 1) for line in head.decode().splitlines())
        assert body == true.data
        assert told == {k: v for k, v in true.headers.items() if k not in IGNORED}


CLICK = "/api/v1/point?lon=69.3&lat=41.3"


@pytest.fixture
def every_kind(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clicks of this house are the loop's, though it has isolines and rasters."""
    kinds = {layer.kind for layer in house.site.catalog.layers.values()}
    monkeypatch.setattr(quick_clicks, "KINDS", kinds)


def asked_click(target: str = CLICK, method: str = "GET", **headers: str) -> Request:
    given = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Request(method, target.encode(), given, "1.1", True)


@pytest.mark.parametrize("packing", ["", "gzip"])
@pytest.mark.parametrize("more", ["", "&time=latest", "&layer=dose-rate&threshold=150"])
def test_the_loop_answers_a_click_as_a_thread_does_once_that_was_quick(
    house: Any, every_kind: None, monkeypatch: pytest.MonkeyPatch, more: str, packing: str
) -> None:
    front = Front(house.site, create_app(house.site))
    clicks = dict(front._quick)[PATH]
    # However busy this machine is, nothing is long.
    monkeypatch.setattr(quick_clicks, "LONG_S", 60.0)
    asked = asked_click(CLICK + more, accept_encoding=packing)
    assert front.at_once(asked) is True
    assert front.soon(asked) is None, "no thread has looked at the layers yet"
    client = create_app(house.site).test_client()
    true = client.get(CLICK + more, headers={"Accept-Encoding": packing})
    given = environ(asked, ("127.0.0.1", 80), ("127.0.0.1", 81))
    assert clicks.answer(given)
    found = front.soon(asked)
    assert found is not None
    told = dict(line.split(": ", 1) for line in found[0].decode().splitlines())
    assert found[1] == true.data
    assert told == {k: v for k, v in true.headers.items() if k not in IGNORED}
    elsewhere = CLICK.replace("69.3", "70.1") + more
    assert front.soon(asked_click(elsewhere, accept_encoding=packing)) is not None
    assert front.soon(asked_click(CLICK + more + "&time=2026-11-20T08:00:00Z")) is None, "another"
    wrong = CLICK.replace("41.3", "95") + more
    assert front.soon(asked_click(wrong)) is None, "a thread tells what is wrong"


def test_the_loop_takes_no_click_that_may_be_long(
    house: Any, every_kind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = Front(house.site, create_app(house.site))
    clicks = dict(front._quick)[PATH]
    given = environ(asked_click(), ("127.0.0.1", 80), ("127.0.0.1", 81))
    monkeypatch.setattr(quick_clicks, "LONG_S", 60.0)
    assert clicks.answer(given)
    # Something came: what was held of the layers is read again, by a thread.
    edition = house.site.store.edition()
    monkeypatch.setattr(type(house.site.store), "edition", lambda self: (edition, "newer"))
    assert front.soon(asked_click()) is None
    assert clicks.answer(given)
    assert front.soon(asked_click()) is not None
    monkeypatch.setattr(clicks, "_busy", 1)  # a thread may hold what the loop would wait for
    assert front.soon(asked_click()) is None
    monkeypatch.setattr(clicks, "_busy", 0)
    monkeypatch.setattr(quick_clicks, "LONG_S", 0.0)
    assert front.soon(asked_click()) is not None, "the first one that is long is not known before"
    assert front.soon(asked_click()) is None, "those after it are left to threads"


def test_clicks_on_what_may_be_slow_to_look_at_are_of_threads(house: Any, every_kind: None) -> None:
    assert Front(house.site, house.app).at_once(asked_click()) is True
    quick_clicks.KINDS.remove("contours")
    assert Front(house.site, house.app).at_once(asked_click()) is False


@pytest.mark.parametrize(
    ("target", "method", "headers"),
    [
        (CLICK, "HEAD", {}),
        (CLICK, "POST", {}),
        (CLICK, "GET", {"if_none_match": '"x"'}),
        (CLICK, "GET", {"range": "bytes=0-1"}),
        (CLICK + "0" * MAX_QUERY_BYTES, "GET", {}),
        ("/api/v1/points?lon=69&lat=41", "GET", {}),
    ],
)
def test_what_is_no_plain_click_is_left_to_threads(
    house: Any, every_kind: None, target: str, method: str, headers: dict[str, str]
) -> None:
    front = Front(house.site, house.app)
    assert front.at_once(asked_click(target, method, **headers)) is False


def test_the_loop_says_that_it_is_alive_as_a_thread_does(house: Any) -> None:
    front = Front(house.site, house.app)
    true = house.get("/healthz")
    found = front.at_once(Request("GET", b"/healthz", (), "1.1", True))
    assert isinstance(found, tuple)
    told = dict(line.split(": ", 1) for line in found[0].decode().splitlines())
    assert (told, found[1]) == (dict(true.headers), true.data)
    for target, method in ((b"/healthz?x=1", "GET"), (b"/healthz", "POST"), (b"/readyz", "GET")):
        assert front.at_once(Request(method, target, (), "1.1", True)) is False


def test_the_loop_waits_for_nobody(
    house: Any, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    front, tiler = Front(house.site, house.app), house.site.tiler

    def asked(address: str, *headers: tuple[bytes, bytes]) -> bool:
        return asked_of(front, Request("GET", address.encode(), headers, "1.1", True)) is not None

    assert asked(addresses["fixed"] + "?breaks=71,72,73")  # of cells: drawn there and then
    assert not asked(addresses["vector"].replace("11/5.mvt", "11/6.mvt"))
    assert not asked(addresses["vector_picture"].replace("23@2x", "24@2x"))
    assert not asked(addresses["fixed"], (b"if-none-match", b"*"))
    with tiler.quick.passed(), tiler.gate.passed():  # others wait there, in threads
        assert asked(addresses["fixed"])
        assert asked(addresses["fixed"] + "?breaks=74,75,76")
    sources: list[str] = []
    monkeypatch.setattr(tiler, "_told", lambda what, seconds: sources.append(what))
    drawn = tiler._flight.once

    def under_way(key: str, *rest: Any, waiting: bool = True) -> Any:
        tiler._flight._flying.setdefault(key, Future())
        try:
            return drawn(key, *rest, waiting=waiting)
        finally:
            del tiler._flight._flying[key]

    with monkeypatch.context() as patch:
        patch.setattr(tiler._flight, "once", under_way)
        assert not asked(addresses["fixed"] + "?breaks=77,78,79")
    assert sources == []  # it is counted by whoever answers
    assert asked(addresses["fixed"] + "?breaks=77,78,79")
    assert sorted(sources) == ["made", "render"]


def test_a_tile_that_is_held_is_not_asked_of_flask(
    house: Any, addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = house.get(addresses["fixed"])

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(house.app, "full_dispatch_request", never)
    assert house.get(addresses["fixed"]).data == first.data
    assert house.get(addresses["fixed"] + "?smooth=1").status_code == 200


def test_the_name_of_a_chosen_tile_is_no_address(house: Any, addresses: dict[str, str]) -> None:
    assert house.get(addresses["fixed"] + "?smooth=1&breaks=60,90").status_code == 200
    held = [key for key in house.site.tiler._memory._tiles if "-" in key.rpartition("/")[2]]
    assert held
    for key in held:
        assert house.get(f"/tiles/{key}").status_code == 400


def test_where_too_many_wait_the_next_picture_is_refused_and_what_is_held_is_not(
    house: Any, addresses: dict[str, str]
) -> None:
    held = house.get(addresses["fixed"])
    gate = house.site.tiler.quick
    new = addresses["fixed"].replace("23.png", "22.png") + "?breaks=61,62,63"
    gate._inside, before = gate._most, gate._inside
    try:
        refused = house.get(new)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.content_type == "application/problem+json"
        assert "ask again" in refused.json["detail"]
        assert house.get(addresses["fixed"]).data == held.data
        drawn = addresses["vector_picture"].replace("23@2x.webp", "22@2x.webp")
        for path in ("/healthz", "/current.json", "/en", drawn):
            assert house.get(path).status_code == 200
    finally:
        gate._inside = before
    assert house.get(new).status_code == 200
