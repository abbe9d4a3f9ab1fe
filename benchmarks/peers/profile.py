"""Where the time of a request goes, and what no program could do without in its place."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from types import FrameType

import numpy as np
from isal import isal_zlib
from werkzeug.test import EnvironBuilder

from benchmarks.peers.data import SIGMA
from benchmarks.peers.processes import ROOT
from benchmarks.peers.site import Application

EVERY_S = 0.001
TOP = 12
_OURS = tuple(str(ROOT / room) for room in ("layers", "mapserver"))


def shares(app: Application, paths: Sequence[str], seconds: float) -> dict[str, float]:
    """Return the share of CPU time by our innermost function, the largest first.

    What runs in a library counts for the function of ours that called it; what Flask and Werkzeug
    do before and after us counts for them.
    """
    asked = [EnvironBuilder(path).get_environ() for path in paths]
    seen: Counter[str] = Counter()

    def look(signum: int, frame: FrameType | None) -> None:
        seen[_place(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        end = time.process_time() + seconds
        while time.process_time() < end:
            for each in asked:
                app.answer(dict(each))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    total = sum(seen.values())
    return {place: count / total for place, count in seen.most_common(TOP)}


def _place(frame: FrameType | None) -> str:
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(_OURS):
            file = Path(code.co_filename).relative_to(ROOT).with_suffix("")
            return f"{file}: {code.co_qualname}"
        frame = frame.f_back
    return "flask, werkzeug"


def limits() -> dict[str, float]:
    """Return CPU milliseconds of the bare steps of one tile, with the tools that we use."""
    rng = np.random.default_rng(1)
    cells = rng.uniform(3, 6, (3, 512, 512)).astype(np.float32)
    ramp = np.add.outer(np.arange(256), np.arange(128)) // 40 % 12
    packed = (ramp * 17).astype(np.uint8)
    return {
        "copy three bands of 258 x 258 cells": _ms(lambda: cells[:, 1:259, 1:259].copy()),
        "take as many exponentials": _ms(lambda: np.exp(cells[0, :258, :258] + SIGMA)),
        "compare them with one break": _ms(lambda: cells[0, :258, :258] >= np.float32(4)),
        "deflate smooth classes, 4 bits a pixel": _ms(lambda: isal_zlib.compress(packed, 1)),
    }


def _ms(work: Callable[[], object], times: int = 200) -> float:
    spent = []
    for _ in range(5):
        begin = time.process_time()
        for _ in range(times):
            work()
        spent.append(1000 * (time.process_time() - begin) / times)
    return median(spent)
