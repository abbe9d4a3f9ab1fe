"""What servers need: programs of Debian, and Python packages in environments of their own."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.peers.processes import ROOT

PYTHON = ROOT / ".venv" / "servers" / "bin" / "python"
OURS = ROOT / ".venv" / "product" / "bin" / "python"
"""With what an installation brings, and not what only tests need."""
LOCKS = {PYTHON: "bench-servers.txt", OURS: "run.txt"}
DEBIAN = {
    "wrk": "wrk",
    "nginx": "nginx-light",
    "mapserv": "cgi-mapserver",
    "/usr/lib/cgi-bin/mapcache": "mapcache-cgi",
}


def prepare() -> None:
    """Install what is missing; what cannot be installed leaves its rows out, by name."""
    packages = [package for program, package in DEBIAN.items() if not shutil.which(program)]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {' '.join(packages)}", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=env, **quiet)
        install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages]
        subprocess.run(install, env=env, **quiet)
    for python in LOCKS:
        _python(python)


def ours() -> Path:
    """Return the Python that our server runs with: that of this process where there is no other.

    What tests bring costs a server memory: folium loads pandas where it is there, 20 MB a process.
    """
    return OURS if OURS.is_file() else Path(sys.executable)


def missing() -> str:
    """Return why the peers of Python cannot run, or nothing."""
    return "" if PYTHON.is_file() else "its environment could not be made"


def version(package: str) -> str:
    """Return the version of a package among them."""
    code = f"from importlib.metadata import version; print(version('{package}'))"
    said = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def _python(python: Path) -> None:
    lock, home = ROOT / "requirements" / LOCKS[python], python.parents[1]
    stamp = home / hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    if stamp.is_file():
        return
    print(f"installing {lock.name}", flush=True)
    try:
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        words = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]
        subprocess.run([python, *words], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{lock.name} is left out: {error}", file=sys.stderr)
        shutil.rmtree(home, ignore_errors=True)
    else:
        stamp.touch()
