import subprocess
import sys

import pytest

SCATTERED = """
from pathlib import Path
from mapserver.runtime import memory

def held_kb():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Anonymous:")).split()[1])

memory.restrain()
parts = [bytearray(b"x" * 100_000) for _ in range(400)]
kept = parts[::40]
full = held_kb()
del parts
before = held_kb()
memory.give_back()
print(full, before, held_kb())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux is asked")
def test_what_is_free_between_what_is_used_is_given_back() -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCATTERED], capture_output=True, text=True, check=True
    ).stdout
    full, before, after = map(int, said.split())
    assert before > full - 20_000, "the heap keeps what lies below something used"
    assert after < before - 20_000
