from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.exchange import adapter
from layers.geo import GEOD, Point
from layers.kinds import KINDS, Sources, faults
from layers.kinds.faults import is_fold, length_km, slip_rate
from layers.model import Context, Feature, LayerDefinition
from layers.seismic.scenario import mechanism
from layers.store import PUBLIC, Batch, Reader, Writer

SHARED = Path(__file__).parents[4] / "shared" / "data" / "seismic"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def kind(tmp_path: Path) -> Iterator[Any]:
    """Give a function that makes the layer of a kind of batches of features."""
    readers = []

    def make(kind: str, collection: str, *batches: list[Feature]) -> Any:
        folder = tmp_path / f"store{len(readers)}"
        writer = Writer(folder, Context.ROUTINE)
        for i, features in enumerate(batches):
            writer.append_features(
                Batch(f"b{i}", "", "test", None, Context.ROUTINE, NOW, "test"), features
            )
        writer.close()
        readers.append(Reader(folder))
        definition = LayerDefinition("layer", kind, "Layer", collection=collection)
        return KINDS[kind].make(definition, Sources(readers[-1], PUBLIC, lambda: NOW))

    yield make
    for reader in readers:
        reader.close()


def brought(name: str, format_id: str, **options: str) -> list[Feature]:
    with (SHARED / name).open("rb") as stream:
        records = list(adapter(format_id).records(stream, options))
    return [record for record in records if isinstance(record, Feature)]


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ("(6,1,11)", (6, 1, 11)),
        ("(0.7,0.5,0.9)", (0.7, 0.5, 0.9)),
        ("(0.,0.,2.)", (0, 0, 2)),
        ("(-6.,-9.,-16.)", (6, 6, 16)),
        ("(,1.0,2.0)", (None, 1, 2)),
        ("(1.5,,)", (1.5, None, None)),
        ("2.5 mm/yr", (2.5, None, None)),
        (1.2, (1.2, None, None)),
        ("Some slip rate may be on neighboring faults", None),
        ("A huge range; see Mohadjer (2017), 3.", None),
        ("(,,)", None),
        ("(1e9,0,0)", None),
        ("(5000,1,2)", None),
        (None, None),
        (True, None),
    ],
)
def test_slip_rates_are_read_with_their_range_and_prose_is_none(told: Any, rate: Any) -> None:
    assert slip_rate(told) == rate


def test_folds_are_known_by_any_name_that_files_give_them() -> None:
    for word in ("anticline", "Syncline", "sycline", "fold axis"):
        assert is_fold({"slip_type": word})
    for word in ("thrust", "Dextral-Normal", None):
        assert not is_fold({"type": word})


def test_a_length_is_geodesic_and_of_all_parts() -> None:
    line = shapely.MultiLineString([[(70, 40), (71, 40)], [(72, 41), (72, 42)]])
    expected = GEOD.inv(70, 40, 71, 40)[2] + GEOD.inv(72, 41, 72, 42)[2]
    assert length_km(line) == pytest.approx(expected / 1000, abs=1e-3)
    assert length_km(shapely.Point(70, 40)) is None


def test_a_fault_tells_type_length_and_slip_rate_at_a_click(kind: Any) -> None:
    trace = shapely.LineString([(70, 40), (71, 41)])
    layer = kind(
        "faults", "faults",
        [Feature("f", "faults", trace, {"slip_type": "Reverse", "net_slip_rate": "(2,1,3)"})],
    )  # fmt: skip
    (found,) = layer.inspect(Point(70.5, 40.5), None)["features"]
    assert (found["type"], found["fold"]) == ("Reverse", False)
    assert found["slip_rate_mm_y"] == 2
    assert (found["slip_rate_min_mm_y"], found["slip_rate_max_mm_y"]) == (1, 3)
    assert found["slip_rate_of"] == "net_slip_rate"
    assert found["length_km"] == pytest.approx(139.8, abs=0.5)


