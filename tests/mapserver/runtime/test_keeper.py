"""The keeper goes on: one surface, file or clock that fails keeps nothing else waiting."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layers import refresh
from layers.geo import Bounds
from layers.model import BatchAnswer, Context, FeedDefinition, LayerDefinition
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


def test_a_file_that_the_server_fails_on_keeps_no_other_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faults = {"a.csv": OverflowError("date"), "b.csv": OSError("no space left"), "c.csv": None}
    tried: list[str] = []

    def deliver(delivery: Delivery) -> BatchAnswer:
        tried.append(delivery.name)
        if (fault := faults[delivery.name]) is not None:
            raise fault
        return BatchAnswer("b", 1, 0, 0, (), 1)

    feed = FeedDefinition("kz", "csv-table", "kz/*.csv")
    inbox = Inbox(settings.read({}, data_dir=str(tmp_path)), (feed,), deliver)
    for place in ("incoming/a.csv", "incoming/b.csv", "kz/c.csv"):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (NOW.timestamp() - 60,) * 2)
    inbox.look(NOW)
    assert tried == ["a.csv", "b.csv", "c.csv"]
    assert "its log says how" in (tmp_path / "incoming/refused/a.csv.txt").read_text()
    assert (tmp_path / "incoming/b.csv").is_file()  # the disk is to blame: it is tried again
    assert (tmp_path / "kz/done/c.csv").is_file()
    assert "OverflowError" in caplog.text


def test_what_is_hidden_while_a_surface_is_made_is_never_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings.read({}, data_dir=str(tmp_path), demo_days=0)
    layer = LayerDefinition(
        "dose", "surface", "Dose", quantity="ambient_dose_rate",
        domain=Bounds(65, 40, 73, 44), native_zoom=2,
    )  # fmt: skip
    own = keeper.Keeper(chosen, (layer,), (), Context.ROUTINE, now=lambda: NOW)
    rows = {"op": "ingest", "name": "x.csv", "writer": "t"}
    assert "ok" in own.answer(rows, table("ambient_dose_rate", "nSv/h"))
    build, made = refresh.build, []

    def hiding(*about: Any) -> Any:
        made.append(build(*about))
        if len(made) == 1:
            hidden = b"code,lon,lat,release\nS0,66,41,partner\n"
            assert own.answer({**rows, "name": "s.csv"}, hidden)["ok"]["corrected"] == 1
        return made[-1]

    monkeypatch.setattr(keeper.refresh, "build", hiding)
    own._refresh_all()
    assert [surface.tags["stations"] for surface in made] == [6, 5]
    (info,) = own.reader.surfaces("dose")
    assert (info.revision, info.tags["stations"]) == (1, 5)
    assert len(list(own.reader.paths.surfaces.rglob("*.tif"))) == 1
    own.close()


def test_what_is_hidden_leaves_the_memory_of_running_workers(
    open_house: Callable[..., Any], tmp_path: Path
) -> None:
    own = open_house(tmp_path / "data", demo=False)
    own.ingest("dose.csv", table("ambient_dose_rate", "nSv/h"))
    wait_for(lambda: bool(own.site.store.surfaces("dose-rate")))

    def address(layer: str, style: str) -> str:
        said = own.get(f"/tiles/{layer}/{style}/latest/latest/4/10/5.png")
        return str(said.headers["Content-Location"])

    shown = [address("stations", "default"), address("dose-rate", "mean")]
    tiler = own.site.tiler
    assert [own.get(path).status_code for path in shown] == [200, 200]
    assert [tiler.remembered(path.removeprefix("/tiles/")) is None for path in shown] == [False] * 2
    own.ingest("s.csv", b"code,lon,lat,release\nS0,66,41,partner\n")
    wait_for(lambda: [own.get(path).status_code for path in shown] == [410, 410], 10.0)
    wait_for(lambda: bool(own.site.store.surfaces("dose-rate")))
    assert set(shown).isdisjoint([address("stations", "default"), address("dose-rate", "mean")])
