"""What every site is measured against, as it was built."""

from pathlib import Path

import numpy as np
import pytest

from layers.errors import BadFileError
from layers.geo import Point
from layers.siting import FILES, Surroundings, parse

BUILT = Path(__file__).resolve().parents[3] / "static" / "dist" / "surroundings"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    if not BUILT.is_dir():
        pytest.skip("static/dist/surroundings is not built: make assets")
    return {name: (BUILT / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def region(files: dict[str, bytes]) -> Surroundings:
    return parse(files)


@pytest.mark.parametrize(
    ("lon", "lat", "state"),
    [
        (76.93, 43.24, "KZ"), (69.25, 41.3, "UZ"), (63.3, 45.6, "KZ"), (74.6, 42.87, "KG"),
        (68.78, 38.56, "TJ"), (58.38, 37.95, "TM"), (50.5, 42.5, ""), (37.6, 55.7, ""),
        (61.4, 55.16, "RU"),
    ],
)  # fmt: skip
def test_a_place_lies_in_its_state_and_the_sea_in_none(
    region: Surroundings, lon: float, lat: float, state: str
) -> None:
    # Baikonur, at 63.3, 45.6, is of Kazakhstan.
    assert region.state_at(Point(lon, lat)) == state


def test_a_coast_is_no_border(region: Surroundings) -> None:
    aktau = Point(51.15, 43.65)
    ways = region.borders.ways(aktau)
    own = [i for i, pair in enumerate(region.border_pairs) if "KZ" in pair]
    nearest = min(own, key=lambda i: ways.distance_m[i])
    assert region.border_pairs[nearest] == ("KZ", "TM")
    assert ways.distance_m[nearest] > 150_000


def test_the_two_states_meet_along_one_border(region: Surroundings) -> None:
    at = region.border_pairs.index(("KZ", "UZ"))
    # Chernyaevka, the crossing between Shymkent and Tashkent.
    assert region.borders.ways(Point(69.27, 41.44)).distance_m[at] < 5_000


def test_lakes_hold_water_and_settlements_people(region: Surroundings) -> None:
    assert len(region.lakes.holding(Point(74.6, 46.4)))  # Balkhash
    assert not len(region.lakes.holding(Point(76.93, 43.24)))
    towns = region.settlements
    at = towns.name.index("Almaty")
    assert towns.country[at] == "KZ"
    assert towns.population[at] > 1_500_000
    assert np.isnan(towns.population).any()  # unknown stays unknown
    assert set(towns.country) >= {"KZ", "UZ", "KG", "TJ", "TM", "RU", "CN"}
    known = towns.population[(towns.country == "UZ") & ~np.isnan(towns.population)]
    assert 8e6 < known.sum() < 37e6


@pytest.mark.parametrize("name", FILES)
def test_surroundings_that_are_not_whole_are_refused(files: dict[str, bytes], name: str) -> None:
    with pytest.raises(BadFileError, match="not whole"):
        parse({other: body for other, body in files.items() if other != name})
    with pytest.raises(BadFileError, match="not whole"):
        parse(files | {name: b"{}"} if name != "settlements.csv" else files | {name: b"a,b\n1,2\n"})


def test_large_towns_have_names_in_four_languages_and_no_two_towns_one_name(
    region: Surroundings,
) -> None:
    towns = region.settlements
    at = {towns.name[i]: i for i in towns.names}
    assert towns.names[at["Almaty"]] == {
        "kk": "Алматы", "uz": "Olmaota", "ru": "Алматы", "en": "Almaty",
    }  # fmt: skip
    assert len(towns.names) > 120
    # Altai is a town of Kazakhstan, and one of China.
    russian = [(towns.country[i], each["ru"]) for i, each in towns.names.items()]
    assert len(set(russian)) == len(russian)
    # What is near a town of the base map is that town: its English name is of the same letters.
    same = [towns.names[i]["en"][0] == towns.name[i][0] for i in towns.names]
    assert np.mean(same) > 0.85
