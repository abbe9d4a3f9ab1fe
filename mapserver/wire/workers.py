"""Processes that do the same work, each begun again when it dies."""

import contextlib
import functools
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import connection
from multiprocessing.context import ForkProcess

AGAIN_S = 1.0
"""A process that dies at once is not begun again at once."""
_FORKING = threading.Lock()
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
            self.let_go()
            _end(running, stop_s)
            for wish, handler in before.items():
                signal.signal(wish, handler)
            os.close(told)
            os.close(tells)

    def let_go(self) -> None:
        """Close the sockets in this process: in a child that has nothing to do with them."""
        for each in self._sockets:
            each.close()

    def _begun(self, number: int) -> ForkProcess:
        return forked(functools.partial(self._begin, number))

    def _begin(self, number: int) -> None:
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


def forked(work: Callable[[], None]) -> ForkProcess:
    """Begin a child that does some work and ends; it shares the memory of what is loaded here.

    Raises
    ------
    OSError
        Where the system has no room for it.
    """
    process = multiprocessing.get_context("fork").Process(target=_alone, args=(work,))
    # One at a time: a child that is forked meanwhile would hold the other's sentinel open.
    with _FORKING:
        gc.collect()
        gc.freeze()  # what is not looked at again stays shared
        # The handlers of this process are inherited: a signal in between would seem to be for us.
        signal.pthread_sigmask(signal.SIG_BLOCK, _WISHES)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WISHES)
    return process


def _alone(work: Callable[[], None]) -> None:
    for wish in _WISHES:
        signal.signal(wish, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WISHES)
    work()


def _end(running: Sequence[ForkProcess], stop_s: float) -> None:
    for process in running:
        process.terminate()
    end_s = time.monotonic() + stop_s
    for process in running:
        process.join(max(0.0, end_s - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()
