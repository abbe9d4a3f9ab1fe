import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.tiles.flight import Flight

SPAWN = multiprocessing.get_context("spawn")


def test_askers_at_the_same_time_share_one_answer():
    flight, gate, made = Flight(None), threading.Event(), []

    def make():
        gate.wait(30)
        made.append(b"tile")
        return made[0]

    def there():
        return made[0] if made else None

    with ThreadPoolExecutor(32) as pool:
        waiting = [pool.submit(flight.once, "key", there, make) for _ in range(32)]
        gate.set()
        answers = [future.result() for future in waiting]
    assert answers == [b"tile"] * 32
    assert len(made) == 1


def test_what_was_made_meanwhile_is_not_made_again():
    def never():
        raise AssertionError

    assert Flight(None).once("key", lambda: b"there", never) == b"there"


def test_an_error_reaches_all_who_wait_and_the_next_one_tries_again():
    flight, entered, gate = Flight(None), threading.Event(), threading.Event()

    def fail():
        entered.set()
        gate.wait(30)
        raise ValueError("no such thing")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flight.once, "key", lambda: None, fail)
        entered.wait(30)
        second = pool.submit(flight.once, "key", lambda: None, fail)
        gate.set()
        for future in (first, second):
            with pytest.raises(ValueError, match="no such thing"):
                future.result()
    assert flight.once("key", lambda: None, lambda: b"tile") == b"tile"


def test_other_keys_do_not_wait():
    flight, inside = Flight(None), threading.Barrier(2, timeout=30)
    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(flight.once, key, lambda: None, lambda: inside.wait() >= 0) for key in "ab"
        ]
        assert all(future.result() for future in futures)


def holder(path, ready):
    def hold():
        ready.set()
        signal.pause()

    Flight(path).once("key", lambda: None, hold)


def test_the_lock_of_a_killed_process_is_given_back(tmp_path):
    ready = SPAWN.Event()
    process = SPAWN.Process(target=holder, args=(tmp_path / "lock", ready))
    process.start()
    assert ready.wait(60)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(Flight(tmp_path / "lock").once, "key", lambda: None, lambda: b"tile")
        time.sleep(0.5)
        assert not asked.done()
        os.kill(process.pid, signal.SIGKILL)
        assert asked.result(60) == b"tile"
    process.join(60)


def test_a_folder_that_cannot_be_written_costs_no_answer(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_bytes(b"")
    assert Flight(in_the_way / "lock").once("key", lambda: None, lambda: b"t") == b"t"


def crossing(path, first, second, barrier, answers):
    flight = Flight(path)

    def hold():
        barrier.wait(60)
        time.sleep(1.0)
        return b"held"

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(flight.once, first, lambda: None, hold)
        time.sleep(0.3)
        waiting = pool.submit(flight.once, second, lambda: None, lambda: b"waited")
        answers.put((holding.result(60), waiting.result(60)))


def test_two_processes_that_wait_for_each_others_threads_are_in_no_deadlock(tmp_path):
    barrier, answers = SPAWN.Barrier(2), SPAWN.Queue()
    processes = [
        SPAWN.Process(target=crossing, args=(tmp_path / "lock", *keys, barrier, answers))
        for keys in (("a", "b"), ("b", "a"))
    ]
    for process in processes:
        process.start()
    assert [answers.get(timeout=60) for _ in processes] == [(b"held", b"waited")] * 2
    for process in processes:
        process.join(60)


def test_who_cannot_wait_is_told_and_whoever_waits_for_him_does_the_work():
    flight, entered, gate = Flight(None), threading.Event(), threading.Event()

    def impatient():
        entered.set()
        gate.wait(30)
        raise BlockingIOError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(flight.once, "key", lambda: None, impatient, waiting=False)
        entered.wait(30)
        with pytest.raises(BlockingIOError):
            flight.once("key", lambda: None, lambda: b"mine", waiting=False)
        second = pool.submit(flight.once, "key", lambda: None, lambda: b"tile")
        gate.set()
        with pytest.raises(BlockingIOError):
            first.result(30)
        assert second.result(30) == b"tile"


def _hold(path, ready, go):
    def make():
        ready.set()
        go.wait(30)
        return b"theirs"

    Flight(path).once("key", lambda: None, make)


def test_who_cannot_wait_for_another_process_is_told(tmp_path):
    ready, go = SPAWN.Event(), SPAWN.Event()
    other = SPAWN.Process(target=_hold, args=(tmp_path / "lock", ready, go))
    other.start()
    try:
        assert ready.wait(60)
        flight = Flight(tmp_path / "lock")
        with pytest.raises(BlockingIOError):
            flight.once("key", lambda: None, lambda: b"mine", waiting=False)
        go.set()
        assert flight.once("key", lambda: None, lambda: b"mine") == b"mine"
    finally:
        go.set()
        other.join(30)
