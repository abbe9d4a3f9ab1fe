"""`make` sets up a fresh clone in any folder, once."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def make(folder: Path, *words: str) -> str:
    """Run make as a new user would: outside of the environment that runs this test."""
    left_out = ("MAKE", "MFLAGS", "PYTEST", "PYTHON", "VIRTUAL_ENV")
    environment = {key: val for key, val in os.environ.items() if not key.startswith(left_out)}
    ended = subprocess.run(
        ["make", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.mark.full
def test_a_clone_in_any_folder_is_set_up_once_and_again_only_where_something_changed(
    tmp_path: Path,
) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not here")
    clone = tmp_path / "a folder" / "қабат" / ("deep" * 40)
    subprocess.run(["git", "clone", "-q", REPO, clone], check=True)

    assert "Making the virtual environment" in make(clone, "assets")
    assert (clone / "static" / "dist" / "manifest.json").is_file()
    where = subprocess.run(
        [clone / ".venv" / "bin" / "python", "-c", "import mapserver; print(mapserver.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert Path(where.strip()) == clone / "mapserver" / "__init__.py"

    assert make(clone, "assets") == ""

    with (clone / "requirements" / "run.txt").open("a") as lock:
        lock.write("# changed\n")
    again = make(clone, "assets")
    assert "Installing what the server and its build need" in again
    assert "Making the virtual environment" not in again
    assert "Building the browser assets" not in again


def test_make_lists_its_targets_and_the_two_commands_are_among_them() -> None:
    listed = [line.split()[0] for line in make(REPO, "help").splitlines()]
    assert {"serve", "check"} <= set(listed)
    assert len(listed) == len(set(listed))
