"""Real files become a map once: the commands of docs/tutorial.md are the fixture of all tests."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsers import launched
from tests.real.visits import hours, pictures, visit
from tests.servers import Server, environment, serving

__all__ = ["hours", "pictures", "visit"]

REPO = Path(__file__).parents[2]
SHARED = REPO.parent / "shared" / "data"
TUTORIAL = REPO / "docs" / "tutorial.md"

FILES = {
    "gamma.csv": "monitoring/dose_rate/intamap_europe_3574.csv",
    "isc-gem.csv": "seismic/iscgem_v7_main_1904_2016.csv",
    "comcat.csv": "seismic/usgs_comcat_m6_1900_2023.csv",
    "history.csv": "seismic/catalogue_merged.csv",
    "faults.geojson": "seismic/gem_gaf_faults.geojson",
    "zones.geojson": "seismic/demo_seismic_zones_475.geojson",
    "background.tif": "monitoring/background/eanr/EANR_Terrestrial_gamma_dose_nSvh.tif",
    **{f"pga-{years}.tif": f"seismic/demo_pga_{years}.tif" for years in (475, 975, 2475, 10000)},
}

_BLOCK = re.compile(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OPENER = "http://127.0.0.1:8000"


@dataclass
class Step:
    """One fenced block of the tutorial, what it says is printed, and what was printed."""

    language: str
    mark: str
    text: str
    promised: str | None
    printed: str = ""


def steps() -> list[Step]:
    """Blocks in their order; a ``text`` block is what the block before it prints."""
    found: list[Step] = []
    for language, mark, text in _BLOCK.findall(TUTORIAL.read_text("utf-8")):
        if language == "text":
            found[-1].promised = text
        else:
            found.append(Step(language, mark, text, None))
    return found


def walk(folder: Path) -> list[Step]:
    """Do what the tutorial says in an empty folder; return what was printed."""
    (folder / "files").mkdir(parents=True)
    for name, source in FILES.items():
        (folder / "files" / name).symlink_to(SHARED / source)
    commands = folder / "bin"
    commands.mkdir()
    (commands / "mapserver").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mapserver "$@"\n')
    (commands / "mapserver").chmod(0o755)
    path = {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}

    def run(*command: str) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment(KYZYLKUM_PORT="8000", **path),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return done.stdout

    done = steps()
    exports = ""
    before = [step for step in done if step.language in ("sh", "toml") and step.mark != "serve"]
    for step in before:
        if step.language == "toml":
            (folder / "catalog.toml").write_text(step.text, "utf-8")
            continue
        exports += "".join(f"{line}\n" for line in step.text.splitlines() if "export " in line)
        step.printed = run("bash", "-c", exports + step.text)
    (folder / "settings.sh").write_text(exports)
    with serving(folder / "data", settings=exports) as server:
        for step in done:
            if step.language == "python" and step.mark != "pandas":
                step.printed = run(sys.executable, "-c", step.text.replace(_OPENER, server.url))
    return done


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Step]]:
    """The folder that the tutorial makes, and its steps; made once for all test processes."""
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, story = base / "own map", base / "own map.json"
    with (base / "own map.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not story.is_file():
            shutil.rmtree(folder, ignore_errors=True)
            story.write_text(json.dumps([asdict(step) for step in walk(folder)]))
    return folder, [Step(**each) for each in json.loads(story.read_text())]


@pytest.fixture(scope="module")
def own_map(
    walked: tuple[Path, list[Step]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of a copy of the folder that the tutorial makes."""
    folder = tmp_path_factory.mktemp("real") / "own map"
    shutil.copytree(walked[0], folder, symlinks=True)
    with serving(folder / "data", settings=(folder / "settings.sh").read_text()) as server:
        yield server


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a new folder with the demonstration network."""
    folder = tmp_path_factory.mktemp("demonstration")
    with serving(folder / "data", "--demo-days", "1", "--surface-hours", "6") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched("--disable-gpu") as found:
        yield found
