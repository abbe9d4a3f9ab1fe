"""A page that is opened in a browser, and all that it asked for and complained of."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.servers import Server, wait_for

WIDE, NARROW = (1440, 900), (390, 844)


@dataclass
class Visit:
    """An opened page with all that it asked for and complained of."""

    page: Page
    url: str
    surface: bool = True
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    first: list[Response] = field(default_factory=list)

    def settle(self) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_selector("button.station")
        if self.surface:
            self.page.wait_for_selector(".leaflet-surface-pane canvas", state="attached")

    def fail(self, url: str, why: str | None) -> None:
        # A browser that renews a stale answer in the background reports that as aborted, and so it
        # does with a stream that a page leaves behind, or with its icon, which comes last of all.
        left = re.search(r"/current\.json$|/api/v1/events$|/static/icon-\w+\.svg$", url)
        if not (left and why == "net::ERR_ABORTED"):
            self.complaints.append(f"{url}: {why}")

    def addresses(self, *parts: str) -> list[str]:
        return [url for url in self.asked if all(part in url for part in parts)]

    def wait_asked(self, *parts: str) -> None:
        deadline = time.monotonic() + 30
        while not self.addresses(*parts):
            assert time.monotonic() < deadline, (parts, self.asked)
            self.page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a page of a server; all end with the module."""
    opened: list[Page] = []

    def open_page(
        server: Any,
        path: str = "/en",
        size: tuple[int, int] = WIDE,
        scheme: Any = "light",
        surface: bool = True,
    ) -> Visit:
        page = browser.new_page(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        opened.append(page)
        made = Visit(page, server.url, surface)
        page.on(
            "console",
            # Reading canvases back is what these tests do, not the page.
            lambda said: (
                made.complaints.append(said.text)
                if said.type != "log" and "willReadFrequently" not in said.text
                else None
            ),
        )
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on("requestfailed", lambda failed: made.fail(failed.url, failed.failure))
        page.on("request", lambda request: made.asked.append(request.url))
        page.on("response", lambda answer: made.answers.append(answer))
        page.goto(server.url + path)
        made.settle()
        made.first = list(made.answers)
        return made

    yield open_page
    for page in opened:
        page.close()


@pytest.fixture(scope="module")
def hours(demonstration: Server) -> Server:
    """The demonstration, once it has surfaces of several hours."""

    def has_hours() -> bool:
        layers = {each["id"]: each for each in demonstration.json("/current.json")["layers"]}
        # All of them: a page that is told of news draws itself anew.
        status, _, said = demonstration.get("/readyz")
        waiting = status != 200 or json.loads(said)["surfaces_waiting"]
        return (
            len(layers["dose-rate"]["times"]) >= 4
            and bool(layers["pm2-5"]["times"])
            and not waiting
        )

    wait_for(has_hours, story=demonstration.log.read_text)
    return demonstration


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")
