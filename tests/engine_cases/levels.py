"""Arguments for the kernels of cache levels."""

import numpy as np

SIZES = np.array([32.0, 256.0, 8192.0, 48.0, 512.0, 9000.0]) * 1024
CYCLES = np.array([1.0, 4.0, 12.0, 100.0, 4.0, 12.0, 30.0, 210.0])


def shares(random):
    part = random.random(4)
    return part / part.sum()


def levels_figure(random):
    rates = [float(r) for r in random.random(3)]
    outputs = [np.zeros(size) for size in (4, 15, 12, 12, 4, 3, 4, 4)]
    return [int(random.integers(0, 2)), *rates, CYCLES, *outputs]


cases = {
    "level_shares": lambda random: [random.random(3), np.zeros(4)],
    "mean_access": lambda random: [shares(random), CYCLES, 4 * int(random.integers(0, 2)), np.zeros(4), np.zeros(4)],
    "levels_figure": levels_figure,
    "working_set_cycles": lambda random: [
        float(random.uniform(1e3, 1e8)),
        SIZES,
        CYCLES,
        4,
        int(random.integers(0, 4)),
    ],
    "chase": lambda random: [random.permutation(30), int(random.integers(0, 30)), int(random.integers(0, 50))],
    "working_set_figure": lambda random: [
        float(random.uniform(2, 20)),
        int(random.integers(0, 2)),
        SIZES,
        CYCLES,
        np.geomspace(4, 1e6, 9),
        *(np.zeros(size) for size in (9, 9, 7)),
    ],
}
