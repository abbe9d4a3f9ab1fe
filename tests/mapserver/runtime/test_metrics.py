"""What is counted, over all processes of a server."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mapserver.runtime import metrics

Start = Callable[..., Any]
TILE = "/tiles/dose-rate/mean/latest/latest/5/22/11.png"


def counted(body: bytes) -> dict[str, float]:
    """Samples by name and labels, read by the client's own parser."""
    return {
        f"{s.name}{sorted(s.labels.values()) or ''}": s.value
        for family in text_string_to_metric_families(body.decode())
        for s in family.samples
    }


def figures(service: str, status: str) -> dict[str, float]:
    """Sum and buckets of the answers of one kind, as this process has counted them."""
    (family,) = metrics.REQUESTS.collect()
    return {
        f"{s.name} {s.labels.get('le', '')}": s.value
        for s in family.samples
        if (s.labels["service"], s.labels["status"]) == (service, status)
        and not s.name.endswith("_created")
    }


def test_every_answer_of_every_worker_and_the_work_of_the_keeper_are_counted(
    tmp_path: Path, start: Start, wait_for: Any
) -> None:
    server = start(tmp_path / "data", "--workers", "2")
    begin = counted(server.get("/metrics")[2])
    for _ in range(40):  # a connection each: both workers get some
        assert server.get(TILE)[0] == 200
    assert server.get("/tiles/nothing/mean/latest/latest/5/22/11.png")[0] == 404
    status, headers, body = server.get("/metrics")
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    now = counted(body)
    name = "kyzylkum_request_seconds_count['{}', 'tiles']"
    assert now[name.format(200)] - begin.get(name.format(200), 0) == 40
    assert now[name.format(404)] == 1
    tiles = "kyzylkum_tiles_total['{}']"
    sources = {word: now[tiles.format(word)] for word in ("memory", "disk", "render", "refused")}
    assert sum(sources.values()) == 40
    assert sources["render"] in (1, 2)  # two workers may have been asked at once
    assert sources["memory"] > 30
    assert now["kyzylkum_surfaces_published_total"] >= 2  # the keeper's
    assert now["kyzylkum_disk_free_bytes"] > 0
    assert now["kyzylkum_store_bytes"] > 10_000
    assert 3600 <= now["kyzylkum_newest_age_seconds['dose-rate']"] < 3 * 3600
    assert now["kyzylkum_event_streams"] == 0
    # A keeper that died is counted no longer among the living, and what it did is not forgotten.
    keeper = server.keeper_pid()
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: server.keeper_pid() not in (keeper, 0))
    server.wait_ready()
    again = counted(server.get("/metrics")[2])
    assert again["kyzylkum_keeper_surfaces_waiting"] == 0
    assert again["kyzylkum_surfaces_published_total"] >= now["kyzylkum_surfaces_published_total"]


def test_what_the_loop_answers_is_counted_within_seconds(
    tmp_path: Path, start: Start, wait_for: Any
) -> None:
    server = start(tmp_path / "data", "--workers", "1")
    newest = server.json("/current.json")["layers"]
    times = next(each["times"] for each in newest if each["id"] == "dose-rate")
    name, sources = "kyzylkum_request_seconds_count['200', '{}']", "kyzylkum_tiles_total['{}']"
    moment, version = times[-1]["time"], times[-1]["versions"]["mean"]
    path = f"/tiles/dose-rate/mean/{version}/{moment}/5/22/11.png"
    before = counted(server.get("/metrics")[2])
    for _ in range(20):
        assert server.get(path)[0] == 200
        assert server.get("/healthz")[0] == 200

    def told() -> dict[str, float]:
        now = counted(server.get("/metrics")[2])
        return {key: value - before.get(key, 0) for key, value in now.items()}

    wait_for(lambda: told().get(name.format("tiles")) == 20)
    now = told()
    assert now[name.format("healthz")] >= 20
    held = {word: now[sources.format(word)] for word in ("memory", "disk", "render")}
    assert sum(held.values()) == 20
    assert held["memory"] >= 19


def test_a_tally_tells_what_would_have_been_observed_one_by_one() -> None:
    seconds = [0.0, 0.001, 0.0010001, 0.02, 0.3, 11.0, 11.0]
    tally, before = metrics.Tally(), figures("layers", "200")
    for each in seconds:
        tally.add(b"/layers/dose-rate?f=html", each)
        metrics.answered("/layers/dose-rate", "599", each)
    assert tally.tell() == {b"layers": len(seconds)}
    assert tally.tell() == {}
    after = figures("layers", "200")
    found = {key: after[key] - before.get(key, 0) for key in after}
    assert found == pytest.approx(figures("layers", "599"))


def test_rows_of_a_delivery_are_counted_once(own: Any) -> None:
    name = "kyzylkum_rows_total['accepted']"
    rows = ["station_code,time,averaging,quantity,value,unit"]
    rows += [f"KZ{i},2026-11-20T08:00:00Z,PT1H,ambient_dose_rate,{90 + i},nSv/h" for i in range(5)]
    before = counted(own.get("/metrics").data).get(name, 0)
    for _ in range(2):
        own.ingest("hour.csv", "\n".join(rows).encode(), batch_id="twice")
    assert counted(own.get("/metrics").data)[name] == before + 5


def test_what_a_stranger_asks_for_makes_no_new_series() -> None:
    for path in ("/wp-login.php", "/\x00", "/en", "/" + "x" * 5000, "", "/tiles"):
        metrics.answered(path, "404", 0.001)
    words = {service for service, status in metrics._REQUESTS if status == "404"}
    assert words <= {*metrics.SERVICES, "page"}


def test_nothing_is_said_of_what_the_public_may_not_see(house: Any) -> None:
    body = house.get("/metrics").text
    shown = set(re.findall(r'layer="([^"]+)"', body))
    listed = {each["id"] for each in house.json("/current.json")["layers"]}
    assert shown
    assert shown <= listed
    for code in house.site.store.stations(house.site.audience, house.site.now()):
        assert code.code not in body
