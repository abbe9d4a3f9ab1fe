"""What a worker does at once is bounded, and what a client claims is not believed."""

import io
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from layers.exchange import site_archives
from mapserver.app import create_app
from mapserver.services import bodies, screening


@pytest.fixture
def four_threads(house: Any) -> FlaskClient:
    """An application with four threads, one of which may send files."""
    settings = replace(house.site.settings, threads=4)
    return create_app(replace(house.site, settings=settings)).test_client()


def geotiff(house: Any) -> str:
    layers = {each["id"]: each["times"] for each in house.json("/current.json")["layers"]}
    newest = layers["dose-rate"][-1]
    return f"/files/dose-rate/{newest['data']}/{newest['time']}.tif"


def test_a_file_that_nobody_reads_keeps_other_files_waiting_and_nothing_else(
    house: Any, four_threads: FlaskClient
) -> None:
    path = geotiff(house)
    unread = four_threads.get(path)
    assert unread.status_code == 200
    refused = four_threads.get(path)
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    part = four_threads.get(path, headers={"Range": "bytes=0-99"})
    assert part.status_code == 503
    for other in ("/healthz", "/current.json", "/files/stations/latest/latest.geojson", "/en"):
        assert four_threads.get(other, buffered=True).status_code == 200
    unread.close()
    unread.close()  # a place is given back once
    part = four_threads.get(path, headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    part.close()
    whole = four_threads.get(path, buffered=True)
    assert whole.data[:4] in (b"II*\0", b"II+\0")


def test_an_answer_without_a_body_takes_no_place(house: Any, four_threads: FlaskClient) -> None:
    path = geotiff(house)
    for _ in range(3):
        headed = four_threads.head(path)
        assert headed.status_code == 200
        known = four_threads.get(path, headers={"If-None-Match": headed.headers["ETag"]})
        assert known.status_code == 304
    whole = four_threads.get(path, buffered=True)
    assert whole.status_code == 200
    assert len(whole.data) == int(headed.headers["Content-Length"])


def test_more_deliveries_at_once_than_may_be_are_told_to_come_again(own: Any) -> None:
    token = own.command("token", "create", "kz").output.strip()
    said = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    body = b"station_code,time,averaging,quantity,value,unit\nKZ1,2026-11-20T07:00:00Z,PT1H,"
    body += b"ambient_dose_rate,100,nSv/h\n"

    reading = bodies._reading
    taken = [reading.acquire(blocking=False) for _ in range(bodies.BODIES)]
    try:
        refused = own.client.post("/api/v1/observations", data=body, headers=said)
    finally:
        for _ in taken:
            reading.release()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    for _ in range(bodies.BODIES + 1):  # each gives its place back, whatever becomes of it
        strange = own.client.post("/api/v1/observations", data=b"\0", headers=said)
        assert strange.status_code in (400, 415, 422)
    assert own.client.post("/api/v1/observations", data=body, headers=said).status_code == 200


def test_sites_are_screened_without_holding_more_threads_than_may_wait(house: Any) -> None:
    taken = [screening._places.acquire() for _ in range(screening.AT_ONCE)]
    waiting = [screening._waiting.acquire() for _ in range(screening.WAITING)]
    try:
        refused = house.get("/api/v1/screening?sites=73.95,45.15")
        unknown = house.get("/api/v1/screening?sites=73.95,45.15&format=xls")
    finally:
        for _ in taken:
            screening._places.release()
        for _ in waiting:
            screening._waiting.release()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert unknown.status_code == 400


def test_files_that_gdal_reads_wait_for_a_process_or_are_asked_to_come_again(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = house.get("/api/v1/screening?sites=73.95,45.15&format=gpkg").data
    monkeypatch.setattr(site_archives, "CHILD_WAIT_S", 0.01)
    taken = [site_archives._children.acquire() for _ in range(site_archives.CHILDREN)]
    try:
        refused = house.client.post("/api/v1/screening", data=body)
    finally:
        for _ in taken:
            site_archives._children.release()
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert house.client.post("/api/v1/screening", data=body).status_code == 200


def test_a_body_that_ends_early_is_refused_by_whoever_reads_it(house: Any) -> None:
    for path, kind in (
        ("/api/v1/screening", "application/json"),
        ("/en/screening", "application/x-www-form-urlencoded"),
    ):
        answer = house.client.post(
            path, input_stream=io.BytesIO(b"sites=69,41"), content_length=40, content_type=kind,
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "40"},
        )  # fmt: skip
        assert answer.status_code == 400, path
        assert "ended after 11 of 40 bytes" in answer.text


@pytest.mark.parametrize(
    ("proxies", "named"), [(0, "http://localhost"), (1, "https://b.test"), (2, "http://a.test")]
)
def test_the_words_of_as_many_proxies_count_as_there_are(
    house: Any, proxies: int, named: str
) -> None:
    settings = replace(house.site.settings, proxies=proxies)
    client = create_app(replace(house.site, settings=settings)).test_client()
    headers = {"X-Forwarded-Host": "evil.test, a.test, b.test",
               "X-Forwarded-Proto": "https, http, https"}  # fmt: skip
    found = client.get("/tilejson/dose-rate.json", headers=headers).json
    assert found["tiles"][0].startswith(f"{named}/tiles/dose-rate/")
