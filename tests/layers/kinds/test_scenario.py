from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from layers import demo
from layers.errors import BadFileError, BadParameterError, GoneError
from layers.geo import Point, Window
from layers.kinds import Sources
from layers.kinds.places import pixel_places
from layers.kinds.scenario import ScenarioKind, check
from layers.model import Context, Feature, LayerDefinition, Raster, StyleDefinition
from layers.model.kind import Question, Scenario
from layers.seismic import bindi_2011, boore_2014, plane, rupture
from layers.seismic.motion import Source
from layers.store import PUBLIC, Batch, Reader, Writer
from layers.store import features as stored

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TILE = Window(6, 44, 23)


def definition(measure: str = "pga", **options: Any) -> LayerDefinition:
    style = StyleDefinition("s", measure=measure, threshold=0.1)
    said = {"rupture": "event:1946-11-02-chatkal", **options}
    return LayerDefinition("shaking", "scenario", "Shaking", styles=(style,), options=said)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("store")
    writer = Writer(folder, Context.SIMULATED)
    odd = [
        Feature("axis", "faults", shapely.LineString([(70, 41), (71, 42)]), {"type": "anticline"}),
        Feature("dot", "faults", shapely.Point(70, 41), {"type": "thrust"}),
        Feature(
            "told",
            "faults",
            shapely.LineString([(70, 41), (70, 42)]),
            {"slip_type": "Reverse", "average_rake": "(110,90,130)", "average_dip": "(35,,)"},
        ),
        Feature("north", "faults", shapely.LineString([(70, 41), (70, 42)]), {"type": "thrust"}),
    ]
    unsized = [
        Feature(name, "earthquakes", shapely.Point(70, 41), {"magnitude": magnitude}, time=NOW)
        for name, magnitude in (("unsized", None), ("worded", "strong"))
    ]
    for i, features in enumerate((demo.earthquakes(), demo.faults(), odd, unsized)):
        batch = Batch(f"b{i}", "", "test", None, Context.SIMULATED, NOW, "test")
        writer.append_features(batch, features)
    writer.close()
    reader = Reader(folder)
    yield Sources(reader, PUBLIC, lambda: NOW)
    reader.close()


@pytest.fixture
def shown(sources: Any) -> Callable[..., np.ndarray]:
    def ask(measure: str = "pga", scenario: Scenario | None = None, **options: Any) -> np.ndarray:
        layer = definition(measure, **options)
        kind = ScenarioKind(layer, sources)
        found = kind.tile(
            TILE, None, kind.version(None), Question(layer.styles[0], scenario=scenario)
        )
        assert isinstance(found, Raster)
        return found.bands["value"]

    return ask


def test_a_fault_shakes_as_its_rupture_and_model_say(shown: Callable[..., np.ndarray]) -> None:
    value = shown(scenario=Scenario("fault:north", magnitude=6.9), vs30_m_s=360)
    lon, lat = pixel_places(TILE)
    source = Source(6.9, 90.0, 45.0)
    trace = np.array([[70.0, 41.0], [70.0, 42.0]])
    # Without a place it breaks around the middle vertex, here the northern end.
    away = rupture.along_trace(trace, source, 70.0, 42.0).distances(lon, lat)
    expected = np.where(away.rjb <= 400, boore_2014.pga(source, away, 360.0).median_g, np.nan)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    # A thrust dips to the right of its trace, which runs north: the east shakes harder.
    row = np.argmin(np.abs(lat[:, 0] - 41.8))
    near = np.abs(lon[row] - 70) < 0.3
    assert value[row][near & (lon[row] > 70)].mean() > value[row][near & (lon[row] < 70)].mean()


def test_all_measures_are_of_one_distribution(shown: Callable[..., np.ndarray]) -> None:
    median, upper, sigma, chance = (
        shown(each).astype(float) for each in ("pga", "pga-84", "sigma", "exceedance")
    )
    np.testing.assert_allclose(np.log(upper / median), sigma, rtol=1e-4)
    above = chance > 0.5
    assert (above == (median > 0.1)).mean() > 0.9999
    assert np.nanmin(chance) >= 0
    assert np.nanmax(chance) <= 1


