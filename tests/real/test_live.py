"""An open page learns of what is published: told by the server, or by asking where it is full."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import Server, mapserver, serving, wait_for

pytestmark = pytest.mark.browser

CODES = [f"S{i}" for i in range(6)]
Publish = Callable[[int], None]


def table(hour: int) -> str:
    lines = [f"{c},2026-11-01T{hour:02}:00:00Z,PT1H,ambient_dose_rate,{100 + i},nSv/h\n"
             for i, c in enumerate(CODES)]  # fmt: skip
    return "station_code,time,averaging,quantity,value,unit\n" + "".join(lines)


def ingest(name: str, text: str, folder: Path) -> None:
    file = folder / name
    file.write_text(text)
    done = mapserver("ingest", str(file), "--data-dir", str(folder / "data"), "--no-demo")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def first_hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six stations with one hour."""
    folder = tmp_path_factory.mktemp("first")
    places = "".join(f"{c},{66 + i},{42 + i % 2}\n" for i, c in enumerate(CODES))
    ingest("stations.csv", "code,lon,lat\n" + places, folder)
    ingest("hours.csv", table(1), folder)
    return folder / "data"


@pytest.fixture(params=[16, pytest.param(0, marks=pytest.mark.full)], ids=["streams", "full"])
def own(
    request: pytest.FixtureRequest, first_hour: Path, tmp_path: Path
) -> Iterator[tuple[Server, bool, Publish]]:
    """A server of a copy of that folder, and what brings another hour in."""
    shutil.copytree(first_hour, tmp_path / "data")
    options = ("--no-demo", "--event-streams", str(request.param))
    with serving(tmp_path / "data", *options) as server:
        yield server, request.param > 0, lambda hour: ingest("hours.csv", table(hour), tmp_path)


def shown(server: Server) -> str:
    layers = {each["id"]: each["times"] for each in server.json("/current.json")["layers"]}
    return str(layers["dose-rate"][-1]["time"])


def shows(page: Page, hour: int) -> None:
    """Wait for the newest hour on the time bar, in local time: UTC+5."""
    clock = re.compile(f"{hour + 5:02}:00")
    expect(page.locator("#time output")).to_have_text(clock, timeout=60_000)


def test_a_new_hour_reaches_an_open_page(own: Any, browser: Browser) -> None:
    server, streams, publish = own
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(server.url)))
    page.clock.install()
    with page.expect_response("**/api/v1/events", timeout=120_000) as opening:
        page.goto(f"{server.url}/en")
        shows(page, 1)
        # The page's clock stands from here on: nothing is asked for because a minute has passed.
        page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
        page.clock.run_for(10_000)
    assert opening.value.status == (200 if streams else 503)
    before = asked.count("/current.json")
    publish(2)
    wait_for(lambda: shown(server) == "2026-11-01T02:00:00Z")
    if streams:
        shows(page, 2)
    else:
        assert asked.count("/current.json") == before
        page.clock.run_for(60_000)
        shows(page, 2)
        assert asked.count("/current.json") == before + 1
    page.close()
