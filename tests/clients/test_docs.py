"""What the pages of `docs/clients` say is done, to the letter, against a real server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browsers import launched
from tests.clients import desk, pages
from tests.clients.pictures import pixels
from tests.clients.worlds import World

PAGES = Path(__file__).parents[2] / "docs" / "clients"
OPENER = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"^```(\w+) run(?:=(\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page that says it is run."""

    page: str
    number: int
    language: str
    under: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def blocks() -> Iterator[Block]:
    for path in sorted(PAGES.glob("*.md")):
        for number, found in enumerate(_BLOCK.finditer(path.read_text()), start=1):
            yield Block(path.stem, number, found[1], found[2] or "", found[3])


def done(words: list[str], folder: Path, given: str = "") -> str:
    """What a program prints; a failure of it is one of the page."""
    bare = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    env = {**bare, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PYTHONUTF8": "1"}
    ended = subprocess.run(
        words, cwd=folder, input=given, capture_output=True, text=True, timeout=300, check=False,
        env={**env, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    # QGIS may fall over its own feet when all is done; its last line says how far it came.
    assert ended.returncode == 0 or "DONE" in ended.stdout, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.clients
@pytest.mark.parametrize("block", [b for b in blocks() if b.language != "html"], ids=str)
def test_the_lines_of_a_page_do_what_it_says(block: Block, world: World, tmp_path: Path) -> None:
    text = block.text.replace(OPENER, world.url)
    if block.under == "qgis":
        if not desk.is_installed():
            pytest.skip("python3-qgis is not installed")
        said = done([desk.PYTHON, "-"], tmp_path, text + '\nprint("DONE", flush=True)\n')
    elif block.language == "python":
        said = done([sys.executable, "-W", "ignore", "-"], tmp_path, text)
    elif block.language == "r":
        if shutil.which("Rscript") is None:
            pytest.skip("R is not installed")
        said = done(["Rscript", "--vanilla", "-"], tmp_path, text)
    else:
        if shutil.which("gdalinfo") is None:
            pytest.skip("gdal-bin is not installed")
        said = done(["bash", "-euo", "pipefail", "-c", text], tmp_path)
    assert said.strip() or list(tmp_path.iterdir())


@pytest.mark.clients
@pytest.mark.parametrize("block", [b for b in blocks() if b.language == "html"], ids=str)
def test_the_page_of_a_library_shows_the_map(block: Block, world: World, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(block.text.replace(OPENER, world.url))
    (tmp_path / "node_modules").symlink_to(pages.MODULES)
    with (
        pages.origin(tmp_path) as address,
        launched("--use-angle=swiftshader", "--enable-unsafe-swiftshader") as browser,
    ):
        page = browser.new_page(viewport={"width": 640, "height": 480})
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.on("response", lambda answer: answer.ok or complaints.append(answer.url))

        def shown() -> NDArray[np.uint8]:
            page.goto(f"{address}/page.html")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(500)
            return pixels(page.screenshot())

        seen = shown()
        wrong = [each for each in complaints if "favicon" not in each]
        page.route(f"{world.url}/**", lambda route: route.abort())
        empty = shown()
    assert not wrong
    # How many colours there are is a matter of the hour; how much of the page comes from us is not.
    assert (seen != empty).any(axis=-1).mean() > 0.2


TABLE = re.compile(
    r"^\| \[(?P<name>[^]]+)\]\((?P<page>[a-z-]+)\.md\) \|.*\| (?P<tried>.*) \|$", re.M
)


def test_every_page_is_listed_with_what_was_tried_and_says_it_itself() -> None:
    listed = {
        found["page"]: found["tried"] for found in TABLE.finditer((PAGES / "README.md").read_text())
    }
    assert set(listed) == {path.stem for path in PAGES.glob("*.md")} - {"README"}
    run = {block.page for block in blocks()}
    for page, tried in listed.items():
        text = (PAGES / f"{page}.md").read_text()
        assert tried.startswith("not tried") == ("**Not tried**" in text), page
        assert ("**Not tried**" in text) == (page not in run), page


def test_no_page_names_a_server_of_somebody_else() -> None:
    for path in PAGES.glob("*.md"):
        for address in re.findall(r"https?://[\w.-]+(?::\d+)?", path.read_text()):
            assert address == OPENER, path.name
