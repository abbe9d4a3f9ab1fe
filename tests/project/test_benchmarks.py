import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).parents[2]


def test_a_benchmark_that_there_is_not_is_told_with_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "speed"],
        cwd=REPO, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    names = sorted(path.stem for path in (REPO / "benchmarks").glob("[a-z]*.py"))
    assert done.stderr == f"no benchmark speed; there are {', '.join(names)}\n"
    assert "freshness" in names
