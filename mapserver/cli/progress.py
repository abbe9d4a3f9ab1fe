"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import click

EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""


@contextlib.contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many more are done; all is written to standard error."""
    begun = said = time.monotonic()
    done = 0

    def speed(_: object = None) -> str:
        return f"{done / max(time.monotonic() - begun, 1e-3):,.0f} tiles/s"

    def line(more: int) -> None:
        nonlocal done, said
        done += more
        now = time.monotonic()
        if now - said >= EVERY_S:
            said = now
            left_s = (total - done) * (now - begun) / max(done, 1)
            click.echo(
                f"{label}: {done:,} of {total:,} tiles, {speed()}, {left_s:,.0f} s left", err=True
            )

    if not sys.stderr.isatty():
        yield line
        return
    with click.progressbar(
        length=total, label=label, show_pos=True, item_show_func=speed, file=sys.stderr
    ) as bar:

        def drawn(more: int) -> None:
            nonlocal done
            done += more
            bar.update(more)

        yield drawn
