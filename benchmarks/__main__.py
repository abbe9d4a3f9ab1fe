"""Runs the benchmarks of this folder: all, or those that are named.

python -m benchmarks [NAME ...] [--quick]

``--quick`` goes to those that have a short form and are named.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Run benchmarks one after the other; return 1 where one failed or is not known."""
    if {"-h", "--help"} & set(names):
        print(__doc__)
        return 0
    options = [name for name in names if name.startswith("-")]
    names = [name for name in names if name not in options]
    known = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
    strange = [name for name in names if name not in known]
    if strange:
        print(f"no benchmark {', '.join(strange)}; there are {', '.join(known)}", file=sys.stderr)
        return 1
    failed = 0
    for name in names or known:
        print(f"== {name}", flush=True)
        words = [sys.executable, "-m", f"benchmarks.{name}", *options]
        failed += subprocess.run(words, cwd=HERE.parent).returncode != 0
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
