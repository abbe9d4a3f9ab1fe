"""The keeper goes on: one surface, file or clock that fails keeps nothing else waiting."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers import refresh
from layers.model import BatchAnswer, FeedDefinition
from layers.refresh import Delivery
from mapserver import settings
from mapserver.runtime import keeper
from mapserver.runtime.inbox import Inbox
from tests.mapserver.conftest import NOW
from tests.servers import wait_for

HEADER = "station_code,lon,lat,time_start_utc,time_end_utc,quantity,value,unit"


def table(quantity: str, unit: str) -> bytes:
    hour = "2026-11-20T09:00:00Z,2026-11-20T10:00:00Z"
    rows = [f"S{i},{66 + i},{41 + i % 3},{hour},{quantity},{50 + i},{unit}" for i in range(6)]
    return "\n".join([HEADER, *rows]).encode()


def test_a_surface_that_cannot_be_made_keeps_no_other_waiting(
    open_house: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = refresh.build

    def failing(reader: Any, task: refresh.Task, *rest: Any) -> Any:
        if task.layer.id == "dose-rate":
            raise OSError("no space left on device")
        return build(reader, task, *rest)

    own = open_house(tmp_path / "data", demo=False)
    monkeypatch.setattr(keeper.refresh, "build", failing)
    monkeypatch.setattr(keeper, "FAILED_S", 0.5)
    own.ingest("dose.csv", table("ambient_dose_rate", "nSv/h"))
    own.ingest("dust.csv", table("pm2_5", "ug/m3"))
    wait_for(lambda: bool(own.site.store.surfaces("pm2-5")))
    assert own.site.store.surfaces("dose-rate") == []
    assert own.keeper.answer({"op": "status"}, b"")["ok"]["ready"]
    monkeypatch.setattr(keeper.refresh, "build", build)
    own.ingest("dust.csv", table("pm2_5", "ug/m3"), context="event")
    wait_for(lambda: bool(own.site.store.surfaces("dose-rate")))


def test_a_file_of_a_feed_is_the_feeds_however_its_name_is_written(tmp_path: Path) -> None:
    got: list[Delivery] = []

    def deliver(delivery: Delivery) -> BatchAnswer:
        got.append(delivery)
        return BatchAnswer("b", 0, 0, 0, (), 0)

    feed = FeedDefinition("kz", "csv-table", "incoming/kz-*.csv", organisation="kz")
    inbox = Inbox(settings.read({}, data_dir=str(tmp_path)), (feed,), deliver)
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for name in ("KZ-1.CSV", "other.csv"):
        (incoming / name).write_bytes(b"x")
        os.utime(incoming / name, (NOW.timestamp() - 60,) * 2)
    inbox.look(NOW)
    assert {d.name: d.organisation_id for d in got} == {"KZ-1.CSV": "kz", "other.csv": None}
