"""Bodies that are sent: how long, how many at once, whole or not at all."""

import threading
from collections.abc import Callable

from flask import request

from layers.errors import BadParameterError, TooLargeError, UnavailableError
from mapserver.errors import LengthMissingError, UnsupportedBodyError

BODIES = 16
"""Bodies that a worker reads at once: each holds a thread for as long as its sender takes."""

_reading = threading.BoundedSemaphore(BODIES)


def whole(limit: int, too_large: Callable[[int], TooLargeError] | None = None) -> bytes:
    """Return the body of the request, whole or not at all, and never unpacked.

    Raises
    ------
    LengthMissingError
        Where its length is not said.
    TooLargeError
        Above ``limit`` bytes, before any is read; ``too_large`` may know a better sentence.
    UnsupportedBodyError
        For a packed one.
    UnavailableError
        Where ``BODIES`` are being read.
    BadParameterError
        Where it ends early.
    """
    declared = request.content_length
    if declared is None:
        # The end of a body without one looks like a connection that broke: half would be kept.
        raise LengthMissingError("the body does not say its length; send Content-Length")
    if declared > limit:
        if too_large is not None:
            raise too_large(declared)
        raise TooLargeError(f"the body has {declared:,} bytes; the limit is {limit:,}")
    packing = request.headers.get("Content-Encoding", "identity")
    if packing.strip().lower() != "identity":
        raise UnsupportedBodyError(f'a body packed by "{packing}" is not taken; send it as it is')
    if not _reading.acquire(blocking=False):
        raise UnavailableError(f"{BODIES} bodies are being sent; send this one again")
    try:
        body = request.stream.read(declared)
    except ConnectionError:
        raise BadParameterError(f"the body broke off before {declared:,} bytes had come") from None
    finally:
        _reading.release()
    if len(body) < declared:
        raise BadParameterError(f"the body ended after {len(body):,} of {declared:,} bytes")
    return body
