"""Layers of hours that have none yet are named, and nothing that is not there is linked."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from layers.kinds.sources import WORLD


@pytest.fixture(scope="module")
def empty(open_house: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    return open_house(tmp_path_factory.mktemp("empty") / "data", demo=False)


def test_no_collection_links_to_what_is_not_there(empty: Any) -> None:
    listed = {
        each["id"]: each for each in empty.get("/ogcapi/collections?f=json").json["collections"]
    }
    links = {
        name: [link["rel"].rpartition("/")[2] for link in listed[name]["links"]]
        for name in ("dose-rate", "faults")
    }
    assert not {"map", "tilesets-map", "tilesets-vector", "data"} & set(links["dose-rate"])
    assert "data_queries" not in listed["dose-rate"]
    assert {"map", "tilesets-map"} <= set(links["faults"])


def test_capabilities_of_wms_name_no_metadata_of_it_and_no_box_of_the_world(empty: Any) -> None:
    told = empty.get("/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities").text
    assert "<Name>dose-rate</Name>" in told
    assert "/tilejson/dose-rate.json" not in told
    assert "/tilejson/faults.json" in told
    (whole,) = re.findall(r"<EX_GeographicBoundingBox>.*?west\w+>([-\d.]+)<", told, re.DOTALL)[:1]
    assert float(whole) > WORLD.west
