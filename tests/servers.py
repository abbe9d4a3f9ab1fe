"""Real servers for tests: processes, sockets and signals as an operator has them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

START_S = 120.0


@dataclass
class Server:
    """A server of a data folder, ended by who started it; one that others run has no process."""

    process: subprocess.Popen[bytes] | None
    data_dir: Path
    url: str
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, Message, bytes]:
        return self.ask(urllib.request.Request(self.url + path, headers=headers))

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, Message, bytes]:
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method="POST")
        return self.ask(request)

    def ask(self, request: urllib.request.Request) -> tuple[int, Message, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def json(self, path: str) -> Any:
        status, _, body = self.get(path)
        assert status == 200, body
        return json.loads(body)

    def wait_ready(self) -> None:
        wait_for(self._ready, START_S, self.log.read_text)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return self.get("/readyz")[0] == 200
        return False

    def keeper_pid(self) -> int:
        # a keeper that has just taken the lock has not yet written its number
        return int((self.data_dir / "keeper.lock").read_text() or 0)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return mapserver(*words, "--data-dir", str(self.data_dir))

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)


def gone(pid: int) -> bool:
    """Tell whether a process has ended, its parent told of it or not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def wait_for(
    holds: Callable[[], bool], timeout_s: float = 150.0, story: Callable[[], str] = str
) -> None:
    """Wait until something holds; the test fails with the story when it never does."""
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, f"it did not come to hold in {timeout_s} s\n{story()}"
        time.sleep(0.05)


def mapserver(*words: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "mapserver", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without settings of ours."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("KYZYLKUM_")}
    return {**bare, "PYTHONUTF8": "1", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(
    data_dir: Path, *options: str, log: Path, settings: str = "", ahead: bool = False
) -> Server:
    """Start a server in the folder that holds its data folder.

    ``settings`` are lines of shell that are run before it, as an operator has them in a profile.
    Unless told otherwise it draws nothing ahead: that is a minute of work, which few tests look at.
    """
    port = free_port()
    words = ["-m", "mapserver", "serve", "--data-dir", str(data_dir), *options]
    with log.open("w") as written:
        process = subprocess.Popen(
            ["bash", "-ec", f'{settings}\nexec "$0" "$@"', sys.executable, *words],
            cwd=data_dir.parent,
            env=environment(KYZYLKUM_PORT=str(port), KYZYLKUM_AHEAD=str(int(ahead))),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    return Server(process, data_dir, f"http://127.0.0.1:{port}", log)


@contextlib.contextmanager
def serving(data_dir: Path, *options: str, **how: Any) -> Iterator[Server]:
    """Give a server that is ready, and end it; ``how`` is that of ``launch``."""
    server = launch(data_dir, *options, log=data_dir.with_name("server.log"), **how)
    try:
        server.wait_ready()
        yield server
    finally:
        server.end()


@contextlib.contextmanager
def showing_hours(folder: Path, hours: int) -> Iterator[Server]:
    """Give a server of the demonstration network that shows as many hours, and end it.

    What is usual for a place takes a week to be known. It works ahead as an operator's does, so
    that there is a map of suitability to be read.
    """
    options = ("--demo-days", "7", "--surface-hours", "24")
    with serving(folder / "data", *options, ahead=True) as server:
        # The newest surface is there first; older hours follow behind it.
        wait_for(lambda: len(server.json("/tilejson/dose-rate.json")["times"]) >= hours, 600.0)
        wait_for(lambda: not server.json("/readyz")["surfaces_waiting"], 600.0)
        yield server
