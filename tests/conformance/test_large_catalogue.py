"""Two hundred layers with ten thousand times each: a document that clients can still read."""

import gzip
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from layers.geo import Bounds
from layers.model import CatalogDefinition, Context, Extent, LayerDefinition, StyleDefinition
from layers.views import listed
from mapserver import settings
from mapserver.documents.wms_capabilities import Capabilities, Offered, document

pytestmark = pytest.mark.conformance
WMS = "{http://www.opengis.net/wms}"
LAYERS, TIMES = 200, 10_000


def said(times: list[datetime]) -> Capabilities:
    styles = tuple(StyleDefinition(name, title=name) for name in ("mean", "sd"))
    layers = tuple(
        LayerDefinition(
            id=f"layer-{n}", kind="surface", title=f"Layer {n}", quantity="ambient_dose_rate",
            styles=styles,
        )
        for n in range(LAYERS)
    )  # fmt: skip
    return Capabilities(
        version="1.3.0",
        sequence=1,
        language="en",
        catalog=CatalogDefinition("Many", Context.SIMULATED, layers),
        layers=[
            Offered(layer, Extent(Bounds(60 + n / 100, 40, 80, 50), 0, 8, times))
            for n, layer in enumerate(layers)
        ],
        systems=listed(settings.read({}).crs),
        base_url="http://127.0.0.1:8000",
        legend_size=lambda *_: (148, 318),
    )


def test_times_are_told_as_intervals_with_their_gaps(record_property: Any) -> None:
    begin = datetime(2025, 1, 1, tzinfo=UTC)
    # Every thousandth hour is missing.
    times = [begin + timedelta(hours=n) for n in range(TIMES + 10) if n % 1_000 != 999]
    whole = said(times)
    began = time.process_time()
    body = document(whole)
    took_s = time.process_time() - began
    packed = len(gzip.compress(body, 6))
    record_property("capabilities", [len(body), packed, round(took_s, 2)])
    size = f"{len(body):,} bytes, {packed:,} packed, {took_s:.2f} s"
    print(f"{LAYERS} layers, {len(times):,} times: {size}")
    found = ET.fromstring(body).findall(f".//{WMS}Dimension")
    assert len(found) == LAYERS
    runs = str(found[0].text).split(",")
    assert len(runs) == 11
    assert all(run.endswith("/PT1H") for run in runs)
    assert len(body) < 1_000_000
    assert packed < 60_000
