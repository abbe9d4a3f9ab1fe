"""Files sent piece by piece: each holds a thread for as long as its client takes to read it."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flask import Response, request, send_file

from layers.errors import UnavailableError

SHARE = 4
"""Downloads of a worker have a quarter of its threads at most."""


class Downloads:
    """The downloads of a worker, at most ``most`` at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = threading.BoundedSemaphore(most)

    def send(self, path: Path, **options: Any) -> Response:
        """Return the file, or the part of it that was asked for; options are of ``send_file``.

        Raises
        ------
        UnavailableError
            Where as many are being sent as may be.
        """
        response = send_file(path, conditional=True, **options)
        # What has no body is never read to its end, so it must not take a place.
        if request.method == "GET" and response.status_code in (200, 206):
            if not self._free.acquire(blocking=False):
                response.close()
                raise UnavailableError(f"{self._most} files are being sent; come back for this one")
            response.response = _Sent(response.response, self._free)
        elif hasattr(response.response, "close"):
            response.response.close()
        return response


class _Sent(Iterator[bytes]):
    """A body that gives its place back when the server closes it."""

    def __init__(self, body: Iterable[Any], places: threading.BoundedSemaphore) -> None:
        self._body = body
        self._pieces = iter(body)
        self._places: threading.BoundedSemaphore | None = places

    def __next__(self) -> bytes:
        piece: bytes = next(self._pieces)
        return piece

    def close(self) -> None:
        """Close the file and give the place back, once."""
        places, self._places = self._places, None
        if places is not None:
            places.release()
            if hasattr(self._body, "close"):
                self._body.close()