def test_an_event_has_the_intensity_of_the_equation_for_central_asia(
    shown: Callable[..., np.ndarray],
) -> None:
    value = shown("msk")
    lon, lat = pixel_places(TILE)
    away = plane.epicentral_km(71.82, 41.80, lon, lat)
    assert value == pytest.approx(bindi_2011.intensity(7.5, away, 25.0), rel=1e-5)


def test_what_a_query_says_takes_the_place_of_what_the_entry_says(
    shown: Callable[..., np.ndarray],
) -> None:
    plain = shown()
    near = np.isfinite(plain)
    stronger = shown(scenario=Scenario(magnitude=8.0))
    softer = shown(scenario=Scenario(vs30_m_s=200.0))
    assert (stronger > plain)[near].all()
    assert softer[plain < 0.05].mean() > plain[plain < 0.05].mean()
    # Numbers of the entry are of its own earthquake: another one has those of its own.
    own = shown(magnitude=6.0)
    other = shown(magnitude=6.0, scenario=Scenario("event:1902-12-16-andijan"))
    again = shown(scenario=Scenario("event:1902-12-16-andijan"))
    assert (own < plain)[np.isfinite(own)].all()
    np.testing.assert_array_equal(other, again)


def test_where_on_a_fault_it_breaks_can_be_chosen(shown: Callable[..., np.ndarray]) -> None:
    north = shown(scenario=Scenario("fault:talas-fergana", magnitude=6.5, at=(70.2, 42.8)))
    south = shown(scenario=Scenario("fault:talas-fergana", magnitude=6.5, at=(72.5, 41.85)))
    _, lat = pixel_places(TILE)
    strongest = [np.unravel_index(np.nanargmax(each), each.shape) for each in (north, south)]
    assert lat[strongest[0]] > lat[strongest[1]]


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (Scenario("fault:nowhere"), 'there is no fault "nowhere"'),
        (Scenario("fault:axis"), "is a fold"),
        (Scenario("fault:dot"), "is no line"),
        (Scenario("event:unsized"), "has no magnitude"),
        (Scenario("volcano:x"), "fault:ID or event:ID"),
        (Scenario("fault:"), "fault:ID or event:ID"),
        (Scenario(magnitude=11), "magnitude of 11"),
        (Scenario(magnitude=1e4), "magnitude of 10000"),
        (Scenario("fault:north", magnitude=1e4), "magnitude of 10000"),
        (Scenario("event:worded"), "has no magnitude"),
        (Scenario("fault:north", dip=0.0), "dip of 0"),
        (Scenario(vs30_m_s=20.0), "Vs30 of 20"),
        (Scenario(depth_km=300.0), "crustal events"),
    ],
)
def test_an_earthquake_that_cannot_be_is_refused(
    shown: Callable[..., np.ndarray], scenario: Scenario, told: str
) -> None:
    with pytest.raises(BadParameterError, match=told):
        shown(scenario=scenario)


def test_a_click_tells_the_values_and_what_was_assumed(sources: Any) -> None:
    kind = ScenarioKind(definition(vs30_m_s=400), sources)
    found = kind.inspect(Point(71.5, 41.3), None)
    values = {v["name"]: v["value"] for v in found["values"]}
    assert values["pga_p16"] < values["pga"] < values["pga_p84"]
    # Its depth is known: the equation with the depth has a deviation of its own.
    assert values["msk_sd"] == bindi_2011.SIGMA_WITH_DEPTH
    fault = kind.inspect(Point(71, 41.5), None, Scenario("fault:north"))
    assert {v["name"]: v["value"] for v in fault["values"]}["msk_sd"] == bindi_2011.SIGMA
    assert found["earthquake"]["magnitude"] == 7.5
    assert "every strike" in found["earthquake"]["assumed"][0]
    far = kind.inspect(Point(20, 50), None)
    assert (far["known"], far["values"]) == (False, [])


