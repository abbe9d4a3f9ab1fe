"""The page of figures: every benchmark writes its own part, between two marks, and nothing else."""

from collections.abc import Callable, Sequence

from benchmarks.peers.measuring import Figure, Figures, Sample
from benchmarks.peers.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "img"


def write(part: str, text: str) -> None:
    """Put ``text`` between the marks of a part of the page.

    Raises
    ------
    ValueError
        Where the page has no such part.
    """
    page = PAGE.read_text("utf-8")
    begin, end = f"<!-- {part}: written by the benchmark -->", f"<!-- /{part} -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"{PAGE.name} has no part {part}")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


HEAD = ("", "clients", "answers/s", "p50 ms", "p99 ms", "CPU ms each", "bytes", "ours = 1")


def rows(figures: Figures, first: str) -> list[list[str]]:
    """Return a line for each case and number of clients; ratios are against ``first``."""
    found = []
    for (name, clients), figure in figures.items():
        ratio = figure.cpu_ms / figures[first, clients].cpu_ms
        broken = f" ({figure.broken} failed)" if figure.broken else ""
        found.append(
            [
                name + broken,
                str(clients),
                short(figure.median(lambda s: s.rate)),
                ranged(figure, lambda s: s.load.p50_ms),
                ranged(figure, lambda s: s.load.p99_ms),
                ranged(figure, lambda s: s.cpu_ms),
                f"{figure.median(lambda s: s.bytes):,.0f}",
                short(ratio),
            ]
        )
    return found


def ranged(figure: Figure, of: Callable[[Sample], float]) -> str:
    """Return the median with the least and the most."""
    low, high = figure.spread(of)
    return f"{short(figure.median(of))} ({short(low)}–{short(high)})"


def short(number: float) -> str:
    """Return a number with two or three digits that matter."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def verdict(work: str, reach: str, found: str, held: bool | None) -> list[str]:
    """Return a line of the table of aims; ``held`` None is "not run"."""
    return [work, reach, found, {True: "yes", False: "**no**", None: "not run"}[held]]
