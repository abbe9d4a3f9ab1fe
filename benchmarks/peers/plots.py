"""Plots of figures as SVG, the same bytes for the same figures."""

import math
from collections.abc import Mapping
from pathlib import Path

Rows = Mapping[int, Mapping[str, tuple[float, int]]]


def growth(found: Mapping[str, Rows], path: Path) -> None:
    """Draw CPU time over size, one panel an axis, with a line in proportion beside them."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    # Text as text and no date: small, and equal where the figures are.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9})
    figure, panels = pyplot.subplots(2, 2, figsize=(10, 7.5), layout="constrained")
    for panel, (axis, rows) in zip(panels.flat, found.items(), strict=True):
        sizes = list(rows)
        for face in rows[sizes[0]]:
            spent = [rows[size][face][0] for size in sizes]
            if not any(math.isnan(each) for each in spent):
                panel.plot(sizes, spent, marker="o", markersize=3, linewidth=1, label=face)
        if axis != "zoom":
            panel.set_xscale("log")
            panel.plot(
                [sizes[0], sizes[-1]], [1.0, sizes[-1] / sizes[0]],
                color="grey", linestyle=":", linewidth=1, label="in proportion",
            )  # fmt: skip
        panel.set_yscale("log")
        panel.set_xlabel(axis)
        panel.set_ylabel("CPU ms")
        panel.grid(visible=True, alpha=0.3)
        panel.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
