"""One server of the demonstration and one browser for all journeys of a module."""

import json
import time
from typing import Any

import pytest

from tests.real.conftest import browser, demonstration  # noqa: F401


@pytest.fixture(scope="module")
def hours(demonstration: Any) -> Any:  # noqa: F811
    """The demonstration, once it has surfaces of several hours and rests."""
    end = time.monotonic() + 120
    while True:
        layers = {each["id"]: each for each in demonstration.json("/current.json")["layers"]}
        # All of them: a page that is told of news draws itself anew.
        status, _, said = demonstration.get("/readyz")
        waiting = status != 200 or json.loads(said)["surfaces_waiting"]
        if len(layers["dose-rate"]["times"]) >= 4 and not waiting:
            return demonstration
        assert time.monotonic() < end, demonstration.log.read_text()
        time.sleep(0.3)
