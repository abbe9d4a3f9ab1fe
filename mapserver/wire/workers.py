"""Processes that do the same work, each begun again when it dies."""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import connection
from multiprocessing.context import ForkProcess

AGAIN_S = 1.0
"""A process that dies at once is not begun again at once."""
_WISHES = (signal.SIGTERM, signal.SIGINT)


class Workers:
    """One forked process for each socket; what is loaded before is shared by all.

    The sockets stay open while a process is begun again: who connects meanwhile waits.

    Parameters
    ----------
    sockets : sequence of socket
    work : callable
        What each process does with its socket. A process ends when it returns.
    """

    def __init__(
        self, sockets: Sequence[socket.socket], work: Callable[[socket.socket], None]
    ) -> None:
        self._sockets = sockets
        self._work = work

    def run(self, stop_s: float) -> None:
        """Keep them running until SIGTERM or SIGINT, then end them, by force after ``stop_s``."""
        told, tells = os.pipe()
        before = {wish: signal.signal(wish, lambda *_: os.write(tells, b".")) for wish in _WISHES}
        running: list[ForkProcess] = []
        try:
            running = [self._begun(number) for number in range(len(self._sockets))]
            while told not in connection.wait([told, *(each.sentinel for each in running)]):
                for number, process in enumerate(running):
                    if not process.is_alive():
                        print(f"web worker {process.pid} died; another one begins", file=sys.stderr)
                        if connection.wait([told], AGAIN_S):
                            return
                        with contextlib.suppress(OSError):  # no memory: again in a second
                            running[number] = self._begun(number)
        finally:
            for each in self._sockets:
                each.close()
            _end(running, stop_s)
            for wish, handler in before.items():
                signal.signal(wish, handler)
            os.close(told)
            os.close(tells)

    def _begun(self, number: int) -> ForkProcess:
        process = multiprocessing.get_context("fork").Process(target=self._begin, args=(number,))
        # The handlers of this process are inherited: a signal in between would seem to be for us.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WISHES)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WISHES)
        return process

    def _begin(self, number: int) -> None:
        for wish in _WISHES:
            signal.signal(wish, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WISHES)
        for other in range(len(self._sockets)):
            if other != number:
                self._sockets[other].close()
        failed = 1
        try:
            self._work(self._sockets[number])
            failed = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(failed)  # a thread that is still busy would be waited for without end


def _end(running: Sequence[ForkProcess], stop_s: float) -> None:
    for process in running:
        process.terminate()
    end_s = time.monotonic() + stop_s
    for process in running:
        process.join(max(0.0, end_s - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
