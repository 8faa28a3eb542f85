"""Arguments for the kernels of where the time goes."""

import numpy as np


def fibre_seconds(random):
    return [float(random.choice([0.0, random.uniform(0, 20_000)])), float(random.uniform(1, 3))]


def mm1_wait_seconds(random):
    return [
        float(random.choice([0.0, random.uniform(0, 1)])),
        float(random.choice([0.0, 1.0, 2.0, random.uniform(0, 1)])),
    ]


def waterfall(random):
    return [
        float(random.choice([0.0, random.uniform(0, 20_000)])),
        float(random.uniform(1, 3)),
        int(random.integers(0, 30)),
        int(random.integers(1, 5)),
        float(random.choice([0.0, random.uniform(0, 5000)])),
        float(random.uniform(1, 1000)),
        float(random.uniform(0.5, 100)),
        float(random.choice([0.0, random.uniform(0, 0.99)])),
        int(random.integers(0, 5)),
        float(random.uniform(0, 10_000)),
        0.1,
        100.0,
        *(np.zeros(7) for _ in range(3)),
        np.zeros(8),
    ]


cases = {"fibre_seconds": fibre_seconds, "mm1_wait_seconds": mm1_wait_seconds, "waterfall": waterfall}
