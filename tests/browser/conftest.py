"""One server of the demonstration and one browser for all journeys of a module."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.visits import Visit, visit
from tests.real.conftest import browser
from tests.servers import Server, serving, wait_for

__all__ = ["browser"]


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration with surfaces of its newest hours, once it rests.

    A page that is told of news draws itself anew: journeys begin when there are none to come.
    """
    folder = tmp_path_factory.mktemp("journeys")
    options = ("--demo-days", "1", "--surface-hours", "6", "--workers", "1")
    with serving(folder / "data", *options) as server:

        def rests() -> bool:
            status, _, said = server.get("/readyz")
            layers: Any = server.json("/current.json")["layers"]
            made = next(len(each["times"]) for each in layers if each["id"] == "dose-rate")
            return status == 200 and made >= 4 and not json.loads(said)["surfaces_waiting"]

        wait_for(rests, 150, server.log.read_text)
        yield server


@pytest.fixture(scope="module")
def opening(browser: Browser, hours: Any) -> Iterator[Callable[..., Visit]]:
    """Open watched pages; all end with the module."""
    made: list[Visit] = []

    def begin(*words: Any, **options: Any) -> Visit:
        made.append(visit(browser, hours.url, *words, **options))
        return made[-1]

    yield begin
    for each in made:
        each.page.close()
