"""A request as it came, and as WSGI has it."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools

from mapserver.wire.body import Body

Address = tuple[str, int]


@dataclass(slots=True)
class Request:
    """One request; the names of its headers are in small letters.

    ``target`` is what stands after the method. ``body`` is None where none is announced; whoever
    ``expects`` waits with it until somebody wants to read it.
    """

    method: str
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    version: str
    keep_alive: bool
    body: Body | None = None
    expects: bool = False

    def header(self, name: bytes) -> bytes:
        """Return the value of a header; empty where there is none."""
        return dict(self.headers).get(name, b"")


def environ(request: Request, here: Address, there: Address) -> dict[str, Any]:
    """Return what WSGI calls the environment of a request.

    Parameters
    ----------
    request : Request
    here, there : tuple of host and port
        The two ends of the connection.

    Raises
    ------
    ValueError
        For a target that is no address.

    Notes
    -----
    Source: PEP 3333. Of a header whose name has an underscore nobody can tell behind us whether it
    was one with a hyphen, which a proxy may have removed: it is left out.
    """
    path, query = _parts(request.target)
    found: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": request.target.decode("latin-1"),
        "SERVER_NAME": here[0],
        "SERVER_PORT": str(here[1]),
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "REMOTE_ADDR": there[0],
        "REMOTE_PORT": str(there[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO() if request.body is None else io.BufferedReader(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        between = "; " if key == "HTTP_COOKIE" else ", "
        found[key] = f"{found[key]}{between}{text}" if key in found else text
    return found


def _parts(target: bytes) -> tuple[str, str]:
    if target == b"*":
        return "*", ""
    try:
        parsed = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError as reason:
        raise ValueError(str(reason)) from None
    path = (parsed.path or b"/").decode("latin-1")
    if "%" in path:
        path = unquote_to_bytes(path).decode("latin-1")
    return path, (parsed.query or b"").decode("latin-1")
