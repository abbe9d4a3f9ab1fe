"""What the peers need: programs of Debian, and Python packages in an environment of their own."""

import hashlib
import os
import shutil
import subprocess
import sys

from benchmarks.peers.processes import ROOT

HOME = ROOT / ".venv" / "servers"
PYTHON = HOME / "bin" / "python"
LOCK = ROOT / "requirements" / "bench-servers.txt"
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
    _python()


def missing() -> str:
    """Return why the peers of Python cannot run, or nothing."""
    return "" if PYTHON.is_file() else "its environment could not be made"


def version(package: str) -> str:
    """Return the version of a package among them."""
    code = f"from importlib.metadata import version; print(version('{package}'))"
    said = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def _python() -> None:
    stamp = HOME / hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    if stamp.is_file():
        return
    print("installing the map servers of Python", flush=True)
    try:
        if not PYTHON.is_file():
            subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
        words = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
        subprocess.run([PYTHON, *words], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the map servers of Python are left out: {error}", file=sys.stderr)
        shutil.rmtree(HOME, ignore_errors=True)
    else:
        stamp.touch()
