"""Arguments for the kernels of memory.py: levels of one and of none, a mind that already holds something."""

import numpy as np

from perfbook import memory


def mind(random, things=12):
    capacities, newer, older, counts = memory.scratch(things)
    capacities[:] = random.integers(0, 6, 3)
    memory.clear.function(newer, older, counts)
    for thing in random.integers(0, things, 30):
        for level in range(3):
            memory.touch.function(level, int(thing), capacities, newer, older, counts)
    return [capacities, newer, older, counts]


def run(random):
    things = int(random.integers(1, 30))
    sizes = [int(n) for n in random.integers(1, 20, 3)]
    return [*sizes, random.choice([0.0, 1.0, 1.7]), random.choice([0.0, 0.1]), int(random.integers(0, 99)), 200,
            np.array([1.0, 10.0, 100.0, 10000.0]), np.zeros(things), np.zeros(4, dtype=np.int64),
            *memory.scratch(things), np.zeros(4), np.zeros(4), np.zeros(2)]  # fmt: skip


cases = {
    "touch": lambda random: [int(random.integers(0, 3)), int(random.integers(0, 12)), *mind(random)],
    "clear": lambda random: mind(random)[1:],
    "recall": lambda random: [int(random.integers(0, 12)), *mind(random)],
    "remember": run,
}