def test_an_event_of_several_catalogues_is_one_on_the_map(kind: Any) -> None:
    def event(key: str, source: str, magnitude_type: str, second: int) -> Feature:
        facts = {"magnitude": 6.5, "magnitude_type": magnitude_type, "source": source}
        at = datetime(2000, 1, 1, 0, 0, second, tzinfo=UTC)
        return Feature(key, "earthquakes", shapely.Point(70 + second / 100, 42), facts, time=at)

    layer = kind(
        "quakes", "earthquakes",
        [event("a1", "A", "ms", 0)], [event("b1", "B", "mw", 10), event("b2", "B", "mw", 55)],
    )  # fmt: skip
    everything = layer.everything(None, layer.version(None))
    assert sorted(everything.ids) == ["b1", "b2"]
    also = dict(zip(everything.ids, everything.properties["also"], strict=True))
    assert also == {"b1": "A a1", "b2": None}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_four_real_catalogues_become_one_without_losing_an_event(kind: Any) -> None:
    iscgem = brought("iscgem_v7_main_1904_2016.csv", "quakes-csv", source="ISC-GEM")
    comcat = brought("usgs_comcat_m6_1900_2023.csv", "quakes-csv", **{"column.source": "id"})
    comcat = [
        Feature(f.id, f.collection, f.geometry, {**f.properties, "source": "ComCat"}, time=f.time)
        for f in comcat
    ]
    centennial = brought("centennial_1900_2007.csv", "quakes-csv", source="Centennial")
    centennial = [
        Feature(f"c-{f.id}", f.collection, f.geometry, {**f.properties, "source": "Centennial"},
                time=f.time)
        for f in centennial
    ]  # fmt: skip
    noaa = brought("noaa_significant_earthquakes.csv", "noaa-quakes")
    layer = kind("quakes", "earthquakes", iscgem, comcat, centennial, noaa)
    everything = layer.everything(None, layer.version(None))
    together = sum(map(len, (iscgem, comcat, centennial, noaa)))
    assert len(iscgem) < len(everything) < together
    # Each event of ComCat that ISC-GEM located itself says so by its id: all of them were found.
    named = {f.id.removeprefix("iscgem") for f in comcat if f.id.startswith("iscgem")}
    held = {f.id for f in iscgem}
    assert len(named & held) > 120
    shown = set(everything.ids)
    twice = {key for key in named & held if key in shown and f"iscgem{key}" in shown}
    assert len(twice) <= 1
    # And nothing is lost: what is not shown stands in the list of another.
    also = [a for a in everything.properties["also"] if a]
    assert len(everything) + sum(len(each.split("; ")) for each in also) == together


@pytest.mark.parametrize(
    ("properties", "rake", "dip"),
    [
        # Words of GEM.
        ({"slip_type": "Reverse"}, 90, 45),
        ({"slip_type": "Blind Thrust"}, 90, 45),
        ({"slip_type": "Normal"}, -90, 60),
        ({"slip_type": "Spreading_Ridge"}, -90, 60),
        ({"slip_type": "Dextral"}, 180, 90),
        ({"slip_type": "Sinistral"}, 0, 90),
        ({"slip_type": "Strike-Slip"}, 0, 90),
        ({"slip_type": "Dextral-Reverse"}, 135, 60),
        ({"slip_type": "Reverse-Sinistral"}, 45, 60),
        ({"slip_type": "Dextral-Normal"}, -135, 60),
        ({"slip_type": "Normal-Sinistral"}, -45, 60),
        # Of HimaTibetMap, misspelt as they are there.
        ({"type": "thrsut"}, 90, 45),
        ({"type": "left sli[p"}, 0, 90),
        ({"type": "rightslip"}, 180, 90),
        # A type that leaves the side to the sense of slip.
        ({"type": "strike-slip", "slip_sense": "dextral"}, 180, 90),
        ({"type": "strike-slip", "slip_sense": "sinistral"}, 0, 90),
        ({"type": "reverse", "slip_sense": "sinistral"}, 45, 60),
        ({"type": "oblique", "slip_sense": "dextral-normal"}, -135, 60),
        ({"slip_sense": "right-lateral"}, 180, 90),
        ({}, 0, 90),
    ],
)  # fmt: skip
def test_the_mechanism_follows_type_and_sense_of_slip(
    properties: dict[str, str], rake: float, dip: float
) -> None:
    assert mechanism(faults.mechanism_of(properties)) == (rake, dip)


@pytest.mark.parametrize(
    ("told", "angle"),
    [
        ("(90,80,100)", 90), ("(-45.5,,)", -45.5), ("(,10,20)", None), ("35", 35), (35, 35),
        ("steep", None), (None, None), (True, None), ("(190,,)", None), (float("nan"), None),
    ],
)  # fmt: skip
def test_angles_of_gem_are_read_and_what_is_none_is_not(told: Any, angle: Any) -> None:
    assert faults.angle(told, -180, 180) == angle
