"""QGIS opens, draws and clicks by WMS, as a person does at a desk."""

import pytest

from tests.clients.desk import BOX, SIZE, Qgis, marks, wms
from tests.clients.pictures import alike, own, rgba, surface
from tests.clients.worlds import FLIPPED, TIMELESS, World

pytestmark = marks


@pytest.mark.sees(FLIPPED)
def test_three_ways_to_ask_by_wms_are_one_picture(world: World, qgis: Qgis) -> None:
    for version, crs in (("1.1.1", "EPSG:4326"), ("1.3.0", "EPSG:4326"), ("1.3.0", "CRS:84")):
        drawn = qgis(
            "picture", "wms", wms(world, version, crs), box=BOX, size=SIZE, crs="EPSG:4326"
        )
        alike(rgba(drawn), own(world))


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize(
    ("crs", "box"),
    [
        ("EPSG:3857", [6.6e6, 4.9e6, 8.6e6, 6.3e6]),
        ("EPSG:32642", [100_000, 4_400_000, 900_000, 5_200_000]),
        ("EPSG:28412", [12_100_000, 4_400_000, 12_900_000, 5_200_000]),
    ],
)
def test_a_map_is_drawn_in_its_own_system(
    world: World, qgis: Qgis, version: str, crs: str, box: list[float]
) -> None:
    uri = wms(world, version, crs)
    size = [300, 200] if crs == "EPSG:3857" else [200, 200]
    drawn = qgis("picture", "wms", uri, box=box, size=size, crs=crs)
    words = {"SRS": crs, "BBOX": ",".join(map(str, box)), "VERSION": "1.1.1"}
    sides = {"WIDTH": str(size[0]), "HEIGHT": str(size[1])}
    # The window keeps its own proportions: QGIS widens the box where they are others.
    alike(rgba(drawn), own(world, **words, **sides), 0.9)


@pytest.mark.parametrize("layer", ["basemap", "seismic-zones", "faults", "earthquakes", "stations"])
def test_every_other_layer_is_drawn(world: World, qgis: Qgis, layer: str) -> None:
    style = "light" if layer == "basemap" else "default"
    uri = wms(world, layers=layer, styles=style)
    drawn = rgba(qgis("picture", "wms", uri, box=BOX, size=SIZE, crs="EPSG:4326"))
    expected = own(world, LAYERS=layer, STYLES=style)
    assert (expected[..., 3] > 0).sum() > 50
    assert (drawn[..., 3] > 0).sum() == pytest.approx((expected[..., 3] > 0).sum(), rel=0.05)


@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
def test_qgis_knows_where_a_layer_lies(world: World, qgis: Qgis, version: str) -> None:
    said = qgis("about", "wms", wms(world, version))
    assert said["box"] == pytest.approx(world.json("/tilejson/dose-rate.json")["bounds"], abs=1e-5)
    assert said["crs"] == "EPSG:4326"
    assert "(simulated)" in said["html"]


@pytest.mark.sees(TIMELESS)
def test_qgis_draws_the_hour_of_its_time_control(world: World, qgis: Qgis) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    seen = set()
    for at in (times[-1], times[-4], times[-7]):
        uri = wms(
            world,
            styles="mean",
            type="wmst",
            timeDimensionExtent=f"{times[0]}/{times[-1]}/PT1H",
            temporalSource="provider",
            allowTemporalUpdates="true",
            enableTime="yes",
        )
        drawn = rgba(qgis("picture", "wms", uri, box=BOX, size=SIZE, crs="EPSG:4326", time=at))
        alike(drawn, own(world, TIME=at))
        seen.add(drawn.tobytes())
    assert len(seen) == 3


def test_qgis_finds_the_times_of_a_layer(world: World, qgis: Qgis) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    uri = wms(world, type="wmst", timeDimensionExtent=f"{times[0]}/{times[-1]}/PT1H")
    assert qgis("about", "wms", uri)["time"]


@pytest.mark.sees(TIMELESS)
def test_a_time_that_is_not_there_is_told(world: World, qgis: Qgis) -> None:
    address = f"{world.url}/wms?TIME=1901-01-01T00:00:00Z".replace("=", "%3D")
    uri = wms(world).rpartition("&url=")[0] + f"&IgnoreGetMapUrl=1&url={address}"
    drawn = rgba(qgis("picture", "wms", uri, box=BOX, size=SIZE, crs="EPSG:4326"))
    # QGIS shows the text among its messages and leaves the map empty.
    assert world.get("/readyz")[0] == 200
    assert qgis("about", "wms", uri)
    assert not drawn[..., 3].any()


@pytest.mark.sees(FLIPPED)
@pytest.mark.parametrize("form", ["text", "html", "feature"])
def test_a_click_tells_what_the_point_tells(world: World, qgis: Qgis, form: str) -> None:
    (said,) = qgis(
        "click", "wms", wms(world), form=form, point=[69.325, 41.275], box=BOX, size=SIZE
    )
    told = surface(world.json("/api/v1/point?lon=69.325&lat=41.275"))
    for name in ("mean", "sd"):
        value = next(each["value"] for each in told["values"] if each["name"] == name)
        if form == "feature":
            assert float(said[name]) == pytest.approx(value, rel=1e-6)
        else:
            assert f"{value:.6g} nSv/h" in said
    assert "simulated" in str(said)


@pytest.mark.parametrize("style", ["mean", "sd", "exceedance", "uncertainty"])
def test_the_legend_is_the_servers(world: World, qgis: Qgis, style: str) -> None:
    drawn = rgba(qgis("legend", "wms", wms(world, styles=style)))
    seen = {tuple(colour) for colour in drawn[..., :3].reshape(-1, 3).tolist()}
    for entry in world.json(f"/tilejson/dose-rate.json?style={style}")["legend"]:
        assert tuple(bytes.fromhex(entry["colour"][1:])) in seen
