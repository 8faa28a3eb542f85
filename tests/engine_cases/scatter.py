"""Arguments for the kernels of scatter and gather and of two-phase commit, on all engines."""

import numpy as np

from tests.engine_cases.hashring import ints

SHARDS, QUERIES = 5, 150


def scatter_capacity(random):
    return [float(random.integers(1, 100)), *(float(x) for x in random.uniform(0, 1, 2)), 100.0]


def scatter_run(random):
    share = float(random.choice([0.0, 1.0, 0.4]))
    numbers = [
        SHARDS,
        share,
        float(random.uniform(0, 1)),
        10.0,
        float(random.uniform(1, 9)),
        180,
        int(random.integers(0, 99)),
    ]
    return [*numbers, np.zeros(QUERIES), np.zeros(SHARDS), ints(4)]


def scatter(random):
    numbers = [
        int(random.integers(1, SHARDS + 1)),
        float(random.choice([0.0, 1.0, 0.9])),
        float(random.choice([0.0, 0.5])),
    ]
    outputs = [np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(10)]
    scratch = [np.zeros(QUERIES), np.zeros(SHARDS), ints(4)]
    return [*numbers, float(random.uniform(0.1, 0.9)), 3, 100.0, 900, np.array([1.0, 2.0, 64.0]), *outputs, *scratch]


def part_tail(random):
    part, wait = (float(x) for x in random.uniform(0.1, 2, 2))
    return [part, wait, 0.5, float(random.uniform(0, 20))]


def gathered_p99(random):
    shares = [float(x) for x in random.uniform(0, 1, 2)]
    shards = float(random.integers(1, 100))
    return [float(random.choice([1.0, shards])), shards, *shares, float(random.uniform(0.1, 0.9)), 100.0]


def commit_run(random):
    return [3, 0.001, float(random.choice([0.0, 0.002])), 5, np.zeros(20), np.zeros(3), np.zeros(4), ints(4)]


def commit_hold(random):
    return [int(random.integers(1, 17)), *(float(x) for x in random.uniform(0, 1, 2))]


def two_phase(random):
    numbers = [
        int(random.integers(1, 5)),
        2.0,
        float(random.uniform(0, 5)),
        0.01,
        1000.0,
        5.0,
        int(random.integers(0, 99)),
    ]
    outputs = [np.zeros(3), np.zeros(4), np.zeros(4), np.zeros(14)]
    scratch = [np.zeros(40), np.zeros(4), np.zeros(5), ints(4)]
    return [*numbers, np.array([1.0, 2.0, 16.0]), *outputs, *scratch]


cases = {
    f.__name__: f
    for f in (scatter_capacity, scatter_run, scatter, part_tail, gathered_p99, commit_run, commit_hold, two_phase)
}
