"""The STAC catalogue of surfaces as GDAL and pystac read it, over the wire."""

import json
import shutil
from pathlib import Path

import pystac
import pytest

from tests.clients.test_gdal import gdal, own_folder
from tests.clients.worlds import World

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdal-bin is not installed"),
]
__all__ = ["own_folder"]


def test_gdal_reads_an_hour_of_the_catalogue_as_one_raster(world: World, tmp_path: Path) -> None:
    """STACIT lays all items above each other, the newest uppermost."""
    items = world.json("/stac/dose-rate/items.json")
    items["features"] = items["features"][-1:]
    (tmp_path / "items.json").write_text(json.dumps(items))
    address = f'STACIT:"{tmp_path / "items.json"}":asset=tif'
    told = json.loads(gdal("gdalinfo", "-json", address))
    file = f"/vsicurl/{items['features'][0]['assets']['tif']['href']}"
    own = json.loads(gdal("gdalinfo", "-json", file))
    assert told["size"] == own["size"]
    assert told["geoTransform"] == pytest.approx(own["geoTransform"])
    for words in ((address,), (file,)):
        gdal("gdal_translate", "-q", "-b", "1", *words, str(tmp_path / f"{len(words[0])}.tif"))
    made = [str(path) for path in sorted(tmp_path.glob("*.tif"))]
    sums = [json.loads(gdal("gdalinfo", "-json", "-checksum", path)) for path in made]
    assert len(made) == 2
    assert sums[0]["bands"][0]["checksum"] == sums[1]["bands"][0]["checksum"] > 0
    address = f'STACIT:"/vsicurl/{world.url}/stac/dose-rate/items.json":asset=tif'
    whole = json.loads(gdal("gdalinfo", "-json", address))
    # Grids differ from hour to hour, for stations come and go: together they cover the newest.
    assert all(a >= b for a, b in zip(whole["size"], own["size"], strict=True))


def test_pystac_walks_from_the_catalogue_to_every_hour(world: World) -> None:
    catalog = pystac.Catalog.from_file(f"{world.url}/stac")
    found = {child.id: child for child in catalog.get_children()}
    assert "dose-rate" in found
    items = list(found["dose-rate"].get_items())
    times = world.json("/tilejson/dose-rate.json")["times"]
    assert len(items) >= len(times) - 1  # another hour may have come in between
    for item in items[:2]:
        assert item.datetime is not None
        assert item.assets["tif"].href.startswith(world.url)
