"""Servers as processes: started, waited for, counted and ended by their ids."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
WORKERS = 2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Server:
    """A running server: where it listens, and the processes it consists of with their children."""

    name: str
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """Ids of its processes and of all that descend from them."""
        return _descendants([each.pid for each in self.processes])

    def cpu_s(self) -> float:
        """CPU seconds, user and system, of all its processes, ended ones as well."""
        return sum(map(_cpu_s, self.ids))

    def private_mb(self) -> float:
        """Its share of memory (PSS) without what only mirrors files, in megabytes."""
        return sum(self.parts_mb())

    def parts_mb(self) -> list[float]:
        """The same for each of its processes, the one started first in front."""
        return [_private_kb(each) / 1024 for each in self.ids]

    def shared_mb(self) -> float:
        """Its share of memory (PSS) with the pages of files, in megabytes."""
        return sum(_rollup(each).get("Pss", 0) for each in self.ids) / 1024

    def end(self) -> None:
        """Ask its processes to end, and wait for it."""
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def end_with_us() -> None:
    """Let a signal to end this process end the servers that it started, too."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: sys.exit(1))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(
    words: Iterable[str | Path], folder: Path, *, stdin: int = subprocess.DEVNULL, **env: str
) -> subprocess.Popen[bytes]:
    """Start a program whose words go to a file of ``folder``."""
    listed = [str(word) for word in words]
    with (folder / f"{Path(listed[0]).name}.log").open("ab") as said:
        return subprocess.Popen(
            listed, cwd=folder, env=environment(**env), stdin=stdin, stdout=said, stderr=said
        )


def environment(**more: str) -> Mapping[str, str]:
    """The environment without settings of ours, with one thread for each library."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KYZYLKUM_")}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1", **more}


@contextlib.contextmanager
def running(server: Server, path: str, patience_s: float = PATIENCE_S) -> Iterator[Server]:
    """A server that answers ``path`` with 200; ended in any case."""
    try:
        wait(server, path, patience_s)
        yield server
    finally:
        server.end()


def wait(server: Server, path: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until the server answers 200."""
    end = time.monotonic() + patience_s
    said = "nothing"
    while time.monotonic() < end:
        try:
            status, body = ask(server.port, path)
        except OSError as error:
            said = str(error)
        else:
            if status == 200:
                return
            said = f"{status} {body[:300]!r}"
        if any(process.poll() is not None for process in server.processes):
            break
        time.sleep(0.1)  # it starts
    raise RuntimeError(f"{server.name} did not answer {path}: {said}")


def ask(port: int, path: str, timeout_s: float = PATIENCE_S) -> tuple[int, bytes]:
    """Return status and body of one answer over a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _descendants(roots: list[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parent = int(_fields(int(entry.name))[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = list(roots)
    for each in found:
        found += children.get(each, [])
    return found


def _fields(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name, which may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_s(pid: int) -> float:
    try:
        spent = _fields(pid)[11:15]  # user and system: its own, and of its children that have ended
    except OSError:
        return 0.0
    return sum(map(int, spent)) / _TICKS


def _rollup(pid: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return {}
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}


def _private_kb(pid: int) -> int:
    found = _rollup(pid)
    if "Pss_Anon" in found:
        return found["Pss_Anon"] + found.get("Pss_Shmem", 0)
    return found.get("Anonymous", 0)
