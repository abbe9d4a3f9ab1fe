"""A real server: processes, sockets and signals as an operator has them."""

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

import pytest

START_S = 60.0


@dataclass
class Running:
    """A server that was started by a test."""

    process: subprocess.Popen[bytes]
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

    def wait_ready(self, timeout_s: float = START_S) -> None:
        wait_for(lambda: self._ready(), timeout_s, lambda: self.log.read_text())

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return self.get("/readyz")[0] == 200
        return False

    def keeper_pid(self) -> int:
        return int((self.data_dir / "keeper.lock").read_text())

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return mapserver(*words, "--data-dir", str(self.data_dir))

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def wait_for(
    holds: Callable[[], bool], timeout_s: float = 30.0, story: Callable[[], str] = str
) -> None:
    """Wait until something holds; the test fails with the story when it never does."""
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, f"it did not come to hold in {timeout_s} s\n{story()}"
        time.sleep(0.05)


def mapserver(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mapserver", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(name="mapserver")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one command to its end."""
    return mapserver


@pytest.fixture(name="wait_for")
def waiting() -> Callable[..., None]:
    return wait_for


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start servers that end with the test, whatever happens to it."""
    started: list[Running] = []

    def begin(data_dir: Path, *options: str, ready: bool = True) -> Running:
        port = free_port()
        log = tmp_path / f"server-{len(started)}.log"
        command = [sys.executable, "-m", "mapserver", "serve", "--port", str(port)]
        with log.open("w") as written:
            process = subprocess.Popen(
                [*command, "--data-dir", str(data_dir), "--demo-days", "1", *options],
                stdout=written,
                stderr=subprocess.STDOUT,
                env={k: v for k, v in os.environ.items() if not k.startswith("KYZYLKUM_")},
            )
        running = Running(process, data_dir, f"http://127.0.0.1:{port}", log)
        started.append(running)
        if ready:
            running.wait_ready()
        return running

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.end()
