"""Arguments for the kernels of resharding, on all engines."""

import numpy as np

from tests.engine_cases import placement
from tests.engine_cases.hashring import VIRTUAL, ints

ROUNDS, ROWS = 8, 25


def copy_rounds(random):
    dirty = float(random.choice([0.0, 0.3, 1.2]))
    return [float(random.uniform(1, 1e5)), dirty, 1.0, np.zeros(ROUNDS)]


def reshard(random):
    nodes, keys = placement.NODES, placement.KEYS
    before, after = (int(n) for n in random.integers(1, nodes + 1, 2))
    numbers = [before, after, int(random.integers(0, 5)), 1000.0, 50.0, float(random.uniform(0, 100)), 5.0, VIRTUAL]
    outputs = [np.zeros(nodes), np.zeros(nodes), np.zeros(ROUNDS), np.zeros(11)]
    scratch = [ints(nodes), ints(keys), ints(keys), *placement.scratch()]
    return [*numbers, placement.ROWS, int(random.integers(0, 100)), keys, *outputs, *scratch]


def dual_write(random):
    numbers = [40.0, 10.0, float(random.choice([0.0, 0.1, 0.5])), float(random.choice([0.0, 0.4]))]
    flags = [int(random.integers(0, 2)), int(random.integers(0, 2)), int(random.integers(0, 100)), ROWS]
    return [*numbers, *flags, *(np.zeros(11) for _ in range(3)), np.zeros(7), *(ints(ROWS) for _ in range(4)), ints(4)]


def expected_behind(random):
    return [40.0, 10.0, float(random.uniform(0, 1)), float(random.uniform(0, 2)), int(random.integers(0, 2)), ROWS]


cases = {f.__name__: f for f in (copy_rounds, reshard, dual_write, expected_behind)}
