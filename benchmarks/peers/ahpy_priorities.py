"""Priorities of pairwise comparisons by AHPy, run by the interpreter of an environment that has it.

    PYTHON benchmarks/peers/ahpy_priorities.py OUT.csv    the rows of tests/reference/screening

Nothing here imports our own packages. AHPy (MIT) is no part of the product: ``pip install ahpy``.
It takes random indices of Saaty's book of 2005 (0.52, 0.89, 1.11 ...) where the classic ones are of
1980 (0.58, 0.90, 1.12 ...); so that both are compared, its ratio is turned back into its index.
"""

import csv
import itertools
import random
import sys
from pathlib import Path

import ahpy

SEED = 20261126
ROWS = 64
INDEX_2005 = (0, 0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49)


def main(path: str) -> None:
    """Write one matrix a row: its order, comparisons above the diagonal, priorities, index."""
    draw = random.Random(SEED)
    with Path(path).open("w") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["n", "above_the_diagonal", "priorities", "consistency_index"])
        for row in range(ROWS):
            n = 3 + row % 8
            words = [
                draw.choice(["{}", "1/{}"]).format(draw.randint(1, 9))
                for _ in range(n * (n - 1) // 2)
            ]
            numbers = [1 / float(w[2:]) if "/" in w else float(w) for w in words]
            pairs = dict(zip(itertools.combinations(range(n), 2), numbers, strict=True))
            found = ahpy.Compare("all", pairs, precision=9, random_index="saaty")
            weights = [f"{found.local_weights[i]:.7f}" for i in range(n)]
            index = found.consistency_ratio * INDEX_2005[n]
            writer.writerow([n, " ".join(words), " ".join(weights), f"{index:.7f}"])


if __name__ == "__main__":
    main(sys.argv[1])
