"""Where layers say nothing of a site, a sheet says so: nothing found is not nothing there."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from layers.geo import Bounds, Point, distance_m
from layers.kinds.collection import CollectionKind
from layers.model import CandidateSite, LayerDefinition
from layers.model.hazard import HazardDataset, HazardGrid, HazardManifest, HazardStatus
from layers.screening import Settlements, Shapes
from layers.siting import ground, neighbours
from layers.siting.loaded import Desk, Loaded, Traces, _traces
from layers.siting.surroundings import Surroundings
from layers.store import PUBLIC

REGION = Bounds(60.0, 36.0, 80.0, 50.0)
FAULTS = LayerDefinition("faults", "faults", "Faults")
THEMES = ("airport", "hazard-facility", "protected", "flood")


def traces(*shapes: shapely.Geometry, length_km: float = 100.0) -> Traces:
    ids = [str(i) for i in range(len(shapes))]
    length = np.full(len(shapes), length_km)
    return Traces(FAULTS, ids, Shapes(list(shapes)), length, {"type": ["thrust"] * len(shapes)})


def loaded(towns: Any = (), **layers: Any) -> Any:
    lon, lat = (np.array([t[i] for t in towns], float) for i in (0, 1))
    people = np.full(len(towns), 2e5)
    nothing = Shapes([])
    said = {"title": "S", "vintage": "2020", "scale": 1e6}
    around = Surroundings(
        "t", REGION, Shapes([shapely.box(60, 36, 80, 50)]), ("KZ",), nothing, (), nothing, nothing,
        Settlements(["T"] * len(towns), lon, lat, people, np.full(len(towns), "KZ")),
        dict.fromkeys(("settlements", "states", "waters"), said),
    )  # fmt: skip
    held = {
        "tokens": {"faults": "v"}, "faults": (), "events": (), "zones": (), "themes": {},
        "rasters": {}, "hazard": (), "dose": (), "stations": (), "catalog": SimpleNamespace(),
    }  # fmt: skip
    return Loaded(around, **(held | layers))


def site(lon: float, lat: float, accuracy_m: float | None = None) -> CandidateSite:
    return CandidateSite("s1", "x", lon, lat, accuracy_m)


def at(place: CandidateSite, held: Any) -> dict[str, Any]:
    found = [
        *ground.faults(place, held)[1], *ground.events(place, held)[1],
        *ground.zones(place, held)[1], *neighbours.themes(place, held),
        *neighbours.people(place, held)[1],
    ]  # fmt: skip
    return {each.id: each for each in found}


def test_layers_without_a_feature_are_not_loaded() -> None:
    empty = (traces(),)
    found = at(
        site(70, 42),
        loaded(faults=empty, events=empty, zones=empty, themes=dict.fromkeys(THEMES, empty)),
    )
    for name in (
        "fault_distance", "fault_margin", "historic_msk", "msk_zone", "airport_distance",
        "hazard_facility_distance", "protected_distance", "flood_zone",
    ):  # fmt: skip
        assert (found[name].value, found[name].missing) == (None, "not_loaded"), name


@pytest.mark.parametrize("place", [(-60.0, -20.0), (70.0, 46.5), (60.1, 48.0)])
def test_a_site_beyond_what_layers_hold_is_outside_of_them(place: tuple[float, float]) -> None:
    one = (traces(shapely.LineString([(70, 41), (71, 42)])),)
    area = (traces(shapely.box(70, 41, 71, 42)),)
    themes = dict.fromkeys(THEMES, one) | {"flood": area}
    found = at(site(*place), loaded(faults=one, events=one, themes=themes))
    for name in ("fault_distance", "fault_margin", "historic_msk", "airport_distance",
                 "flood_zone"):  # fmt: skip
        assert (found[name].value, found[name].missing) == (None, "outside"), name


def test_near_what_layers_hold_it_is_known_that_nothing_is_there() -> None:
    # Two short faults 800 km apart: between them there is none within 300 km.
    apart = (
        traces(
            shapely.LineString([(62, 42), (62.1, 42.1)]),
            shapely.LineString([(72, 42), (72.1, 42.1)]),
        ),
    )
    flood = (traces(shapely.box(62, 41, 62.1, 43), shapely.box(72, 41, 72.1, 43)),)
    found = at(site(67, 42.05), loaded(faults=apart, events=apart, themes={"flood": flood}))
    distance, margin = found["fault_distance"], found["fault_margin"]
    assert (distance.value, distance.lower_bound) == (300.0, True)
    # Beyond its reach, which may be over 300 km, a fault has a margin above 0: no more is known.
    assert (margin.value, margin.lower_bound) == (0.0, True)
    assert found["historic_msk"].missing == "nothing_near"
    assert found["flood_zone"].value == 0.0
    assert at(site(62.05, 42), loaded(themes={"flood": flood}))["flood_zone"].value == 1.0


def test_the_nearest_town_is_known_as_far_as_the_region_goes_on() -> None:
    towns = [(60.5, 42.0), (70.0, 42.0)]
    # 10 km from a town near the edge: the region goes on for more, and nothing nearer is missed.
    near = at(site(60.62, 42.0), loaded(towns))["town_100000_distance"]
    assert near.value == pytest.approx(9.94, abs=0.02)
    assert near.low == pytest.approx(near.value - site(0, 0).radius_m / 1000)
    # 40 km from the edge a town of another state may be nearer than that at 375 km.
    far = at(site(60.5, 38.0), loaded([(64.0, 40.0)]))["town_100000_distance"]
    assert far.value == pytest.approx(377, abs=3)
    assert far.low == pytest.approx(43.8 - site(0, 0).radius_m / 1000, abs=0.5)
    assert "known of up to 4" in far.method
    assert at(site(59.9, 38.0), loaded(towns))["town_100000_distance"].missing == "outside"


def test_the_region_goes_on_no_farther_than_its_nearest_edge() -> None:
    around = loaded().surroundings
    for place, edge in ((Point(70, 36.5), Point(70, 36)), (Point(61, 43), Point(60, 43))):
        km = distance_m(place, edge) / 1000
        assert 0.99 * km < around.reach_km(place) <= km
    assert around.reach_km(Point(59, 43)) == 0.0


def test_a_length_that_is_no_number_counts_as_not_told() -> None:
    told = ["about 12", None, float("nan"), 10**400, -3.0, True, 7.5, 12]
    lines = np.full(len(told), shapely.LineString([(0, 0), (1e5, 1e5)]))
    features: Any = SimpleNamespace(
        ids=[str(i) for i in range(len(told))], geometry=lines, properties={"length_km": told}
    )
    assert _traces(FAULTS, features).length_km.tolist() == [0, 0, 0, 0, 0, 0, 7.5, 12]


def test_only_layers_that_are_evidence_are_read() -> None:
    class Unread(CollectionKind):
        def held(self) -> Any:
            raise AssertionError("this layer says nothing of a site")

    layer = LayerDefinition("rivers", "points", "Rivers")
    sources: Any = SimpleNamespace()
    catalog: Any = SimpleNamespace(layers={"rivers": layer}, kind=lambda _: Unread(layer, sources))
    store: Any = SimpleNamespace(stations=lambda *_, **__: [])
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = Desk(catalog, store, PUBLIC, lambda: now, lambda: loaded().surroundings).loaded()
    assert (found.tokens, found.themes, found.faults) == ({}, {}, ())


def test_one_model_whose_curve_falls_leaves_the_rest_of_the_sheet() -> None:
    manifest = HazardManifest(
        id="m", title="M", status=HazardStatus("model"), unit="g", licence="x", vintage="2020",
        source="s", vs30_m_s=760.0, state="",
    )  # fmt: skip

    def dataset(*pga: float) -> HazardDataset:
        periods = zip((475.0, 2475.0), pga, strict=True)
        grids = (HazardGrid(p, np.full((4, 4), v, np.float32), 68, 43, 1, 1) for p, v in periods)
        return HazardDataset(manifest, tuple(grids))

    layer = LayerDefinition("hazard", "hazard", "Hazard")
    held = loaded(hazard=((layer, dataset(0.3, 0.25)), (layer, dataset(0.1, 0.2))))
    body, evidence = ground.hazard(site(69.5, 41.5), held, "KZ")
    falling, rising = body["models"]
    assert (falling["curve"], falling["curve_missing"]) == (None, "falling_curve")
    assert (len(rising["curve"]["pga_g"]), rising["curve_missing"]) == (2, "")
    known = {each.id: each for each in evidence}
    assert known["pga_475"].value == pytest.approx(0.2)
