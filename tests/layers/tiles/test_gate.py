import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from layers.errors import BusyError
from layers.tiles.gate import Gate


def test_two_draw_eight_wait_and_the_next_is_refused_at_once():
    gate, go, most = Gate(2, 8), threading.Event(), []
    inside, mutex = [0], threading.Lock()
    drawing = threading.Semaphore(0)

    def draw():
        with gate.passed():
            with mutex:
                inside[0] += 1
                most.append(inside[0])
            drawing.release()
            go.wait(30)
            with mutex:
                inside[0] -= 1

    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(draw) for _ in range(10)]
        for _ in range(2):
            assert drawing.acquire(timeout=30)
        while gate.waiting < 8:
            threading.Event().wait(0.01)
        with pytest.raises(BusyError, match="ask again"), gate.passed():
            raise AssertionError
        assert gate.refused == 1
        go.set()
        for future in futures:
            future.result(30)
    assert max(most) == 2
    assert gate.waiting == 0
    with gate.passed():
        pass


def test_a_render_that_fails_gives_its_place_back():
    gate = Gate(1, 0)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), gate.passed():
            raise ValueError("broken")
    with gate.passed(), pytest.raises(BusyError), gate.passed():
        raise AssertionError
