"""Our application in this process, over a folder that nobody keeps: CPU time without a socket."""

import gc
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from werkzeug.test import EnvironBuilder

from mapserver import settings
from mapserver.app import create_app
from mapserver.runtime.front import Front
from mapserver.runtime.opening import open_site

REPEATS, FEW = 5, 3
SLOW_S = 0.1


class Application:
    """The application as a worker opens it, without caches of tiles."""

    def __init__(self, data_dir: Path, catalog: Path) -> None:
        words = {"data_dir": data_dir, "catalog": catalog, "cache_mb": 0, "memory_cache_mb": 0}
        gc.collect()
        begin = time.process_time()
        self.site = open_site(settings.read({}, **words))
        self._app = Front(self.site, create_app(self.site))
        self.ask("/current.json")
        self.start_ms = 1000 * (time.process_time() - begin)

    def close(self) -> None:
        """Close the store."""
        self.site.store.close()

    def ask(self, path: str) -> tuple[int, bytes]:
        """Return status and body of one answer."""
        return self.answer(EnvironBuilder(path).get_environ())

    def cpu_ms(self, paths: Sequence[str]) -> tuple[float, int]:
        """Return CPU milliseconds of an answer and its bytes; NaN where it is refused.

        The least of some rounds: CPU time too grows where neighbours take the caches.
        """
        asked = [EnvironBuilder(path).get_environ() for path in paths]
        size = 0
        begin = time.process_time()
        for each in asked:
            status, body = self.answer(dict(each))
            size = max(size, len(body))
            if status != 200:
                return float("nan"), 0
        spent = []
        for _ in range(REPEATS if time.process_time() - begin < SLOW_S else FEW):
            begin = time.process_time()
            for each in asked:
                self.answer(dict(each))
            spent.append((time.process_time() - begin) / len(asked))
        return 1000 * min(spent), size

    def answer(self, environ: dict[str, Any]) -> tuple[int, bytes]:
        """Answer one environment of WSGI, which is not used again."""
        said: list[str] = []
        chunks = self._app(environ, lambda status, headers: said.append(status))
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return int(said[0].split()[0]), body
