"""QGIS as a person has it at a desk, and its words for where a layer is."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.worlds import World

PYTHON = shutil.which("python3", path="/usr/bin:/bin") or "python3"
HERE = (69.3, 41.3)
BOX, SIZE = [60, 40, 80, 50], [400, 200]
Qgis = Callable[..., Any]


def is_installed() -> bool:
    """Tell whether the Python of the system has PyQGIS."""
    script = "import importlib.util as it; raise SystemExit(it.find_spec('qgis') is None)"
    look = [PYTHON, "-I", "-c", script]
    return subprocess.run(look, check=False, capture_output=True).returncode == 0


marks = [
    pytest.mark.clients,
    pytest.mark.skipif(not is_installed(), reason="python3-qgis is not installed"),
]


@contextlib.contextmanager
def started(home: Path) -> Iterator[Qgis]:
    """Give a QGIS that does what it is asked for; what it complains of is raised."""
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

    try:
        begun = process.stdout.readline()
        assert begun, (home / "log").read_text()
        yield do
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


def wms(world: World, version: str = "1.3.0", crs: str = "EPSG:4326", **more: str) -> str:
    """The words by which QGIS knows a layer of WMS."""
    words = {"crs": crs, "dpiMode": "7", "format": "image/png", "layers": "dose-rate"}
    words |= {"styles": "mean", **more, "url": f"{world.url}/wms?VERSION%3D{version}"}
    return "&".join(f"{key}={value}" for key, value in words.items())
