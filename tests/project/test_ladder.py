"""The import contracts of pyproject.toml break where they should (`make imports`: they hold)."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
LAYERS = "The ladder of layers"
MAPSERVER = "The ladder of mapserver"


def only_python(folder: str, names: list[str]) -> list[str]:
    """Return the names that ``shutil.copytree`` shall leave out."""
    return [name for name in names if (Path(folder) / name).is_file() and not name.endswith(".py")]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("layers/utils.py", "", LAYERS),
        ("mapserver/helpers.py", "", MAPSERVER),
        ("layers/units.py", "import layers.geo", LAYERS),
        ("layers/errors.py", "import layers.units", LAYERS),
        ("layers/geo.py", "import mapserver", "layers never mapserver"),
        ("layers/geo.py", "import flask", "Flask lives in mapserver"),
        ("layers/geo.py", "import folium", "folium lives in mapserver.documents"),
        ("mapserver/settings.py", "import sqlite3", "SQL lives in layers.store"),
    ],
)
def test_a_step_off_the_ladder_is_reported(
    tmp_path: Path, module: str, line: str, contract: str
) -> None:
    shutil.copy(REPO / "pyproject.toml", tmp_path)
    for package in ("layers", "mapserver"):
        shutil.copytree(REPO / package, tmp_path / package, ignore=only_python)
    spoiled = tmp_path / module
    before = spoiled.read_text(encoding="utf-8") if spoiled.exists() else ""
    spoiled.write_text(f"{before}\n{line}\n", encoding="utf-8")
    ended = lint(tmp_path)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"{contract} BROKEN" in ended.stdout
    assert module.removesuffix(".py").replace("/", ".") in ended.stdout
