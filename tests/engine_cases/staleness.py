"""Arguments for the kernels of a time to live."""

import numpy as np


def rates(random):
    return [float(random.uniform(0.1, 10)), float(random.uniform(0.001, 1)), float(random.choice([0.0, 30.0]))]


def staleness_figure(random):
    return [*rates(random), np.geomspace(1, 1000, 5), *(np.zeros(n) for n in (5, 5, 6))]


cases = {
    "stale_of": lambda random: [float(random.uniform(0.1, 9)), float(random.choice([0.0, 1e-6, 0.3])), 20.0],
    "ttl_run": lambda random: [
        *rates(random),
        int(random.integers(0, 99)),
        100,
        np.zeros(4),
        np.zeros(4, dtype=np.int64),
    ],
    "staleness_figure": staleness_figure,
}
