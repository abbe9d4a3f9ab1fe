"""The unit of docs/deploy: systemd understands it, and the server understands what it is given."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from mapserver import settings
from mapserver.cli import main

UNIT = Path(__file__).parents[2] / "docs" / "deploy" / "kyzylkum.service"


def command() -> list[str]:
    lines = UNIT.read_text().splitlines()
    (found,) = [line for line in lines if line.startswith("ExecStart=")]
    return found.removeprefix("ExecStart=").split()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_has_nothing_to_say_about_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(command()[0], f'"{sys.executable}"'))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_server_understands_the_options_of_the_unit() -> None:
    program, *words = command()
    assert program.endswith("/mapserver")
    known = CliRunner().invoke(main, ["serve", "--help"]).output
    for word in words:
        if word.startswith("--"):
            assert word in known, word
    assert settings.read({}, proxies=1).proxies == 1


TILE = "cache/tiles/a/b/c-d/static/1/0/0.png"
WRITING = """
import os, pathlib, sys
from layers.tiles.cache import DiskCache
folder = pathlib.Path(sys.argv[1])
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
os.umask(int(sys.argv[2], 8))
DiskCache(folder / "cache" / "tiles", 10**9, lambda *edition: True).put("a/b/c-d/static/1/0/0.png", b"tile")
(folder / "store.sqlite").write_bytes(b"secret")
(folder / "incoming").mkdir()
(folder / "incoming" / "hour.csv").write_bytes(b"secret")
"""  # noqa: E501


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for others")
def test_nginx_reads_drawn_tiles_and_nothing_else_of_the_folder() -> None:
    unit = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    prepare = unit["ExecStartPre"].removeprefix("+").split()
    assert prepare[:6] == ["/usr/bin/install", "-d", "-o", "kyzylkum", "-g", "www-data"]
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o711)
        folder = Path(above) / "data"
        folder.mkdir()
        os.chown(folder, 65534, 65534)
        folder.chmod(int(unit["StateDirectoryMode"], 8))
        prepare[prepare.index("kyzylkum")] = "nobody"
        subprocess.run([*prepare[:-1], str(folder / "cache")], check=True)
        writing = [sys.executable, "-c", WRITING, str(folder), unit["UMask"]]
        subprocess.run(writing, check=True, cwd=UNIT.parents[2])
        nginx = {"user": "www-data", "group": "www-data", "extra_groups": []}
        read = [
            subprocess.run(["/bin/cat", str(folder / name)], capture_output=True, **nginx).stdout
            for name in (TILE, "store.sqlite", "incoming/hour.csv")
        ]
    assert read == [b"tile", b"", b""]
