"""What is usual at a station, and the surface of what it shows relative to that."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers import geo, refresh, units
from layers.geo import Bounds
from layers.interpolation import Predictive
from layers.model import (
    Context,
    LayerDefinition,
    Network,
    Observation,
    Organisation,
    Release,
    Station,
    Status,
    Surface,
)
from layers.refresh import normals, surfaces
from layers.refresh.normals import LEAST, STEP, hours_of_normal
from layers.refresh.standing import Standing, since
from layers.refresh.week import Week
from layers.store import PUBLIC, Batch, Reader, Snapshot, Writer

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOSE = "ambient_dose_rate"
BOX = Bounds(64, 38, 80, 48)
PLAIN = LayerDefinition("dose", "surface", "Dose", quantity=DOSE, domain=BOX, native_zoom=2)
RELATIVE = dataclasses.replace(
    PLAIN, id="relative", quantity=f"{DOSE}_relative", relative_to="own-normal"
)
PLACES = [(f"S{i:02}", 65 + i % 6 * 2.5, 39 + i // 6 * 2.0) for i in range(24)]
LEVELS = np.array([60.0 + 17 * (i * 7 % 11) for i in range(24)])
Values = Callable[[datetime], Sequence[float | None]]


class House:
    """A store with stations of very different levels."""

    def __init__(self, root: Path) -> None:
        self.writer = Writer(root, Context.ROUTINE)
        self.reader = Reader(root)
        self.standing = Standing()
        said = {"writer": "t", "at": NOON}
        self.writer.put_organisations([Organisation("o", "O", "KZ")], **said)
        self.writer.put_networks([Network("n", "o", "N")], **said)
        self.writer.put_stations([Station(c, "n", x, y, {}) for c, x, y in PLACES], **said)
        self.batches = 0

    def bring(self, hours: Sequence[datetime], values: Values) -> None:
        rows = [
            Observation(
                code, DOSE, hour, hour + HOUR, value, source_value=str(value),
                source_unit="nSv/h", status=Status.RAW,
            )
            for hour in hours
            for (code, _, _), value in zip(PLACES, values(hour), strict=False)
            if value is not None
        ]  # fmt: skip
        self.batches += 1
        name = f"b{self.batches}"
        self.writer.append_observations(
            Batch(name, name, "t", None, Context.ROUTINE, NOON, "t"), rows
        )

    def tasks(self, *layers: LayerDefinition) -> list[refresh.Task]:
        return refresh.outdated(self.reader, layers or (RELATIVE,), NOON, 5)

    def surface(self) -> Surface | None:
        """The newest relative surface, published."""
        task = next(task for task in self.tasks() if task.newest)
        revision = self.writer.next_surface_revision(task.layer.id, task.hour)
        made = refresh.build(self.reader, task, NOON, revision, Context.ROUTINE, self.standing)
        if made is not None:
            self.writer.publish_surface(made, NOON)
        return made

    def normals(self) -> Mapping[str, float]:
        return normals.normals(self.reader, NOON, DOSE, since(NOON), Standing())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.reader.close()
    made.writer.close()


def jitter(hour: datetime) -> NDArray[np.float64]:
    """A tenth of a nanosievert or so, another one at each station and hour."""
    seed = int(hour.timestamp()) // 3600
    return np.array([((seed * 31 + i * 17) % 13 - 6) / 20 for i in range(24)])


def steady(hour: datetime) -> list[float | None]:
    return list(LEVELS + jitter(hour))


PAST = hours_of_normal(NOON)[:30]


def ratio(surface: Surface) -> NDArray[np.float64]:
    return Predictive(surface.bands, surface.transform).mean().astype(np.float64)


def near(surface: Surface, code: str, other: NDArray[np.float64]) -> float:
    """The value of the cell of a station."""
    lon, lat = next((x, y) for name, x, y in PLACES if name == code)
    place = surface.grid.cell_of(geo.Point(lon, lat))
    assert place is not None
    return float(other[place])


def test_every_hour_of_the_day_is_looked_at_within_a_month_before() -> None:
    hours = hours_of_normal(NOON)
    assert {hour.hour for hour in hours} == set(range(24))
    assert hours[0] == NOON - STEP
    assert NOON - timedelta(days=30) <= hours[-1] < NOON - timedelta(days=29)
    assert timedelta(days=5.5) < LEAST * STEP < timedelta(days=6)


def test_stations_that_show_what_they_always_show_are_at_one_everywhere(house: House) -> None:
    house.bring([*PAST, NOON], lambda hour: list(LEVELS))
    made = house.surface()
    assert made is not None
    assert made.quantity == f"{DOSE}_relative"
    assert made.tags["unit"] == "times"
    assert made.tags["relative_to"] == "own-normal"
    assert made.tags["usual_of"] == "2026-10-21T12:00:00Z/2026-11-20T12:00:00Z"
    np.testing.assert_allclose(ratio(made), 1.0, atol=1e-4)


def test_places_that_differ_by_nature_do_not_differ(house: House) -> None:
    house.bring([*PAST, NOON], steady)
    made = house.surface()
    assert made is not None
    assert LEVELS.max() > 3 * LEVELS.min()
    np.testing.assert_allclose(ratio(made), 1.0, atol=0.02)
    found = Predictive(made.bands, made.transform)
    known = found.support < 0.9
    assert known.any()
    assert found.relative_uncertainty()[known].max() < 0.02, "no offset of a network widens it"


def test_a_release_at_one_station_rises_there_and_not_far_away(house: House) -> None:
    struck = {"S08", "S09", "S14"}

    def values(hour: datetime) -> list[float | None]:
        factor = [3.0 if hour == NOON and code in struck else 1.0 for code, _, _ in PLACES]
        return list((LEVELS + jitter(hour)) * factor)

    week = [NOON - timedelta(hours=12 * step) for step in range(1, 15)]
    house.bring([*dict.fromkeys([*PAST, *week]), NOON], values)
    made = house.surface()
    assert made is not None
    assert made.tags["mode"] == "event"
    assert set(made.tags["release_seen"]) == struck
    cells = ratio(made)
    for code in struck:
        assert near(made, code, cells) > 2
    for code in ("S00", "S05", "S18", "S23"):
        assert near(made, code, cells) == pytest.approx(1, abs=0.1)
    above = Predictive(made.bands, made.transform).exceedance(1.5)
    assert near(made, "S08", above) > 0.8
    assert near(made, "S23", above) < 0.05


def test_a_station_without_a_past_is_left_out_and_the_others_are_not(house: House) -> None:
    house.bring(PAST, lambda hour: [*steady(hour)[:23], None])
    house.bring(PAST[: LEAST - 1], lambda hour: [None] * 23 + [LEVELS[23]])
    house.bring([NOON], lambda hour: [*steady(hour)[:23], 10 * LEVELS[23]])
    assert "S23" not in house.normals()
    made = house.surface()
    assert made is not None
    assert made.tags["stations"] == 23
    assert near(made, "S23", ratio(made)) == pytest.approx(1, abs=0.05)


def test_before_there_are_six_days_nothing_is_made_and_nothing_is_tried(house: House) -> None:
    house.bring([*PAST[: LEAST - 1], NOON], steady)
    assert house.tasks() == []
    assert [task.hour for task in house.tasks(PLAIN, RELATIVE) if task.newest] == [NOON]
    house.bring(PAST[LEAST - 1 : LEAST], steady)
    assert [task.hour for task in house.tasks() if task.newest] == [NOON]
    made = house.surface()
    assert made is not None
    assert made.tags["stations"] == 24


def test_after_a_long_silence_what_was_usual_is_not_known(house: House) -> None:
    before = [NOON - timedelta(days=60) - STEP * step for step in range(40)]
    house.bring([*before, *PAST[:5], NOON], steady)
    assert house.normals() == {}
    assert house.tasks() == []


def test_a_gap_of_three_weeks_leaves_the_days_before_it(house: House) -> None:
    house.bring([*hours_of_normal(NOON)[-25:], NOON], steady)
    assert set(house.normals()) == {code for code, _, _ in PLACES}
    assert house.surface() is not None


def test_rain_on_some_days_moves_no_normal(house: House) -> None:
    def wet(hour: datetime) -> list[float | None]:
        rains = hour != NOON and hour.day % 4 == 0
        return list((LEVELS + jitter(hour)) * (1.5 if rains else 1.0))

    house.bring([*PAST, NOON], wet)
    assert sum(hour.day % 4 == 0 for hour in PAST) > 5
    usual = np.array([house.normals()[code] for code, _, _ in PLACES])
    np.testing.assert_allclose(usual, LEVELS, rtol=0.01)


def test_a_station_that_usually_shows_nothing_has_no_ratio(house: House) -> None:
    house.bring([*PAST, NOON], lambda hour: [0.0, *steady(hour)[1:]])
    assert "S00" not in house.normals()
    made = house.surface()
    assert made is not None
    assert made.tags["stations"] == 23
    assert np.isfinite(made.bands).all()


def test_a_corrected_value_of_the_past_makes_what_it_was_usual_for_again(house: House) -> None:
    house.bring([*PAST, NOON], steady)
    before = house.surface()
    assert before is not None
    assert house.tasks() == []
    house.bring([PAST[3] + HOUR], steady)
    assert house.tasks() == [], "an hour that is not looked at changes nothing"
    house.bring([PAST[3]], lambda hour: list(2 * LEVELS))
    assert [task.hour for task in house.tasks()] == [NOON]
    after = house.surface()
    assert after is not None
    assert after.input_revision != before.input_revision
    np.testing.assert_allclose(ratio(after), ratio(before), atol=0.01)


def test_what_is_shown_as_it_is_comes_first(house: House) -> None:
    house.bring([*PAST, NOON - HOUR, NOON], steady)
    found = [(task.layer.id, task.newest) for task in house.tasks(RELATIVE, PLAIN)]
    assert found[:2] == [("dose", True), ("relative", True)]
    rest = [layer for layer, _ in found[2:]]
    assert rest == sorted(rest), "all of the one before all of the other"


def test_a_layer_of_ratios_is_another_recipe_of_the_same_observations() -> None:
    assert surfaces.recipe(PLAIN) != surfaces.recipe(RELATIVE)
    assert RELATIVE.observed == PLAIN.observed == DOSE


def test_only_what_is_positive_has_ratios() -> None:
    assert f"{DOSE}_relative" in units.MAPPED
    assert "air_temperature_relative" not in units.MAPPED
    for quantity in units.MAPPED.values():
        if quantity.of:
            assert quantity.unit == units.TIMES
            with pytest.raises(units.UnknownQuantityError):
                units.quantity(quantity.id)


def snapshot(value: NDArray[np.float64]) -> Snapshot:
    n = len(PLACES)
    whole = np.zeros(n, np.int64)
    return Snapshot(
        DOSE, NOON, [c for c, _, _ in PLACES], ["n"] * n, np.array([x for _, x, _ in PLACES]),
        np.array([y for _, _, y in PLACES]), np.full(n, np.nan), value, 0.01 * value,
        ["raw"] * n, [""] * n, whole, whole + 3600, whole, whole, ["routine"] * n,
    )  # fmt: skip


def test_a_value_below_zero_has_no_ratio() -> None:
    value = LEVELS.copy()
    value[0] = -1.0
    normal = {code: 100.0 for code, _, _ in PLACES}
    found = normals.relative(snapshot(value), RELATIVE.quantity or "", normal)
    assert np.isnan(found.value[0])
    assert not surfaces.usable(found)[0]
    assert surfaces.usable(found)[1:].all()


@given(factor=st.floats(1e-3, 1e3), seed=st.integers(0, 2**16))
def test_another_unit_of_all_values_leaves_the_ratio_as_it_is(factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    value = LEVELS * np.exp(rng.normal(0, 0.1, 24))
    week = LEVELS[:, None] * np.exp(rng.normal(0, 0.05, (24, 14)))
    codes = tuple(code for code, _, _ in PLACES)

    def made(scale: float) -> Surface:
        normal = dict(zip(codes, (LEVELS * scale).tolist(), strict=True))
        hour = normals.relative(snapshot(value * scale), RELATIVE.quantity or "", normal)
        told = Week(codes, ("n",) * 24, hour.lon, hour.lat, week * scale, 0.01 * LEVELS * scale)
        before = normals.relative_week(told, normal)
        return surfaces.make(
            RELATIVE, hour, refresh.gridding.grid_for(RELATIVE, hour.lon, hour.lat),
            valid_time=NOON, revision=1, input_revision=1, context=Context.ROUTINE,
            attribution="", history=before.of(codes), learnt_from=before,
        )  # fmt: skip

    plain, scaled = made(1.0), made(factor)
    assert plain.transform == scaled.transform
    np.testing.assert_allclose(scaled.bands, plain.bands, rtol=2e-3, atol=2e-4)


def test_the_public_alone_tells_what_is_usual(house: House) -> None:
    house.bring([*PAST, NOON], steady)
    assert len(house.normals()) == 24
    code, lon, lat = PLACES[0]
    hidden = Station(code, "n", lon, lat, {}, release=Release.PARTNER)
    house.writer.put_stations([hidden], writer="t", at=NOON)
    assert code not in house.normals()
    assert len(house.reader.stations(PUBLIC, NOON)) == 23
