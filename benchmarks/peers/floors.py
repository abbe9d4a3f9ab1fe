"""What no map server can go below: files sent by nginx, and an answer that is always the same."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.peers import environment, nginx
from benchmarks.peers.processes import ROOT, WORKERS, Server, ask, free_port, start

_BARE = """
import functools
import sys

from mapserver.wire import Workers, answer_until_told, listeners

BODY = bytes({size})
HEADERS = [("Content-Type", "image/png"), ("Content-Length", str(len(BODY)))]
LINES = "".join(f"{{name}}: {{value}}\\r\\n" for name, value in HEADERS).encode()


def application(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]


class Quick:
    def at_once(self, request):
        return LINES, BODY

    def tick(self):
        pass


port, workers = map(int, sys.argv[1:])
work = functools.partial(answer_until_told, application=application, quick=Quick(), threads=64)
Workers(listeners("127.0.0.1", port, workers), work).run(5.0)
"""


def files(folder: Path, like: Server, paths: Iterable[str]) -> Server:
    """Serve by nginx, as files, what ``like`` answers."""
    for path in dict.fromkeys(paths):
        place = folder / "root" / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(ask(like.port, path)[1])
    return nginx.files(folder, folder / "root")


def bare(folder: Path, size: int) -> Server:
    """Serve one body of ``size`` bytes by the very loop that ours runs in, and do nothing."""
    folder.mkdir()
    (folder / "bare.py").write_text(_BARE.format(size=size))
    port = free_port()
    words = [environment.ours(), folder / "bare.py", port, WORKERS]
    return Server("bare", port, [start(map(str, words), folder, PYTHONPATH=str(ROOT))])
