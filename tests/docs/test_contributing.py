"""The recipes of CONTRIBUTING.md do what they say, in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.store import PUBLIC, Reader

REPO = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(?P<info>.*)\n(?P<body>(?:(?!^```$).*\n)*)^```$", re.MULTILINE)
ASK = """
from datetime import UTC, datetime
from pathlib import Path
from mapserver import settings
from mapserver.app import create_app
from mapserver.runtime.opening import open_site
client = create_app(open_site(settings.read(data_dir="own", catalog="own.toml"))).test_client()
for layer in ("candidate-sites", "rivers"):
    print(client.get(f"/files/{layer}/latest/latest.geojson").get_data(as_text=True))
    described = client.get(f"/tilejson/{layer}.json").get_json()
    print(described["name"], described["vector_layers"][0]["fields"])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository in which every block of the recipes was done."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("layers", "mapserver"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPO / package, folder / package, ignore=ignored)
    shutil.copytree(REPO / "static" / "dist", folder / "mapserver" / "static")
    shutil.copy(REPO / "pyproject.toml", folder)
    shell = shutil.which("sh")
    assert shell
    for found in BLOCK.finditer((REPO / "CONTRIBUTING.md").read_text("utf-8")):
        info, body = found["info"].split(), found["body"]
        named = next((word[5:] for word in info if word.startswith("file=")), None)
        if named:
            (folder / named).write_text(body, "utf-8")
        elif "run" in info:
            done = subprocess.run(
                [shell, "-e", "-c", body],
                cwd=folder,
                env=environment(folder),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, body + done.stdout + done.stderr
            with (folder / "said.txt").open("a", encoding="utf-8") as said:
                said.write(done.stdout)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which ``python`` is this one and imports come from the copy."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("KYZYLKUM_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**bare, "PATH": path, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}


def test_every_row_of_the_recipes_is_accounted_for(copy: Path) -> None:
    said = (copy / "said.txt").read_text("utf-8")
    assert "sites.geojson: 1 rows = 1 accepted" in said
    assert "more.jsonl: 2 rows = 1 accepted + 0 duplicate + 0 corrected + 1 rejected" in said
    assert "rivers.geojson: 1 rows = 1 accepted" in said


def test_the_added_layers_answer_with_their_features(copy: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=copy,
        env=environment(copy),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"discharge_m3_s":1172.5' in done.stdout
    assert "Candidate sites {" in done.stdout
    assert "'discharge_m3_s': 'Number'" in done.stdout


def test_the_added_format_stored_its_observation_in_the_canonical_unit(copy: Path) -> None:
    reader = Reader(copy / "own")
    now = datetime(2026, 11, 24, tzinfo=UTC)
    hours = reader.hours(PUBLIC, now, "ambient_dose_rate")
    held = reader.snapshot(PUBLIC, now, "ambient_dose_rate", hours[-1][0])
    reader.close()
    assert list(held.codes) == ["ALM"]
    assert list(held.value) == pytest.approx([160.0])
