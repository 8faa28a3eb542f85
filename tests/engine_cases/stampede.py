"""Arguments for the kernels of the stampede."""

import numpy as np

KEYS, PLACES = 3, 400


def ints(count):
    return np.zeros(count, dtype=np.int64)


def numbers(random):
    policy = int(random.integers(0, 5))
    return [
        policy,
        4.0,
        0.7,
        float(random.uniform(2, 6)),
        float(random.uniform(0.2, 3)),
        float(random.choice([0.0, 0.4])),
    ]


def work():
    return [*(np.zeros(KEYS) for _ in range(3)), ints(KEYS), ints(PLACES), np.zeros(PLACES), np.zeros(PLACES)]


def stampede_run(random):
    workers, seed = int(random.choice([1, 100])), int(random.integers(0, 99))
    return [*numbers(random), workers, KEYS, 20.0, seed, *work(), np.zeros(41), np.zeros(8), ints(4)]


def stampede_figure(random):
    workers, seed = int(random.choice([1, 100])), int(random.integers(0, 99))
    curves = [np.zeros(41), np.zeros(41), np.zeros(41), np.zeros(11)]
    return [*numbers(random), workers, seed, KEYS, 20.0, *curves, *work(), np.zeros(8), ints(4)]


cases = {"stampede_run": stampede_run, "stampede_figure": stampede_figure}
