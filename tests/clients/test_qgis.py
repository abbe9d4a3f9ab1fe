"""QGIS opens, draws, clicks and reads every face, as a person does at a desk."""

import base64
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from layers.geo import mercator
from tests.clients.worlds import FLIPPED, TIMELESS, World

PYTHON = shutil.which("python3", path="/usr/bin:/bin") or "python3"


def is_installed() -> bool:
    look = [
        PYTHON,
        "-I",
        "-c",
        "import importlib.util as u; raise SystemExit(not u.find_spec('qgis'))",
    ]
    return subprocess.run(look, check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(not is_installed(), reason="python3-qgis is not installed"),
]
HERE = (69.3, 41.3)
BOX, SIZE = [60, 40, 80, 50], [400, 200]
Qgis = Callable[..., Any]


@pytest.fixture(scope="module")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qgis]:
    """A QGIS that does what it is asked for; what it complains of is raised."""
    home = tmp_path_factory.mktemp("qgis")
    script = Path(__file__).with_name("qgis_worker.py")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [PYTHON, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=env,
        )
    assert process.stdin is not None
    assert process.stdout is not None

    def do(what: str, provider: str, uri: str, **more: Any) -> Any:
        asked = {"do": what, "provider": provider, "uri": uri, **more}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, (home / "log").read_text()
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    assert "version" in json.loads(process.stdout.readline() or "{}"), (home / "log").read_text()
    yield do
    process.stdin.close()
    process.wait(timeout=60)
    process.stdout.close()


def wms(world: World, version: str = "1.3.0", crs: str = "EPSG:4326", **more: str) -> str:
    words = {"crs": crs, "dpiMode": "7", "format": "image/png", "layers": "dose-rate"}
    words |= {
        "styles": "mean",
        **more,
        "url": f"{world.url}/wms?VERSION={version}".replace("=", "%3D"),
    }
    return "&".join(f"{key}={value}" for key, value in words.items())


def rgba(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGBA"))


def own(world: World, **words: str) -> np.ndarray:
    """The map as the server draws it, without any client."""
    given = {
        "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": "dose-rate", "STYLES": "mean",
        "CRS": "CRS:84", "BBOX": "60,40,80,50", "WIDTH": "400", "HEIGHT": "200",
        "FORMAT": "image/png", "TRANSPARENT": "TRUE", **words,
    }  # fmt: skip
    path = "/wms?" + "&".join(f"{key}={value}" for key, value in given.items())
    return np.asarray(Image.open(io.BytesIO(world.get(path)[2])).convert("RGBA"))


def alike(found: np.ndarray, expected: np.ndarray, share: float = 1.0) -> None:
    """Two pictures are the same, but for what the drawing of a client may shift at borders."""
    assert found.shape == expected.shape
    assert (expected[..., 3] > 0).mean() > 0.5
    assert (found == expected).all(axis=-1).mean() >= share


# WMS


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


def surface(point: Any) -> Any:
    return next(each for each in point["layers"] if each["layer"] == "dose-rate")


@pytest.mark.parametrize("style", ["mean", "sd", "exceedance", "uncertainty"])
def test_the_legend_is_the_servers(world: World, qgis: Qgis, style: str) -> None:
    drawn = rgba(qgis("legend", "wms", wms(world, styles=style)))
    seen = {tuple(colour) for colour in drawn[..., :3].reshape(-1, 3).tolist()}
    for entry in world.json(f"/tilejson/dose-rate.json?style={style}")["legend"]:
        assert tuple(bytes.fromhex(entry["colour"][1:])) in seen


# Tiles and files


@pytest.mark.sees(TIMELESS)
def test_tiles_are_a_layer_of_the_map(world: World, qgis: Qgis) -> None:
    times = world.json("/tilejson/dose-rate.json")["times"]
    seen = set()
    for at in (times[-1], times[-7]):
        template = world.json(f"/tilejson/dose-rate.json?time={at}")["tiles"][0]
        uri = f"type=xyz&url={template}&zmin=0&zmax=7"
        box = [5_009_377.0, 4_383_205.0, 7_513_065.0, 6_261_721.0]  # four by three tiles of zoom 6
        drawn = rgba(qgis("picture", "wms", uri, box=box, size=[1024, 768], crs="EPSG:3857"))
        words = {"CRS": "EPSG:3857", "BBOX": ",".join(map(str, box)), "TIME": at}
        alike(drawn, own(world, **words, WIDTH="1024", HEIGHT="768"), 0.98)
        seen.add(drawn.tobytes())
    assert len(seen) == 2


def test_vector_tiles_are_drawn_where_the_stations_are(world: World, qgis: Qgis) -> None:
    template = world.json("/tilejson/stations.json")["tiles"][0]
    x, y = (float(v) for v in mercator(*HERE))
    box = [x - 4e4, y - 4e4, x + 4e4, y + 4e4]
    uri = f"type=xyz&url={template}&zmin=0&zmax=9"
    drawn = rgba(qgis("picture", "vectortile", uri, box=box, size=[200, 200], crs="EPSG:3857"))
    held = world.json("/files/stations/latest/latest.geojson")["features"]
    inside = 0
    for each in held:
        px, py = (float(v) for v in mercator(*each["geometry"]["coordinates"][:2]))
        col, row = (px - box[0]) / 400, (box[3] - py) / 400
        if 8 < col < 192 and 8 < row < 192:
            inside += 1
            assert drawn[int(row) - 2 : int(row) + 3, int(col) - 2 : int(col) + 3, 3].any()
    assert inside > 0
    assert (drawn[..., 3] > 0).mean() < 0.2


@pytest.mark.parametrize("layer", ["stations", "seismic-zones", "faults", "earthquakes"])
def test_every_feature_of_a_file_is_read(world: World, qgis: Qgis, layer: str) -> None:
    path = f"/files/{layer}/latest/{'latest' if layer == 'stations' else 'static'}.geojson"
    held = world.json(path)["features"]
    rows = qgis("features", "ogr", f"/vsicurl/{world.url}{path}")
    assert {str(row["id"]) for row in rows} == {str(each["id"]) for each in held}
    assert all(row["wkt"] for row in rows)


@pytest.mark.sees(TIMELESS)
def test_the_geotiff_of_an_hour_has_value_and_spread(world: World, qgis: Qgis) -> None:
    at = world.json("/tilejson/dose-rate.json")["times"][-7]
    uri = f"/vsicurl/{world.url}/files/dose-rate/latest/{at}.tif"
    assert qgis("about", "gdal", uri)["bands"] == 3
    x, y = (float(v) for v in mercator(*HERE))
    mu, sigma, _ = qgis("sample", "gdal", uri, point=[x, y])
    told = surface(world.json(f"/api/v1/point?lon={HERE[0]}&lat={HERE[1]}&time={at}"))
    values = {each["name"]: each["value"] for each in told["values"]}
    assert values["median"] == pytest.approx(np.exp(mu), rel=1e-5)
    assert values["mean"] == pytest.approx(np.exp(mu + sigma**2 / 2), rel=1e-5)
