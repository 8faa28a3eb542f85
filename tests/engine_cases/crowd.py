"""Arguments for the kernels of the drawn crowd."""

import numpy as np

from perfbook.rng import zipf_table


def many(count, size):
    return [np.zeros(size) for _ in range(count)]


def simulated(random):
    titles, edges, regions = 40, 6, 2
    table = np.zeros(titles)
    zipf_table(1.0, table)
    return [
        int(random.integers(0, 3)), int(random.integers(0, 2)), 1500, edges, regions, 10, 5, 5.0,
        float(random.choice([0.5, 20.0])), float(random.choice([0.5, 1000.0])), 0.5, 240.0, int(random.integers(0, 99)),
        table, random.standard_normal(titles), *many(2, titles), np.zeros(edges * titles), np.zeros(regions * titles),
        np.zeros(9), np.zeros(4, dtype=np.int64),
    ]  # fmt: skip


cases = {"arrival": lambda random: [float(random.random()), 480.0], "simulate_evening": simulated}
