"""The command ``mapserver``."""

import os

# Before numpy is loaded. Keeper and workers share the cores, and matrices are small: threads of the
# linear algebra that wait for each other took sixteen times the CPU seconds of one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from mapserver.cli.main import main

__all__ = ["main"]
