"""What the server loads in each web worker."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading

from mapserver.runtime import events, memory, metrics
from mapserver.runtime.worker import Worker

_PR_SET_PDEATHSIG = 1

# A worker ends when the server that started it dies, however it dies: the kernel sees to it, and at
# once, for a worker that is only told so while it starts may wait for itself for ever. The wish is
# of one process and no fork inherits it, so this module is loaded in the workers alone.
if sys.platform == "linux":
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _server = multiprocessing.parent_process()
    if _server is not None and os.getppid() != _server.pid:
        os._exit(1)  # it died before the wish was made, and would never be mourned
memory.restrain()


def _stop_at_signal() -> None:
    """End the event streams when a signal arrives: the server waits for every open answer.

    Its handlers are set after this module is loaded, and replace any of ours; what the
    interpreter writes down for each signal they leave alone.
    """
    told, tells = os.pipe()
    os.set_blocking(tells, False)
    signal.set_wakeup_fd(tells, warn_on_full_buffer=False)

    def wait() -> None:
        endings = {signal.SIGTERM, signal.SIGINT}
        while not endings.intersection(os.read(told, 1)):
            pass
        events.stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()


_stop_at_signal()
application = metrics.counted(Worker())
