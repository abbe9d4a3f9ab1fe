"""What the server loads in each web worker."""

import ctypes
import signal
import sys

from mapserver.runtime.worker import Worker

_PR_SET_PDEATHSIG = 1

# A worker ends when the server that started it dies, however it dies: the kernel sees to it. The
# wish is of one process and no fork inherits it, so this module is loaded in the workers alone.
if sys.platform == "linux":
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

application = Worker()
