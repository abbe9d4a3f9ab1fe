"""What no map server can go below: files sent by nginx, and an answer that is always the same."""

import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.peers import nginx
from benchmarks.peers.processes import WORKERS, Server, ask, free_port, start

_BARE = """
BODY = bytes({size})
HEADERS = [("Content-Type", "image/png"), ("Content-Length", str(len(BODY)))]


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
"""


def files(folder: Path, like: Server, paths: Iterable[str]) -> Server:
    """Serve by nginx, as files, what ``like`` answers."""
    for path in dict.fromkeys(paths):
        place = folder / "root" / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(ask(like.port, path)[1])
    return nginx.files(folder, folder / "root")


def bare(folder: Path, size: int) -> Server:
    """Serve one body of ``size`` bytes by the very web server that we run in, and do nothing."""
    folder.mkdir()
    (folder / "bare.py").write_text(_BARE.format(size=size))
    port = free_port()
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", port, "--workers",
        WORKERS, "--blocking-threads", 64, "--no-access-log", "--log-level", "error",
        "bare:application",
    ]  # fmt: skip
    return Server("bare", port, [start(map(str, words), folder, PYTHONPATH=str(folder))])
