"""Arguments for the random number kernels on all engines."""

import numpy as np


def state(random):
    return random.integers(1, 2**32, size=4)


def table(random):
    weights = np.cumsum(random.random(50))
    return weights / weights[-1]


cases = {
    "mix32": lambda random: [int(random.integers(0, 2**32))],
    "multiply32": lambda random: [int(random.integers(0, 2**32)), int(random.integers(0, 2**32))],
    "seed_stream": lambda random: [
        int(random.integers(0, 2**32)),
        int(random.integers(0, 100)),
        np.zeros(4, dtype=np.int64),
    ],
    "next_u32": lambda random: [state(random)],
    "uniform": lambda random: [state(random)],
    "exponential": lambda random: [state(random)],
    "normal": lambda random: [state(random)],
    "below": lambda random: [state(random), int(random.integers(1, 2**31))],
    "shuffle": lambda random: [state(random), np.arange(30.0)],
    "zipf_table": lambda random: [random.uniform(0, 2), np.zeros(40)],
    "zipf": lambda random: [state(random), table(random)],
}