def test_rake_and_dip_that_a_file_tells_come_before_usual_ones_and_a_question_before_both(
    sources: Any,
) -> None:
    kind = ScenarioKind(definition(), sources)

    def asked(**said: Any) -> Any:
        return kind.inspect(Point(70.2, 41.5), None, Scenario("fault:told", **said))["earthquake"]

    told, own = asked(), asked(rake=90.0, dip=50.0)
    assert (told["rake"], told["dip"]) == (110, 35)
    assert not [words for words in told["assumed"] if "dip" in words]
    assert (own["rake"], own["dip"]) == (90, 50)
    dextral = kind.inspect(Point(72, 42), None, Scenario("fault:talas-fergana"))["earthquake"]
    assert (dextral["rake"], dextral["dip"]) == (180, 90)


@pytest.mark.parametrize("threshold", [0.0, -0.1])
def test_a_threshold_that_no_acceleration_can_have_is_refused(
    sources: Any, threshold: float
) -> None:
    layer = definition("exceedance")
    kind = ScenarioKind(layer, sources)
    with pytest.raises(BadParameterError, match="above 0 g was expected"):
        kind.tile(TILE, None, kind.version(None), Question(layer.styles[0], threshold=threshold))


def test_of_a_collection_one_feature_is_read(sources: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    made = stored._feature

    def counted(row: Any) -> Any:
        read.append(row["id"])
        return made(row)

    monkeypatch.setattr(stored, "_feature", counted)
    kind = ScenarioKind(definition(), sources)
    kind.inspect(Point(71.5, 41.3), None, Scenario("event:1902-12-16-andijan"))
    assert read == ["1902-12-16-andijan"]
    with pytest.raises(BadParameterError, match="there is no event"):
        kind.inspect(Point(71.5, 41.3), None, Scenario("event:nothing"))
    assert len(read) == 1


def test_what_is_delivered_while_an_earthquake_is_read_is_of_the_next_version(
    tmp_path: Path,
) -> None:
    writer = Writer(tmp_path, Context.SIMULATED)

    def deliver(magnitude: float) -> None:
        batch = Batch(f"b{magnitude}", "", "test", None, Context.SIMULATED, NOW, "test")
        quake = Feature("q", "earthquakes", shapely.Point(70, 41), {"magnitude": magnitude})
        writer.append_features(batch, [quake])

    class Hurried(Reader):
        def feature(self, *asked: Any) -> Any:
            if newer:
                deliver(newer.pop())
            return super().feature(*asked)

    deliver(6.0)
    newer = [7.0]
    reader = Hurried(tmp_path)
    layer = definition(rupture="event:q")
    kind = ScenarioKind(layer, Sources(reader, PUBLIC, lambda: NOW))
    version = kind.version(None)
    with pytest.raises(GoneError):
        kind.tile(TILE, None, version, Question(layer.styles[0]))
    newer.append(8.0)
    found = kind.inspect(Point(71, 41), None)
    assert (found["version"], found["earthquake"]["magnitude"]) == (kind.version(None), 8.0)
    reader.close()
    writer.close()


def test_an_earthquake_that_ceases_to_hold_is_not_of_the_next_version(tmp_path: Path) -> None:
    writer = Writer(tmp_path, Context.SIMULATED)
    batch = Batch("b", "", "test", None, Context.SIMULATED, NOW, "test")
    until = NOW + timedelta(hours=1)
    quake = Feature("q", "earthquakes", shapely.Point(70, 41), {"magnitude": 6.0}, valid_to=until)
    writer.append_features(batch, [quake])
    reader, clock = Reader(tmp_path), [NOW]
    kind = ScenarioKind(definition(rupture="event:q"), Sources(reader, PUBLIC, lambda: clock[0]))
    before = kind.inspect(Point(71, 41), None)
    clock[0] = until
    after = kind.inspect(Point(71, 41), None)
    assert (before["known"], after["known"]) == (True, False)
    assert before["version"] != kind.version(None)
    reader.close()
    writer.close()


def test_an_entry_of_an_earthquake_that_is_not_there_shows_nothing(sources: Any) -> None:
    kind = ScenarioKind(definition(rupture="fault:nowhere"), sources)
    assert kind.inspect(Point(70, 41), None)["known"] is False
    assert kind.extent().bounds.west == -180


def test_an_entry_without_a_rupture_or_with_an_unknown_model_is_refused() -> None:
    with pytest.raises(BadFileError, match="rupture"):
        check(definition(rupture="nothing"))
    with pytest.raises(BadFileError, match="did you mean"):
        check(definition(model="boore2014"))
