"""Words between processes: framed messages over a Unix socket in the data folder.

One call is a header (JSON, an object) and a payload (bytes) out, a header back. Nothing is
pickled, so a peer can send data and never code.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from layers import errors
from layers.errors import UnavailableError

HEADER_BYTES = 64_000_000
"""The longest header: an answer with a reason for every row of a large rejected file."""

Handler = Callable[[Mapping[str, Any], bytes], Mapping[str, Any]]


class KeeperAwayError(UnavailableError):
    """No keeper answers on this data folder."""


def _address(folder_fd: int, name: str) -> str:
    # A Unix address holds 107 bytes, a path to a clone any number: go through the open folder.
    return f"/proc/self/fd/{folder_fd}/{name}"


def _open_folder(path: Path) -> int:
    return os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


class Server:
    """Answers calls, each on a thread of its own, until closed."""

    def __init__(self, path: Path, handler: Handler, max_payload_bytes: int) -> None:
        self._path = path
        self._handler = handler
        self._max_payload_bytes = max_payload_bytes
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        folder = _open_folder(path)
        try:
            before = os.umask(0o177)
            try:
                self._socket.bind(_address(folder, path.name))
            finally:
                os.umask(before)
        finally:
            os.close(folder)
        self._socket.listen(128)
        threading.Thread(target=self._accept, name="keeper-accept", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with Connection(peer.detach()) as connection:
            try:
                header = json.loads(connection.recv_bytes(HEADER_BYTES))
                payload = connection.recv_bytes(self._max_payload_bytes)
                answer = self._handler(header, payload)
                connection.send_bytes(json.dumps(answer, allow_nan=False).encode())
            except (OSError, EOFError, ValueError):
                # The peer went away or spoke another language: there is nobody to tell.
                return

    def close(self) -> None:
        """Take no further calls."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def call(
    path: Path, header: Mapping[str, Any], payload: bytes = b"", *, timeout_s: float = 300.0
) -> dict[str, Any]:
    """Send one call and return the header of its answer.

    Raises
    ------
    KeeperAwayError
        Where no keeper listens, or it went away or took longer than ``timeout_s``. Work that was
        acknowledged is kept; work that was not may be sent again, for it is idempotent.
    """
    try:
        folder = _open_folder(path)
    except OSError:
        raise KeeperAwayError("no keeper is running on this data folder") from None
    plug = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        plug.settimeout(timeout_s)
        plug.connect(_address(folder, path.name))
        plug.settimeout(None)
    except OSError:
        plug.close()
        raise KeeperAwayError("no keeper is running on this data folder") from None
    finally:
        os.close(folder)
    with Connection(plug.detach()) as connection:
        try:
            connection.send_bytes(json.dumps(header, allow_nan=False).encode())
            connection.send_bytes(payload)
            if not connection.poll(timeout_s):
                raise KeeperAwayError("the keeper is busy and did not answer in time")
            answer: dict[str, Any] = json.loads(connection.recv_bytes(HEADER_BYTES))
        except (OSError, EOFError, ValueError):
            raise KeeperAwayError("the keeper went away before it answered") from None
    return answer


def raise_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a keeper answered, or raise the error that it names."""
    if "ok" in answer:
        return dict(answer["ok"])
    kind = getattr(errors, str(answer.get("error")), errors.LayersError)
    raise kind(str(answer.get("text", "the keeper failed")))
