"""What was to be reached, beside what was found."""

from benchmarks.peers.measuring import Figure, Figures
from benchmarks.peers.report import short, table, verdict

HEAD = ("work", "reach", "found", "reached")


def tiles(found: dict[str, Figures]) -> str:
    """Return the table of aims of tiles over HTTP."""
    lines = []
    fixed, free = found.get("fixed", {}), found.get("free", {})
    ours = "ours, log surface"
    work = "uncached, classes of the style"
    lines.append(_least(work, fixed, ours, "MapServer", 15))
    lines.append(_least(work, fixed, ours, "TiTiler", 30))
    lines.append(_least(work, fixed, ours, "Terracotta", 30))
    late = fixed.get((ours, 16))
    p99 = late.median(lambda s: s.load.p99_ms) if late else None
    lines.append(
        verdict(
            f"{work}, 16 clients", "p99 under 20 ms",
            "" if p99 is None else f"{short(p99)} ms", None if p99 is None else p99 < 20,
        )
    )  # fmt: skip
    for ours, peer in (("breaks", "nearest"), ("breaks, smooth", "bilinear")):
        said = f"MapServer, breaks, {peer}"
        lines.append(_least(f"uncached, {ours} of the query", free, f"ours, {ours}", said, 8))
    for key in (key for key in found if key.startswith("wms")):
        lines.append(_least(key.replace("wms", "WMS"), found[key], "ours", "MapServer", 3))
    if not any(key.startswith("wms") for key in found):
        lines.append(verdict("WMS GetMap", "CPU of MapServer at least 3 x ours", "", None))
    held = found.get("cached", {})
    memory = "ours, from memory"
    lines.append(_least("cached", held, memory, "MapProxy", 12))
    lines.append(_least("cached", held, memory, "MapCache", 3))
    lines.append(_rate("cached", held, memory, 1 / 3))
    lines.append(_rate("cached, through nginx", held, "ours, files by nginx", 0.9))
    return table(HEAD, lines)


def _least(work: str, figures: Figures, ours: str, peer: str, reach: float) -> list[str]:
    """Compare with the row of the peer that is best, over all numbers of clients."""
    ratios = []
    for (name, clients), figure in figures.items():
        mine = figures.get((ours, clients))
        if name.startswith(peer) and mine and figure.whole and mine.whole:
            ratios.append(figure.cpu_ms / mine.cpu_ms)
    wanted = f"CPU of {peer} at least {reach:g} x ours"
    if not ratios:
        return verdict(work, wanted, "", None)
    said = f"{short(min(ratios))} to {short(max(ratios))} x"
    return verdict(work, wanted, said, min(ratios) >= reach)


def _rate(work: str, figures: Figures, ours: str, reach: float) -> list[str]:
    wanted = f"rate at least {reach:.2f} of nginx with the same files"
    shares = []
    for (name, clients), figure in figures.items():
        files = figures.get(("nginx, the same files", clients))
        if name == ours and files:
            shares.append(_per_s(figure) / _per_s(files))
    if not shares:
        return verdict(work, wanted, "", None)
    said = f"{min(shares):.2f} to {max(shares):.2f}"
    return verdict(work, wanted, said, min(shares) >= reach)


def _per_s(figure: Figure) -> float:
    return figure.median(lambda s: s.rate)
