"""A real browser for tests, where one is installed."""

import contextlib
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextlib.contextmanager
def launched(*options: str) -> Iterator[Browser]:
    """Give a browser and close it; the test is skipped, or fails where one is required."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("KYZYLKUM_REQUIRE_BROWSER") == "1":
            pytest.fail(f"no browser: none of {', '.join(BROWSERS)} is installed")
        pytest.skip("no browser is installed")
    with sync_playwright() as play:
        found = play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--no-first-run", *options]
        )
        yield found
        found.close()
