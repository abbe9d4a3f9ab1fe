"""What is counted, over all processes of a server."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
