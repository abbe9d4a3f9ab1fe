"""The unit of docs/deploy: systemd understands it, and the server understands what it is given."""

import shutil
import subprocess
import sys
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
    unit.write_text(UNIT.read_text().replace(command()[0], sys.executable))
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
