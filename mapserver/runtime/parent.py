"""A process that ends with the one that began it, however that one ends."""

import ctypes
import os
import signal
import sys

PARENT = "KYZYLKUM_PARENT"
"""In the environment of a command that a server runs beside itself: the server's number."""
_PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent dies.

    At once and by force: one that is only told so while it starts may wait for itself for ever. The
    wish is of one process, and no fork inherits it.

    Parameters
    ----------
    parent : int
        Number of the process that began this one.

    Notes
    -----
    Source: prctl(2). Another system than Linux has no such wish, and nothing is done there.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before the wish was made, and would never be mourned
