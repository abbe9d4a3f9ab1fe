"""Cases measured in turns: every round asks all of them, so that a busy machine is busy for all."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import load
from benchmarks.peers.load import Load
from benchmarks.peers.processes import Server, ask

MEANT_S = 2.0
ROUNDS = 3
CLIENTS = (1, 4, 16)
STRIDE = 311
"""Rounds begin at other places of the list."""


@dataclass(frozen=True, slots=True)
class Case:
    """One way to the same answers: a server, what is asked of it, and whose CPU that takes.

    ``paths`` makes the list of a round, so that a round can ask for what nobody asked before.
    """

    name: str
    server: Server
    paths: Callable[[int], Sequence[str]]
    behind: tuple[Server, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of a case at a number of clients."""

    load: Load
    cpu_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.load.requests / self.load.seconds

    @property
    def bytes(self) -> float:
        """Bytes of an answer, headers included."""
        return self.load.bytes / max(self.load.requests, 1)


@dataclass(slots=True)
class Figure:
    """All rounds of a case at a number of clients."""

    samples: list[Sample] = field(default_factory=list)

    def median(self, of: Callable[[Sample], float]) -> float:
        """Median over the rounds."""
        return statistics.median(map(of, self.samples))

    def spread(self, of: Callable[[Sample], float]) -> tuple[float, float]:
        """Least and most over the rounds."""
        found = sorted(map(of, self.samples))
        return found[0], found[-1]

    @property
    def cpu_ms(self) -> float:
        """Median CPU milliseconds of an answer."""
        return self.median(lambda s: s.cpu_ms)

    @property
    def broken(self) -> int:
        """Answers of status 400 and above, and lost connections."""
        return sum(s.load.refused + s.load.lost for s in self.samples)

    @property
    def whole(self) -> bool:
        """Whether every round had answers, and none failed."""
        return not self.broken and all(s.load.requests for s in self.samples)


Figures = dict[tuple[str, int], Figure]


def measure(
    cases: Iterable[Case],
    folder: Path,
    *,
    clients: Sequence[int] = CLIENTS,
    rounds: int = ROUNDS,
    seconds: float = MEANT_S,
) -> Figures:
    """Return the figures of all cases, measured round by round."""
    cases = list(cases)
    found: Figures = {(case.name, n): Figure() for case in cases for n in clients}
    for turn in range(rounds):
        for n in clients:
            for case in cases:
                paths = list(case.paths(turn))
                found[case.name, n].samples.append(_once(case, paths, n, seconds, folder, turn))
    return found


def _once(
    case: Case, paths: list[str], clients: int, seconds: float, folder: Path, turn: int
) -> Sample:
    ask(case.server.port, paths[turn % len(paths)])
    servers = (case.server, *case.behind)
    before = sum(each.cpu_s() for each in servers)
    # The list is walked on from where no other number of clients of this round has been.
    at = turn * STRIDE + clients * 7
    found = load.load(case.server.port, paths, clients, seconds, folder, at)
    spent = sum(each.cpu_s() for each in servers) - before
    return Sample(found, 1000 * spent / max(found.requests, 1))


def fixed(paths: Sequence[str]) -> Callable[[int], Sequence[str]]:
    """The same list for every round."""
    return lambda turn: paths


def answers(port: int, path: str) -> bool:
    """Tell whether a server knows an address at all."""
    try:
        return ask(port, path)[0] == 200
    except OSError:
        return False
