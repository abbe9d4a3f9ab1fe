"""From bytes to a surface: what is made again, what stays, and what a gap leaves."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio

from layers import geo, refresh, units
from layers.errors import (
    BadFileError,
    GoneError,
    NoSurfaceError,
    UnknownStationError,
    UnsupportedFormatError,
)
from layers.geo import Bounds
from layers.interpolation import Predictive
from layers.model import Context, LayerDefinition, Network, Release, Station
from layers.refresh import surfaces
from layers.store import PUBLIC, Audience, Reader, Role, Writer

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEN = NINE + HOUR
NOON = NINE - 21 * HOUR
"""Of the day before: an hour of the week that the parameters of nine and ten are learnt from."""
NOW = NINE + timedelta(hours=3)
DOSE, DUST = "ambient_dose_rate", "pm2_5"
BOX = Bounds(66, 40, 78, 46)
LAYERS = (
    LayerDefinition("dose-rate", "surface", "Dose", quantity=DOSE, domain=BOX, native_zoom=2),
    LayerDefinition("pm2-5", "surface", "Dust", quantity=DUST, domain=BOX, native_zoom=2),
    LayerDefinition("stations", "stations", "Stations", quantity=DOSE),
)
PLACES = [(f"S{i}", 67 + i % 4 * 3, 41 + i // 4 * 2) for i in range(8)]


class House:
    def __init__(self, root: Path) -> None:
        self.writer = Writer(root, Context.ROUTINE)
        self.reader = Reader(root)

    def bring(self, text: str, **more: object) -> object:
        facts = {"received_at": NOW, "context": Context.ROUTINE} | more
        delivery = refresh.Delivery(body=text.encode(), name="x.csv", writer="t", **facts)
        return refresh.ingest(self.writer, self.reader, delivery, 1_000_000)

    def hour(self, at: datetime, values: list[float | None], quantity: str = DOSE) -> object:
        unit = "nSv/h" if quantity == DOSE else "ug/m3"
        begin, end = (f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in (at, at + timedelta(hours=1)))
        rows = [
            f"{code},{lon},{lat},{begin},{end},{quantity},{'' if v is None else v},{unit}"
            for (code, lon, lat), v in zip(PLACES, values, strict=False)
        ]
        header = "station_code,lon,lat,time_start_utc,time_end_utc,quantity,value,unit"
        return self.bring("\n".join([header, *rows]))

    def outdated(
        self, layers: tuple[LayerDefinition, ...] = LAYERS
    ) -> list[tuple[str, datetime, bool]]:
        tasks = refresh.outdated(self.reader, layers, NOW, 100)
        return [(task.layer.id, task.hour, task.newest) for task in tasks]

    def make_all(self) -> int:
        made = 0
        for task in refresh.outdated(self.reader, LAYERS, NOW, 100):
            revision = self.writer.next_surface_revision(task.layer.id, task.hour)
            surface = refresh.build(self.reader, task, NOW, revision, Context.ROUTINE)
            if surface is None:
                self.writer.withdraw_surfaces(task.layer.id, task.hour)
            else:
                self.writer.publish_surface(surface, NOW)
                made += 1
        return made

    def register(self, code: str, lon: float, lat: float, **facts: object) -> None:
        self.writer.put_stations([Station(code, "own", lon, lat, **facts)], writer="t", at=NOW)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.reader.close()
    made.writer.close()


VALUES = [100.0, 110.0, 120.0, 130.0, 105.0, 115.0, 125.0, 135.0]


def test_the_newest_hour_comes_first_and_is_marked(house: House) -> None:
    house.hour(NINE, VALUES)
    house.hour(TEN, VALUES)
    assert house.outdated() == [("dose-rate", TEN, True), ("dose-rate", NINE, False)]
    assert house.make_all() == 2
    assert house.outdated() == []


def test_a_late_value_makes_its_own_hour_again_and_no_other(house: House) -> None:
    house.hour(NOON, VALUES)
    house.hour(NINE, VALUES[:7])
    house.hour(TEN, VALUES)
    house.make_all()
    before = {info.valid_time: info.token for info in house.reader.surfaces("dose-rate")}
    house.hour(NINE, VALUES)
    assert house.outdated() == [("dose-rate", NINE, False)]
    house.make_all()
    after = {info.valid_time: info for info in house.reader.surfaces("dose-rate")}
    assert after[NINE].token != before[NINE]
    assert after[NINE].revision == 2
    assert after[TEN].token == before[TEN]
    old = house.reader.surface("dose-rate", NINE, before[NINE])
    assert old.revision == 1, "who holds the old version still gets it"


def test_a_late_value_of_the_first_hour_makes_those_again_that_are_learnt_from_it(
    house: House,
) -> None:
    house.hour(NINE, VALUES)
    house.hour(TEN, VALUES)
    house.make_all()
    house.hour(NINE, [*VALUES[:7], 99.0])
    assert house.outdated() == [("dose-rate", TEN, True), ("dose-rate", NINE, False)]
    house.make_all()
    assert house.outdated() == []


def test_a_past_that_arrives_later_makes_the_hour_again_once(house: House) -> None:
    before = NINE - timedelta(hours=12)
    house.hour(NOON, VALUES)
    house.hour(NINE, VALUES)
    house.hour(TEN, VALUES)
    house.make_all()
    house.hour(before, VALUES)
    assert house.outdated() == [("dose-rate", before, False), ("dose-rate", NINE, False)], (
        "what has no surface comes before what has one"
    )
    house.hour(before + timedelta(hours=1), VALUES)
    assert [hour for _, hour, _ in house.outdated()] == [TEN, before + HOUR, before, NINE]
    assert house.make_all() == 4
    assert house.outdated() == []


def test_a_release_is_recognised_although_its_past_arrives_later(house: House) -> None:
    struck = [value + 4_000.0 * (i < 3) for i, value in enumerate(VALUES)]
    house.hour(NINE, struck)
    house.make_all()
    week = [NINE - timedelta(hours=12 * step) for step in range(1, 15)]
    for step, hour in enumerate(week):
        house.hour(hour, [value + (step + i) % 3 for i, value in enumerate(VALUES)])
    house.make_all()
    (newest,) = [s for s in house.reader.surfaces("dose-rate") if s.valid_time == NINE]
    assert newest.tags["mode"] == "event"


def test_the_same_values_again_make_nothing(house: House) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    house.hour(NINE, VALUES)
    assert house.outdated() == []


def test_a_station_that_was_elsewhere_makes_the_hours_it_reported_in_again(house: House) -> None:
    house.hour(NOON, VALUES[:7])
    house.hour(NINE, VALUES)
    house.hour(TEN, VALUES[:7])
    house.make_all()
    code, lon, lat = PLACES[7]
    house.register(code, lon, lat, names={"en": "a name moves nothing"})
    assert house.outdated() == []
    house.register(code, lon - 0.5, lat)
    assert house.outdated() == [("dose-rate", NINE, False)]
    house.make_all()
    assert house.outdated() == []


def test_a_station_or_network_that_is_hidden_leaves_the_surface_and_returns(house: House) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    code, lon, lat = PLACES[0]
    house.register(code, lon, lat, release=Release.PARTNER)
    assert house.outdated() == [("dose-rate", NINE, True)]
    house.make_all()
    assert house.reader.surface("dose-rate", NINE).tags["stations"] == 7
    house.register(code, lon, lat, release=Release.PUBLIC)
    house.make_all()
    assert house.reader.surface("dose-rate", NINE).tags["stations"] == 8
    house.register(code, lon, lat)

    def release(word: Release) -> None:
        house.writer.put_networks([Network("own", "own", "N", release=word)], writer="t", at=NOW)

    release(Release.PARTNER)
    assert house.make_all() == 0
    assert house.reader.surfaces("dose-rate") == []
    with pytest.raises(NoSurfaceError):
        house.reader.surface("dose-rate", NINE)
    assert house.outdated() == []
    release(Release.PUBLIC)
    assert house.make_all() == 1


def test_values_that_are_all_taken_back_leave_no_surface_behind(house: House) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    token = house.reader.surface("dose-rate", NINE).token
    house.hour(NINE, [None] * 8)
    assert house.make_all() == 0
    assert house.reader.surfaces("dose-rate") == []
    with pytest.raises(GoneError):
        house.reader.surface("dose-rate", NINE, token)
    assert not list(house.writer.paths.surfaces.rglob("*.tif"))


def test_a_register_says_nothing_of_what_it_leaves_out(house: House) -> None:
    house.bring("code,name_en,lon,lat\nA,Almaty,76.9,43.2\n")
    network = Network("closed", "own", "N", release=Release.PARTNER)
    house.writer.put_networks([network], writer="t", at=NOW)
    full = Station("A", "closed", 76.9, 43.2, {"en": "Almaty", "ru": "Алматы"}, 850.0, "KZ",
                   release=Release.PARTNER)  # fmt: skip
    house.writer.put_stations([full], writer="t", at=NOW)
    house.bring("code,lon,lat\nA,76.95,43.2\n")
    held = house.reader.station(Audience(Role.OPERATOR), NOW, "A")
    assert held == dataclasses.replace(full, lon=76.95)
    with pytest.raises(UnknownStationError):
        house.reader.station(PUBLIC, NOW, "A")


def test_the_same_bytes_in_another_context_are_another_batch(house: House) -> None:
    house.hour(NINE, VALUES)
    text = "station_code,time,averaging,quantity,value,unit\n"
    text += f"S0,{TEN:%Y-%m-%dT%H:%M:%SZ},PT1H,{DOSE},100,nSv/h\n"
    assert house.bring(text).accepted == 1
    assert not house.bring(text, context=Context.EVENT).repeated


def test_what_can_be_below_zero_is_mapped_as_it_is(house: House) -> None:
    layer = dataclasses.replace(LAYERS[0], id="t", quantity="air_temperature")
    temperature(house, [-15.0] * 6 + [2.0, 1.0])
    task = refresh.outdated(house.reader, (layer,), NOW, 100)[0]
    made = refresh.build(house.reader, task, NOW, 1, Context.ROUTINE)
    assert made is not None
    assert made.transform == "none"
    assert made.tags["left_one_out"]["masked"] == 0
    assert -16 < np.median(made.bands[0]) < 0
    json.dumps(made.tags, allow_nan=False)


def temperature(house: House, values: list[float]) -> None:
    rows = [
        f"{code},{lon},{lat},{NINE:%Y-%m-%dT%H:%M:%SZ},PT1H,air_temperature,{value},degC"
        for (code, lon, lat), value in zip(PLACES, values, strict=True)
    ]
    house.bring("\n".join(["station_code,lon,lat,time,averaging,quantity,value,unit", *rows]))


@pytest.mark.parametrize(
    ("values", "transform", "smallest"),
    [
        ([0.0, *range(10, 30)], "log", 5.0),
        ([0.0, 0.0, 0.0, 12.0], "none", 0.0),
        ([0.0, 0.0], "none", 0.0),
        ([7.0], "log", 7.0),
        ([], "none", None),
    ],
)
def test_a_few_zeros_are_small_values_and_many_are_zeros(
    values: list[float], transform: str, smallest: float | None
) -> None:
    found, how = surfaces.mapped(np.array(values), units.QUANTITIES["precipitation"])
    assert how == transform
    assert smallest is None or found.min() == smallest


def test_one_station_makes_a_surface_whose_report_can_be_told(house: House) -> None:
    house.hour(NINE, [100.0])
    house.make_all()
    tags = house.reader.surface("dose-rate").tags
    json.dumps(tags, allow_nan=False)
    assert tags["left_one_out"]["mae"] is None


def test_another_recipe_makes_every_surface_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    finer = (dataclasses.replace(LAYERS[0], native_zoom=3),)
    assert house.outdated(finer) == [("dose-rate", NINE, True)]
    monkeypatch.setattr(surfaces, "SURFACE_METHOD", 0)
    assert house.outdated() == [("dose-rate", NINE, True)]


def test_a_correction_shows_in_the_surface(house: House) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    house.hour(NINE, [v * 2 for v in VALUES])
    house.make_all()
    first, second = (
        house.reader.surface("dose-rate", NINE, token)
        for token in (
            house.reader.surfaces("dose-rate")[0].token,
            None,
        )
    )
    assert first == second
    rows, cols = slice(0, first.grid.height), slice(0, first.grid.width)
    level = np.nanmedian(np.exp(house.reader.cells(first, rows, cols)[0]))
    assert 210 < level < 270


def test_another_quantity_flows_through_the_same_rooms(house: House) -> None:
    house.hour(NINE, VALUES)
    house.hour(NINE, [20.0, 25.0, 30.0, 22.0, 21.0, 28.0, 26.0, 24.0], DUST)
    assert {layer for layer, _, _ in house.outdated()} == {"dose-rate", "pm2-5"}
    assert house.make_all() == 2
    assert house.reader.surface("pm2-5").quantity == DUST


def test_an_hour_of_gaps_makes_no_surface(house: House) -> None:
    house.hour(NINE, [None] * 8)
    assert house.make_all() == 0
    assert house.reader.surfaces("dose-rate") == []


def test_a_surface_says_what_it_is_made_of(house: House) -> None:
    house.hour(NINE, VALUES)
    house.make_all()
    tags = house.reader.surface("dose-rate").tags
    assert tags["stations"] == 8
    assert tags["unit"] == "nSv/h"
    assert "kriging" in tags["method"]
    assert tags["attribution"] == "Own stations"
    assert set(tags["left_one_out"]) >= {"mae", "rmse", "crps", "coverage_90"}


def test_values_of_few_stations_make_a_surface_that_says_so(house: House) -> None:
    house.hour(NINE, [100.0, 140.0])
    house.make_all()
    assert house.reader.surface("dose-rate").tags["fallback"] == "few-stations"


def past(house: House, count: int = 6) -> None:
    """Some half days before, each station at its own level with a little noise."""
    chance = np.random.default_rng(1)
    level = np.linspace(80, 120, len(PLACES))
    for step in range(1, count + 1):
        values = level * (1 + 0.01 * chance.standard_normal(len(PLACES)))
        house.hour(NINE - timedelta(hours=12 * step), values.round(1).tolist())


def test_a_release_is_mapped_apart_from_the_background_and_says_so(house: House) -> None:
    past(house)
    values = [80.0, 1_400.0, 900.0, 97.0, 103.0, 109.0, 114.0, 120.0]
    house.hour(NINE, values)
    house.make_all()
    info = house.reader.surface("dose-rate", NINE)
    assert (info.tags["mode"], info.tags["release_seen"]) == ("event", ["S1", "S2"])
    assert info.transform == "quantiles"
    before = house.reader.surface("dose-rate", NINE - timedelta(hours=12))
    assert (before.tags["mode"], before.transform) == ("routine", "log")
    found = Predictive(house.reader.cells(info, slice(None), slice(None)), info.transform)
    row, col = info.grid.cell_of(geo.Point(*PLACES[1][1:]))
    calm = info.grid.cell_of(geo.Point(*PLACES[7][1:]))
    assert found.exceedance(150.0)[row, col] > 0.5
    assert found.exceedance(150.0)[calm] < 0.1
    rising = np.diff(found.bands[:-1], axis=0)
    assert np.isfinite(found.bands).all()
    assert (rising >= 0).all()
    with rasterio.open(house.reader.geotiff(info)) as dataset:
        assert dataset.descriptions[0] == "p00.2"
        assert dataset.descriptions[-1] == "support"
        np.testing.assert_array_equal(dataset.read(), found.bands)
        assert dataset.tags()["mode"] == "event"


def test_without_a_past_or_with_one_station_alone_the_day_is_routine(house: House) -> None:
    house.hour(NINE, [80.0, 1_400.0, 900.0, 97.0, 103.0, 109.0, 114.0, 120.0])
    house.make_all()
    assert house.reader.surface("dose-rate", NINE).tags["mode"] == "routine"
    past(house)
    house.hour(TEN, [80.0, 600.0, 91.0, 97.0, 103.0, 109.0, 114.0, 120.0])
    house.make_all()
    info = house.reader.surface("dose-rate", TEN)
    assert info.tags["mode"] == "routine"
    assert info.tags["far_out"] == ["S1"]


def test_a_doubtful_value_is_flagged_and_kept(house: House) -> None:
    house.hour(NINE, [0.5, *VALUES[1:]])
    held = house.reader.snapshot(PUBLIC, NOW, DOSE, NINE)
    assert held.status[0] == "suspect"
    assert held.value[0] == 0.5
    assert "gross_range" in held.reasons[0]


def test_a_register_accounts_for_new_changed_and_refused_stations(house: House) -> None:
    text = "code,name_en,lon,lat\nA,Almaty,76.9,43.2\nB,Bukhara,64.4,39.8\nC,Chimboy,999,42\n"
    first = house.bring(text)
    assert (first.accepted, first.duplicate, first.corrected, len(first.rejected)) == (2, 0, 0, 1)
    assert [row.line for row in house.reader.quarantine()] == [4]
    moved = house.bring(text.replace("76.9", "76.8"))
    assert (moved.accepted, moved.duplicate, moved.corrected) == (0, 1, 1)
    back = house.bring(text)
    assert (back.accepted, back.duplicate, back.corrected, back.repeated) == (0, 1, 1, False)
    assert house.bring(text).repeated


def test_what_is_not_a_table_is_refused_and_nothing_of_it_kept(house: House) -> None:
    before = house.reader.counts()
    with pytest.raises(UnsupportedFormatError):
        house.bring("%PDF-1.4 ...")
    with pytest.raises(BadFileError):
        house.bring("a,b\n1,2\n", format="csv-table")
    assert house.reader.counts() == before


def test_content_that_was_corrected_since_is_taken_anew_and_repeated_otherwise(
    house: House,
) -> None:
    def stands() -> float:
        return float(house.reader.snapshot(PUBLIC, NOW, DOSE, NINE).value[0])

    first = house.hour(NINE, [100.0])
    assert house.hour(NINE, [100.0]) == dataclasses.replace(first, repeated=True)
    house.hour(NINE, [120.0])
    again = house.hour(NINE, [100.0])
    assert (again.corrected, again.repeated, stands()) == (1, False, 100.0)
    assert house.hour(NINE, [100.0]) == dataclasses.replace(again, repeated=True)
    # Another hour that comes in between takes nothing back.
    house.hour(TEN, [130.0])
    assert house.hour(NINE, [100.0]).repeated
    assert house.hour(NINE, [120.0]).corrected == 1
    assert stands() == 120.0


def test_a_name_that_the_sender_gave_is_answered_once_for_good(house: House) -> None:
    text = f"station_code,lon,lat,time,quantity,value,unit\nS,70,42,{NINE:%FT%TZ},{DOSE},%s,nSv/h"
    house.bring(text % 100, batch_id="mine")
    house.bring(text % 120)
    assert house.bring(text % 100, batch_id="mine").repeated
    assert house.reader.snapshot(PUBLIC, NOW, DOSE, NINE).value.tolist() == [120.0]


def test_a_value_of_the_first_day_of_the_calendar_is_refused_and_keeps_no_other(
    house: House,
) -> None:
    rows = [f"S,70,42,{t}T09:00:00Z,{DOSE},1,nSv/h" for t in ("0001-01-01", "2026-11-23")]
    answer = house.bring("\n".join(["station_code,lon,lat,time,quantity,value,unit", *rows]))
    assert answer.accepted == 1
    assert [(r.line, r.code) for r in answer.rejected] == [(2, "time")]
    assert house.outdated() == [("dose-rate", NINE, True)]


def test_an_event_that_the_agency_withdraws_is_shown_no_more_and_stays_in_the_history(
    house: House,
) -> None:
    def feed(minutes: int, *ids: str, status: str = "automatic") -> tuple[int, ...]:
        events = [
            {
                "type": "Feature",
                "id": each,
                "geometry": {"type": "Point", "coordinates": [69, 41, 10]},
                "properties": {"mag": 6.5, "time": 1_763_640_000_000, "status": status},
            }
            for each in ids
        ]
        text = json.dumps({"type": "FeatureCollection", "features": events})
        at = NOW + timedelta(minutes=minutes)
        answer = house.bring(text, received_at=at, format="usgs-geojson")
        return answer.accepted, answer.duplicate, answer.corrected, len(answer.rejected)

    def shown(minutes: int) -> list[str]:
        now = NOW + timedelta(minutes=minutes)
        return [f.feature.id for f in house.reader.each_feature(PUBLIC, now, "earthquakes")]

    assert feed(0, "us1", "us2") == (2, 0, 0, 0)
    before = house.reader.collection_token(PUBLIC, NOW + timedelta(minutes=1), "earthquakes")
    assert feed(2, "us1", "never", status="deleted") == (0, 0, 1, 1)
    assert (shown(1), shown(2)) == (["us1", "us2"], ["us2"])
    after = house.reader.collection_token(PUBLIC, NOW + timedelta(minutes=2), "earthquakes")
    assert before != after
    assert feed(3, "us1", status="deleted") == (0, 1, 0, 0)
    # Restored by the agency, it is shown again.
    assert feed(4, "us1") == (0, 0, 1, 0)
    assert shown(4) == ["us1", "us2"]


def test_history_of_a_batch_is_what_began_in_the_day_before_it(house: House) -> None:
    house.hour(NINE, VALUES)
    house.hour(TEN, [99.0, None])
    everyone = Audience(Role.OPERATOR)
    found = house.reader.values_before(everyone, NOW, DOSE, NINE, TEN + HOUR)
    assert [value for code, value in found if code == "S0"] == [100.0, 99.0]
    assert [value for code, value in found if code == "S1"] == [110.0]
    assert house.reader.values_before(everyone, NOW, DOSE, NINE, TEN) == [
        (code, value) for (code, _, _), value in zip(PLACES, VALUES, strict=True)
    ]
    assert house.reader.values_before(everyone, NOW, DUST, NINE, TEN + HOUR) == []
