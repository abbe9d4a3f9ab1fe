"""What all tests share."""

import os

import pytest
from hypothesis import settings

# No test fails on a time: a busy machine is no mistake of the code. CI draws the same cases every
# time, so that it tells of a change and of nothing else; everywhere else new ones are tried.
settings.register_profile("ours", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("ours")

LONG = (
    "real/test_page.py",
    "project/test_wheel.py",
    "layers/interpolation/test_field.py",
    "mapserver/runtime/test_serving.py",
    "mapserver/cli/test_seed.py",
    "real/test_live.py",
    "browser/test_relative.py",
    "browser/test_journeys.py",
    "layers/store/test_kills.py",
)
"""Files that take half a minute and more. They begin first: one that began last would go on alone,
while the other process has nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, the longest before all."""
    order = {f"tests/{name}": rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(LONG)))
